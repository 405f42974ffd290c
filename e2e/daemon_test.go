package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// daemon is a server in the background. It is not a child of the test's, and killed with it.
type daemon struct {
	t   *testing.T
	dir string
	process
}

// startDaemon runs the command, which is to succeed.
func startDaemon(t *testing.T, o spec) *daemon {
	t.Helper()
	dir := tempDir(t)
	o.args = append(o.args, "--daemon", "--pid="+filepath.Join(dir, "pid"), "--bind=unix:"+filepath.Join(dir, "s"),
		"--error-logfile="+filepath.Join(dir, "log"))
	got := execute(t, o)
	d := &daemon{t: t, dir: dir}
	d.process, _ = processOf(pidIn(filepath.Join(dir, "pid")))
	t.Cleanup(d.kill)
	if got.code != 0 || got.stderr != "" || d.pid == 0 {
		t.Fatalf("exit code %d, daemon %d: %s", got.code, d.pid, got.stderr)
	}
	return d
}

// kill ends whoever is the daemon by now, and shows the log of a test that failed.
func (d *daemon) kill() {
	for _, pid := range []int{d.pid, pidIn(filepath.Join(d.dir, "pid")), pidIn(filepath.Join(d.dir, "pid.2"))} {
		if pid != 0 {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	if d.t.Failed() {
		d.t.Logf("log:\n%s", d.log())
	}
}

func (d *daemon) log() string {
	content, _ := os.ReadFile(filepath.Join(d.dir, "log"))
	return string(content)
}

func (d *daemon) logged(pattern string) {
	d.t.Helper()
	eventually(d.t, "in the log: "+pattern, func() bool { return regexp.MustCompile(pattern).MatchString(d.log()) })
}

func (d *daemon) get(path string) string {
	d.t.Helper()
	return curl(d.t, "--unix-socket", filepath.Join(d.dir, "s"), "http://localhost"+path).stdout
}

// stream is where a standard stream of the process leads.
func (p process) stream(n int) string {
	to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", p.pid, n))
	return to
}

// session is the process's session id.
func (p process) session() int {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	id, _ := strconv.Atoi(fields[3])
	return id
}

// The command returns when the server listens; that is away from the terminal, and ends as any.
func TestDaemon(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		d := startDaemon(t, spec{target: g, app: "station"})
		if got := d.get("/fast"); got != "fast" { // at once: it listens
			t.Errorf("got %q", got)
		}
		if d.session() != d.pid {
			t.Errorf("daemon %d is in session %d", d.pid, d.session())
		}
		worker, err := strconv.Atoi(d.get("/pid"))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			if to := d.stream(n); to != os.DevNull {
				t.Errorf("the daemon's stream %d is %s", n, to)
			}
		}
		if to := (process{pid: worker}).stream(1); to != os.DevNull {
			t.Errorf("the worker's standard output is %s", to)
		}
		if cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", d.pid)); cwd != appsDir {
			t.Errorf("its directory is %s", cwd)
		}
		d.signal(t, syscall.SIGTERM)
		eventually(t, "the daemon ends", func() bool { return !d.alive() })
		for _, name := range []string{"pid", "s"} {
			if _, err := os.Stat(filepath.Join(d.dir, name)); err == nil {
				t.Errorf("%s is left behind", name)
			}
		}
	})
}

// What the daemon has to say before it listens is said by the command, with its exit code.
func TestDaemonThatCannotListen(t *testing.T) {
	t.Parallel()
	got := execute(t, spec{app: "demo:hello", args: []string{"--daemon", "--bind=unix:/nonexistent/s"}})
	if got.code != 1 || !strings.Contains(got.stderr, "/nonexistent/s") {
		t.Errorf("exit code %d: %s", got.code, got.stderr)
	}
	got = execute(t, spec{app: "demo:hello", args: []string{"--daemon", "--worker-class=none"}})
	if got.code != 1 || !strings.Contains(got.stderr, "worker_class") {
		t.Errorf("exit code %d: %s", got.code, got.stderr)
	}
}

