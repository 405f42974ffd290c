package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// Two candidates with a small budget: it completes, ranks them and writes its files. Nothing
// is asked of the figures.
func TestEvaluate(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	// It waits, so that a rate that is too high is soon over.
	writeFile(t, dir, "waits.py", "import time\n"+
		"def application(environ, start_response):\n time.sleep(0.02)\n start_response('200 OK', [])\n return [b'Hello']\n")
	got := command(t, dir, environ(), srvBinary, "evaluate", "--budget=5s", "--rounds=1", "--candidates=gnet:1x1,threaded:1x4",
		"--objective=p99<=2s,errors<=5%", "--connections=8", "--json=result.json", "--report=report.html", "--write=srv.toml",
		"--python="+cpython, "waits")
	if got.code != 0 {
		t.Fatalf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	for _, pattern := range []string{`(?m)^1 .*(gnet|threaded) 1x[14] `, `(?m)^Take: --worker-class=(gnet|threaded) --workers=1 --threads=[14]$`, `load generator alone: \d+`} {
		if !regexp.MustCompile(pattern).MatchString(got.stdout) {
			t.Errorf("does not say %s:\n%s", pattern, got.stdout)
		}
	}
	if !strings.Contains(got.stderr, "round 1 of 1") || strings.Contains(got.stderr, "\x1b") {
		t.Errorf("progress in plain lines:\n%s", got.stderr)
	}
	var result struct {
		Kind      string
		Standings []struct{ Place int }
	}
	text, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err == nil {
		err = json.Unmarshal(text, &result)
	}
	if err != nil || result.Kind != "evaluate" || len(result.Standings) != 2 || result.Standings[1].Place != 2 {
		t.Errorf("%+v, %v", result, err)
	}
	if page, err := os.ReadFile(filepath.Join(dir, "report.html")); err != nil || !strings.Contains(string(page), "<svg") {
		t.Errorf("the report: %v", err)
	}
	// The settings that it wrote are found and taken by the server.
	if check := command(t, dir, environ(), srvBinary, "--check-config", "--python="+cpython); check.code != 0 {
		t.Errorf("exit code %d\n%s", check.code, check.stderr)
	}
}

// What is wrong is said at once, with the server's own exit code.
func TestMeasuringFails(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "broken.py", "import nothing_of_that_name\n")
	writeFile(t, dir, "there.toml", "")
	python := "--python=" + cpython
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"evaluate an app that cannot be loaded", []string{"evaluate", python, "broken"}, 4, `(?s)nothing_of_that_name.*srv: error: the server did not start`},
		{"bench an app that cannot be loaded", []string{"bench", python, "broken"}, 4, `(?s)Traceback.*srv: error: the server did not start`},
		{"no app", []string{"evaluate"}, 1, `no application`},
		{"a file that is there", []string{"evaluate", "--write=there.toml", "demo:hello"}, 1, `there\.toml is there already`},
		{"wrong setting", []string{"bench", "--wrokers=3", "demo:hello"}, 1, `wrokers`},
		{"elsewhere", []string{"bench", "--target=http://192.0.2.1/"}, 1, `--target-is-mine`},
		{"an address", []string{"bench", "--bind=:80", "demo:hello"}, 1, `bind`},
		{"help", []string{"evaluate", "--help"}, 0, `--candidates LIST`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := command(t, dir, environ(), srvBinary, c.args...)
			if got.code != c.code || !regexp.MustCompile(c.says).MatchString(got.stdout+got.stderr) {
				t.Errorf("exit code %d, want %d and %s:\n%s%s", got.code, c.code, c.says, got.stdout, got.stderr)
			}
		})
	}
}

// INT ends it: it reports the turns that are complete, and leaves nobody behind.
func TestEvaluateInterrupted(t *testing.T) {
	t.Parallel()
	s := launch(t, spec{noBind: true, args: []string{
		"evaluate", "--budget=20s", "--candidates=gnet:1,threaded:1,netpoll:1,sync:1", "--objective=p99<=1s,errors<=5%", "--connections=2", "demo:hello",
	}})
	s.log.await(t, `^  gnet 1: \d+ requests a second$`)
	s.signal(syscall.SIGINT)
	if code := s.wait(); code != 0 || s.log.count("interrupted: this is what there is") != 1 || s.access.count("^Take: --worker-class=gnet") != 1 {
		t.Errorf("exit code %d\n%s", code, s.access)
	}
	for _, p := range s.descendants() {
		t.Errorf("process %d is left", p.pid)
	}
}

// A program that embeds the server measures itself.
func TestBenchOfAProgram(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	got := command(t, dir, environ(), goappBinary, "bench", "--rate=20", "--rounds=1", "--duration=500ms", "--json=a.json", "--worker-class=gnet")
	if got.code != 0 || !strings.Contains(got.stdout, "At 20 requests/s") {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	got = command(t, dir, environ(), goappBinary, "bench", "--rate=20", "--rounds=1", "--duration=500ms", "--compare=a.json", "--fail-if=rps>1")
	if got.code != 1 || !strings.Contains(got.stdout, "FAIL: rps>1") {
		t.Errorf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
}
