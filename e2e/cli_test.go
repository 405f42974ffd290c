package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// What the command says and how it exits when it does not serve.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "good.py", "def application(environ, start_response): pass\n")
	writeFile(t, dir, "broken.py", "import nothing_of_that_name\n")
	writeFile(t, dir, "data.py", "application = 3\n")
	writeFile(t, dir, "bad.toml", "wrokers = 3\n")
	writeFile(t, dir, "type.toml", "workers = \"many\"\n")
	writeFile(t, dir, "hooks.py", "wsgi_app = 'good'\ndef post_fork(server, worker): pass\n")
	python := "--python=" + cpython
	for _, c := range []struct {
		name string
		args []string
		code int
		says []string // patterns, in what it prints
	}{
		{"version", []string{"--version"}, 0, []string{`^srv \(version \d+\.\d+\.\d+\)\n$`}},
		{"help", []string{"--help"}, 0, []string{`--worker-class`, `(?m)^Server Socket`, `--limit-request-body`}},
		{"no app", nil, 1, []string{`(?i)usage: srv`, `APP`}},
		{"check good", []string{"--check-config", python, "good"}, 0, []string{`^$`}},
		{"check demo", []string{"--check-config", "demo:hello"}, 0, []string{`^$`}},
		{"check unknown demo", []string{"--check-config", "demo:helo"}, 1, []string{`helo`, `demo:hello`}},
		{"check missing module", []string{"--check-config", python, "absent"}, 1, []string{`ModuleNotFoundError`, `absent`}},
		{"check module that fails", []string{"--check-config", python, "broken"}, 1, []string{`broken\.py`, `nothing_of_that_name`}},
		{"check missing callable", []string{"--check-config", python, "good:app"}, 1, []string{`good`, `app`}},
		{"check not callable", []string{"--check-config", python, "data"}, 1, []string{`callable`}},
		{"check typo in file", []string{"--check-config", "-c", "bad.toml", "good"}, 1, []string{`wrokers`, `workers`, `bad\.toml`}},
		{"check wrong type", []string{"--check-config", "-c", "type.toml", "good"}, 1, []string{`workers`, `many`, `type\.toml`}},
		{"check hooks", []string{"--check-config", python, "-c", "hooks.py"}, 0, []string{`post_fork`}},
		{"missing file", []string{"-c", "absent.toml", "good"}, 1, []string{`absent\.toml`}},
		{"unknown flag", []string{"--wrokers=3", "good"}, 1, []string{`wrokers`, `workers`}},
		{"bad number", []string{"--workers=many", "good"}, 1, []string{`workers`, `many`}},
		{"out of range", []string{"--workers=0", "good"}, 1, []string{`workers`, `0`}},
		{"gevent", []string{"--worker-class=gevent", "good"}, 1, []string{`gevent`, `gnet|threaded|netpoll`}},
		{"dotted class", []string{"--worker-class=a.b.Worker", "good"}, 1, []string{`a\.b\.Worker`}},
		{"missing interpreter", []string{"--check-config", "--python=/no/such/python", "good"}, 1, []string{`/no/such/python`}},
		{"print config", []string{"--print-config", python, "--workers=3", "good"}, 0, []string{`(?m)^workers\s.*3.*--workers|workers.*3.*command line`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := command(t, dir, environ(), srvBinary, c.args...)
			if got.code != c.code {
				t.Errorf("exit code %d, want %d", got.code, c.code)
			}
			for _, pattern := range c.says {
				if !regexp.MustCompile(pattern).MatchString(got.stdout + got.stderr) {
					t.Errorf("does not say %s", pattern)
				}
			}
			if t.Failed() {
				t.Logf("stdout:\n%.2000s\nstderr:\n%.2000s", got.stdout, got.stderr)
			}
		})
	}
}