// -R keeps the standard streams, and what the app prints comes at once.
func TestDaemonKeepsStreams(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "printing.py", "def application(environ, start_response):\n"+
		"    print('printed')\n    start_response('200 OK', [])\n    return []\n")
	out := filepath.Join(dir, "out")
	script := filepath.Join(dir, "start")
	replace(t, script, "#!/bin/sh\nexec "+srvBinary+" \"$@\" >"+out+" 2>"+out+".err\n")
	d := startDaemon(t, spec{program: script, dir: dir, app: "printing", target: target{kind: onCPython}, args: []string{"-R"}})
	if to := d.stream(1); to != out {
		t.Errorf("standard output is %s", to)
	}
	d.get("/")
	eventually(t, "what the app printed is in the file", func() bool {
		content, _ := os.ReadFile(out)
		return string(content) == "printed\n"
	})
	d.signal(t, syscall.SIGTERM)
	eventually(t, "the daemon ends", func() bool { return !d.alive() })
}

// A daemon is upgraded like any server, and stays one.
func TestUpgradeOfDaemon(t *testing.T) {
	t.Parallel()
	d := startDaemon(t, spec{app: "demo:hello"})
	d.logged(`Booting worker`)
	d.signal(t, syscall.SIGUSR2)
	d.logged(`(?s)(Booting worker.*){2}`)
	d.signal(t, syscall.SIGTERM)
	d.logged(`Master has been promoted`)
	next, _ := processOf(pidIn(filepath.Join(d.dir, "pid")))
	for n := range 3 {
		if to := next.stream(n); to != os.DevNull {
			t.Errorf("stream %d of the new arbiter is %s", n, to)
		}
	}
	if got := d.get("/"); got != "Hello World" {
		t.Errorf("got %q", got)
	}
	next.signal(t, syscall.SIGTERM)
	eventually(t, "the daemon ends", func() bool { return !next.alive() })
}

// capture_output has what the app prints in the error log, in Python and in Go.
func TestCaptureOutput(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "printing.py", "import os\ndef application(environ, start_response):\n"+
		"    os.write(1, b'to 1\\n')\n    os.write(2, b'to 2\\n')\n    start_response('200 OK', [])\n    return []\n")
	log := filepath.Join(dir, "log")
	s := launch(t, spec{target: target{kind: onCPython}, app: "printing", dir: dir, args: []string{"--capture-output", "--error-logfile=" + log}})
	read := func(pattern string) (found []string) {
		t.Helper()
		eventually(t, "in the log: "+pattern, func() bool {
			content, _ := os.ReadFile(log)
			found = regexp.MustCompile(pattern).FindStringSubmatch(string(content))
			return found != nil
		})
		return found
	}
	s.addr = read(`http://(\S+)`)[1]
	s.get("/")
	read(`(?m)^to 1$`)
	read(`(?m)^to 2$`)
	s.stop()

	// In Go: a panic that nobody recovers from, or a print.
	os.Remove(log)
	s = launch(t, spec{target: target{kind: goHandler}, args: []string{"--capture-output", "--error-logfile=" + log}})
	s.addr = read(`http://(\S+)`)[1]
	s.get("/print")
	read(`(?m)^printed$`)
	s.stop()
}

// Two servers with SO_REUSEPORT share an address; without it the second is refused.
func TestReusePort(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bind := "--bind=" + ln.Addr().String()
	ln.Close()
	var both []*server
	for range 2 {
		both = append(both, start(t, spec{app: "demo:hello", noBind: true, args: []string{bind, "--reuse-port"}}))
	}
	for _, s := range both {
		s.stop()
	}
}

// gunicorn's way back: WINCH has the old arbiter's workers go, and HUP brings them again when
// the new program is not to stay.
func TestUpgradeOfDaemonWithWINCH(t *testing.T) {
	t.Parallel()
	d := startDaemon(t, spec{app: "demo:hello", args: []string{"--keep-alive=1"}})
	d.logged(`Booting worker`)
	d.signal(t, syscall.SIGUSR2)
	d.logged(`(?s)(Booting worker.*){2}`)
	d.signal(t, syscall.SIGWINCH)
	d.logged(`Worker exiting`)
	other, _ := processOf(pidIn(filepath.Join(d.dir, "pid.2")))
	if got := d.get("/"); got != "Hello World" {
		t.Errorf("the new one says %q", got)
	}
	other.signal(t, syscall.SIGTERM)
	d.logged(`Upgrade undone`)
	d.signal(t, syscall.SIGHUP)
	d.logged(`(?s)(Booting worker.*){3}`)
	if got := d.get("/"); got != "Hello World" {
		t.Errorf("the old one says %q", got)
	}
	d.signal(t, syscall.SIGTERM)
	eventually(t, "the daemon ends", func() bool { return !d.alive() })
}
