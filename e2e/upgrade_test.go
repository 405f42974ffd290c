package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// driveFresh is drive with a connection for each request.
func (s *server) driveFresh(t *testing.T, clients int, path string) *load {
	l := &load{}
	for n := range clients {
		l.all.Go(func() {
			for !l.over.Load() {
				a, err := s.fetchFresh(path)
				if err != nil || a.StatusCode != 200 {
					t.Errorf("new connection %d after %d answers: %v %+v %q", n, l.answers.Load(), err, a.Response, a.body)
					return
				}
				l.answers.Add(1)
			}
		})
	}
	t.Cleanup(l.end)
	return l
}

func (s *server) fetchFresh(path string) (answer, error) {
	c, err := s.dialFrom("127.0.0.1")
	if err != nil {
		return answer{}, err
	}
	defer c.Close()
	return c.fetch(path, "Connection: close")
}

// install copies a binary to a directory of its own, in place of what is there; with a
// suffix that makes no difference but in size.
func install(t *testing.T, binary, path, suffix string) {
	t.Helper()
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	replace(t, path, string(content)+suffix)
}

// replace puts a program where another may be running.
func replace(t *testing.T, path, content string) {
	t.Helper()
	err := os.WriteFile(path+".new", []byte(content), 0o755)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// upgrade sends USR2 to the arbiter and waits for the other one, the nth in this test.
func (s *server) upgrade(t *testing.T, n int) process {
	t.Helper()
	s.signal(syscall.SIGUSR2)
	found := s.log.awaitN(t, `another arbiter \(pid: \d+\)`, n)
	pid, _ := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(found[n-1]))
	p, ok := processOf(pid)
	if !ok {
		t.Fatalf("the other arbiter (%d) has ended", pid)
	}
	return p
}

func (p process) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(p.pid, sig); err != nil {
		t.Fatalf("%v to %d: %v", sig, p.pid, err)
	}
}

// pidIn is the number in a pidfile; 0 when there is none.
func pidIn(path string) int {
	content, _ := os.ReadFile(path)
	pid, _ := strconv.Atoi(strings.TrimSpace(string(content)))
	return pid
}

// An upgrade is rolled back, fails, and is completed; no request does.
func TestUpgrade(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		dir := tempDir(t)
		o := spec{target: g, app: "station", program: filepath.Join(dir, "server"), args: []string{"--pid", filepath.Join(dir, "pid")}}
		binary := spec{target: g}.binary()
		install(t, binary, o.program, "")
		s := start(t, o)
		s.log.await(t, `Booting worker with pid`)
		kept := s.drive(t, 3, "/fast", func(int, string) {})
		fresh := s.driveFresh(t, 2, "/fast")
		more := func() { kept.awaitMore(t, 50); fresh.awaitMore(t, 50) }
		more()

		other := s.upgrade(t, 1)
		s.log.awaitN(t, `Booting worker with pid`, 2)
		if first, second := pidIn(o.args[1]), pidIn(o.args[1]+".2"); first != s.cmd.Process.Pid || second != other.pid {
			t.Errorf("the pidfiles say %d and %d", first, second)
		}
		if title := other.title(t); !regexp.MustCompile(`^srv: master \[.*\.2\]$`).MatchString(title) {
			t.Errorf("title %q", title)
		}
		more()
		other.signal(t, syscall.SIGTERM)
		s.log.await(t, `Upgrade undone`)
		more()

		replace(t, o.program, "no program")
		s.signal(syscall.SIGUSR2)
		s.log.await(t, `\[ERROR\] Upgrade failed: start .*exec format error`)
		more()

		install(t, binary, o.program, "new")
		other = s.upgrade(t, 2)
		s.log.awaitN(t, `Booting worker with pid`, 3)
		s.signal(syscall.SIGUSR2)
		s.log.await(t, `USR2 signal ignored. Child exists.`)
		running, _ := os.Stat(fmt.Sprintf("/proc/%d/exe", other.pid))
		installed, _ := os.Stat(o.program)
		if !os.SameFile(running, installed) {
			t.Error("the new arbiter does not run the new file")
		}
		more()
		s.signal(syscall.SIGTERM)
		s.log.await(t, `Master has been promoted.`)
		more()
		kept.end()
		fresh.end()
		if first, second := pidIn(o.args[1]), pidIn(o.args[1]+".2"); first != other.pid || second != 0 {
			t.Errorf("the pidfiles say %d and %d", first, second)
		}
		other.signal(t, syscall.SIGTERM)
		if code := s.wait(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if left := pidIn(o.args[1]); left != 0 {
			t.Errorf("a pidfile is left that says %d", left)
		}
	})
}

// What keeps a new arbiter from starting is in the log, also when that is a file; a Unix
// socket's file survives it.
func TestUpgradeWithBadSettings(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	config, socket := writeFile(t, dir, "srv.toml", "workers = 1\n"), filepath.Join(dir, "s")
	errors := filepath.Join(dir, "log")
	s := launch(t, spec{args: []string{"-c", config, "--bind=unix:" + socket, "--error-logfile", errors}, app: "demo:hello", noBind: true})
	logged := func(pattern string) {
		t.Helper()
		eventually(t, "in the log: "+pattern, func() bool {
			content, _ := os.ReadFile(errors)
			return regexp.MustCompile(pattern).Match(content)
		})
	}
	logged(`Booting worker`)
	writeFile(t, dir, "srv.toml", "wrokers = 1\n")
	s.signal(syscall.SIGUSR2)
	logged(`srv: error: .*wrokers`)
	logged(`Upgrade failed: the other arbiter \(pid: \d+\) ended with exit code 1`)
	if got := curl(t, "--unix-socket", socket, "http://localhost/"); got.code != 0 {
		t.Errorf("afterwards: %s", got.stderr)
	}
	s.stop()
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket's file is left behind")
	}
}