// An app that cannot be loaded: the traceback, and gunicorn's exit code.
func TestAppFailsToLoad(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := launch(t, spec{target: g, app: "absent:application"})
		if code := s.wait(); code != 4 {
			t.Errorf("exit code %d, want 4", code)
		}
		for _, pattern := range []string{
			`Traceback \(most recent call last\)`, `ModuleNotFoundError: No module named .absent.`, `App failed to load`,
		} {
			if s.log.count(pattern) == 0 {
				t.Errorf("the log does not say %s:\n%s", pattern, s.log)
			}
		}
	})
}

// A worker that cannot start for another reason ends the server with code 3.
func TestWorkerFailsToBoot(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	python := writeFile(t, dir, "python", "#!/bin/sh\nexit 7\n")
	if err := os.Chmod(python, 0o755); err != nil {
		t.Fatal(err)
	}
	s := launch(t, spec{app: "examples", args: []string{"--python=" + python}})
	if code := s.wait(); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if s.log.count(`Worker failed to boot`) == 0 {
		t.Errorf("the log does not say it:\n%s", s.log)
	}
}

// Without --python: the active virtual environment's, then PATH's.
func TestInterpreterOfVirtualEnvironment(t *testing.T) {
	t.Parallel()
	s := start(t, spec{app: "examples", env: []string{"VIRTUAL_ENV=" + filepath.Join(root, ".venv"), "LARGE=" + os.Args[0]}})
	if got := curl(t, "-r", "0-3", s.url("/part")); got.stdout != "\x7fELF" { // werkzeug is only there
		t.Errorf("%q %q", got.stdout, got.stderr)
	}
}

// Precedence: file below environment below command line.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	file := writeFile(t, dir, "srv.toml", "workers = 2\nthreads = 2\ntimeout = 2\n")
	got := command(t, dir, append(environ(), "SRV_THREADS=3", "SRV_TIMEOUT=3"), srvBinary,
		"--print-config", "--timeout=4", "demo:hello")
	for _, pattern := range []string{
		`(?m)^workers\b.*\b2\b.*srv\.toml`, `(?m)^threads\b.*\b3\b.*SRV_THREADS`, `(?m)^timeout\b.*\b4\b.*--timeout|(?m)^timeout\b.*\b4\b.*command line`,
	} {
		if !regexp.MustCompile(pattern).MatchString(got.stdout) {
			t.Errorf("with %s: no %s in\n%s%s", file, pattern, got.stdout, got.stderr)
		}
	}
}

// A pidfile holds the arbiter's pid while it runs; another server is refused it.
func TestPidfile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(tempDir(t), "srv.pid")
	s := start(t, spec{app: "demo:hello", args: []string{"--pid=" + path}})
	content, err := os.ReadFile(path)
	if want := fmt.Sprintf("%d\n", s.cmd.Process.Pid); err != nil || string(content) != want {
		t.Errorf("pidfile: %q %v, want %q", content, err, want)
	}
	other := launch(t, spec{app: "demo:hello", args: []string{"--pid=" + path}})
	if code := other.wait(); code != 1 || other.log.count("(?i)already running|pid") == 0 {
		t.Errorf("a second server with the same pidfile: exit code %d\n%s", code, other.log)
	}
	s.stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the pidfile is there after the end: %v", err)
	}
	stale := writeFile(t, tempDir(t), "stale.pid", "999999999\n")
	again := start(t, spec{app: "demo:hello", args: []string{"--pid=" + stale}})
	again.stop()
}

// An address in use is an error that names it.
func TestAddressInUse(t *testing.T) {
	t.Parallel()
	first := start(t, spec{app: "demo:hello"})
	second := launch(t, spec{app: "demo:hello", noBind: true, args: []string{"--bind=" + first.addr}})
	second.log.await(t, "Connection in use: .*"+regexp.QuoteMeta(first.addr[strings.LastIndexByte(first.addr, ':'):]))
	second.signal(syscall.SIGTERM)
	if code := second.wait(); code == 0 {
		t.Errorf("exit code 0")
	}
}
