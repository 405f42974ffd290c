package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// children are the worker processes: they are right below the arbiter.
func (s *server) children() []process {
	var found []process
	for _, p := range s.descendants() {
		if p.parent == s.cmd.Process.Pid {
			found = append(found, p)
		}
	}
	return found
}

// workers are what the setting workers counts.
func (s *server) workers(g target) []process {
	if g.kind == goHandler {
		return s.children()
	}
	return s.interpreters()
}

// awaitWorkers waits until there are so many.
func (s *server) awaitWorkers(g target, n int) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d workers are there", n), func() bool { return len(s.workers(g)) == n })
}

// TTIN and TTOU under load: one more, one less, and no request fails.
func TestTTINAndTTOU(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station"})
		s.log.await(t, `Booting worker with pid`)
		io := s.children()
		l := s.drive(t, 3, "/fast", func(int, string) {})
		s.signal(syscall.SIGTTIN)
		s.awaitWorkers(g, 2)
		s.log.await(t, "Handling signal: ttin")
		s.signal(syscall.SIGTTIN)
		s.awaitWorkers(g, 3)
		for range 2 {
			n := len(s.workers(g))
			s.signal(syscall.SIGTTOU)
			s.awaitWorkers(g, n-1)
		}
		s.signal(syscall.SIGTTOU) // the last stays
		s.signal(syscall.SIGUSR1) // after which it is known that TTOU was handled
		s.log.await(t, "Handling signal: usr1")
		l.awaitMore(t, 50)
		l.end()
		s.awaitWorkers(g, 1)
		if g.kind != goHandler && !io[0].alive() {
			t.Error("the I/O process was replaced")
		}
		s.stop()
	})
}

// HUP goes by the settings again, and an interpreter's number survives its process.
func TestTTINIsRemembered(t *testing.T) {
	t.Parallel()
	g := target{"gnet", onCPython}
	s := start(t, spec{target: g, app: "station"})
	s.log.await(t, `Booting worker with pid`)
	s.signal(syscall.SIGTTIN)
	s.awaitWorkers(g, 2)
	syscall.Kill(s.children()[0].pid, syscall.SIGKILL)
	s.log.awaitN(t, `Booting worker with pid`, 4)
	s.awaitWorkers(g, 2)
	s.want("/fast", 200, "fast")
	s.signal(syscall.SIGHUP)
	s.awaitWorkers(g, 1)
	s.stop()
}

// USR1: what was rotated away is let go, by every process.
func TestUSR1(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		dir := tempDir(t)
		errorlog, accesslog := filepath.Join(dir, "error.log"), filepath.Join(dir, "access.log")
		sock := filepath.Join(dir, "s")
		s := launch(t, spec{target: g, noBind: true, args: []string{
			"--bind=unix:" + sock, "--error-logfile=" + errorlog, "--access-logfile=" + accesslog}})
		has := func(path, text string) func() bool {
			return func() bool {
				content, _ := os.ReadFile(path)
				return strings.Contains(string(content), text)
			}
		}
		ask := func(path string) {
			curl(t, "--unix-socket", sock, "http://localhost"+path)
		}
		eventually(t, "it has started", has(errorlog, "Booting worker"))
		eventually(t, "it answers", func() bool { ask("/fast?before"); return has(accesslog, "/fast?before")() })
		os.Rename(errorlog, errorlog+".1")
		os.Rename(accesslog, accesslog+".1")
		s.signal(syscall.SIGUSR1)
		eventually(t, "the access log is opened again", func() bool { ask("/fast?after"); return has(accesslog, "/fast?after")() })
		s.signal(syscall.SIGTTIN)
		eventually(t, "the arbiter's log is opened again", has(errorlog, "Handling signal: ttin"))
		eventually(t, "the worker's too", has(errorlog, "Booting worker"))
		if has(errorlog+".1", "ttin")() {
			t.Error("the old file was written to")
		}
		s.stop()
	})
}

// At a terminal WINCH means that a window has another size.
func TestWINCHAtATerminal(t *testing.T) {
	t.Parallel()
	g := target{"gnet", goHandler}
	s := start(t, spec{target: g, args: []string{"--log-level=debug"}})
	s.signal(syscall.SIGWINCH)
	s.log.await(t, "SIGWINCH ignored. Not daemonized")
	s.want("/fast", 200, "fast")
	s.stop()
}

// A worker process that is stopped gives no sign of life: its stacks are logged, and
// another takes its place.
func TestHungWorkerProcess(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--heartbeat-timeout=2"}})
		s.want("/fast", 200, "fast")
		hung := s.children()[0]
		below := s.descendants()
		syscall.Kill(hung.pid, syscall.SIGSTOP)
		s.log.await(t, fmt.Sprintf(`\[CRITICAL\] WORKER TIMEOUT \(pid:%d\)`, hung.pid))
		s.log.await(t, `SIGABRT: abort`)
		s.log.await(t, `(?m)^goroutine \d+ .*:$`)
		s.log.awaitN(t, `Booting worker with pid`, 2)
		s.want("/fast", 200, "fast")
		for _, p := range below {
			eventually(t, fmt.Sprintf("process %d ends", p.pid), func() bool { return !p.alive() })
		}
		s.stop()
	})
}

// A rolling reload never has more than one process too many, and no request fails.
func TestRollingReload(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, args: []string{"--workers=3", "--reload-surge=1"}})
		s.log.awaitN(t, `Booting worker with pid`, 3)
		old := s.children()
		l := s.drive(t, 4, "/pid", func(int, string) {})
		l.awaitMore(t, 50)
		s.signal(syscall.SIGHUP)
		for _, p := range old {
			eventually(t, fmt.Sprintf("the old worker %d ends", p.pid), func() bool { return !p.alive() || t.Failed() })
		}
		s.awaitWorkers(g, 3)
		l.awaitMore(t, 50)
		l.end()
		s.stop()
	})
}

// bind changes by reload: what stays is the very same socket, what goes is closed, and
// what cannot be had changes nothing.
func TestBindChangesByReload(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		dir := tempDir(t)
		taken, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
		bind := func(addresses ...string) {
			writeFile(t, dir, "srv.toml", `bind = ["127.0.0.1:0", "`+strings.Join(addresses, `", "`)+"\"]\n")
		}
		bind("unix:" + first)
		s := start(t, spec{target: g, app: "station", noBind: true, args: []string{"--config=" + filepath.Join(dir, "srv.toml")}})
		s.want("/fast", 200, "fast")
		l := s.drive(t, 2, "/fast", func(int, string) {})

		bind("unix:"+second, taken.Addr().String())
		s.signal(syscall.SIGHUP)
		s.log.await(t, `Reload failed: the listening sockets cannot be changed: .*address already in use`)
		if got := curl(t, "--unix-socket", first, "http://localhost/fast"); got.stdout != "fast" {
			t.Errorf("after a reload that failed: %+v", got)
		}

		bind("unix:" + second)
		s.signal(syscall.SIGHUP)
		s.log.await(t, `Listening at: http://`+s.addr+`,unix:`+second)
		if got := curl(t, "--unix-socket", second, "http://localhost/fast"); got.stdout != "fast" {
			t.Errorf("at the new address: %+v", got)
		}
		if _, err := os.Stat(first); !os.IsNotExist(err) {
			t.Error("the file of the old address is left")
		}
		l.awaitMore(t, 50)
		l.end()
		s.want("/fast", 200, "fast")
		s.stop()
	})
}

// What takes a new process, the worker class, changes by reload as well.
func TestReloadToAnotherClass(t *testing.T) {
	t.Parallel()
	for _, kind := range []kind{goHandler, onCPython} {
		dir := tempDir(t)
		config := writeFile(t, dir, "srv.toml", "worker_class = \"threaded\"\n")
		s := start(t, spec{target: target{kind: kind}, app: "station", args: []string{"--config=" + config}})
		s.log.await(t, `Booting worker with pid`)
		old := s.children()[0]
		l := s.drive(t, 3, "/fast", func(int, string) {})
		l.awaitMore(t, 50)
		writeFile(t, dir, "srv.toml", "worker_class = \"gnet\"\nworkers = 2\nthreads = 2\nloglevel = \"debug\"\n")
		s.signal(syscall.SIGHUP)
		eventually(t, "the old worker ends", func() bool { return !old.alive() || t.Failed() })
		s.awaitWorkers(target{kind: kind}, 2)
		l.awaitMore(t, 50)
		l.end()
		eventually(t, "the arbiter's own log level has changed", func() bool {
			s.signal(syscall.SIGWINCH)
			return s.log.count(`\[DEBUG\] SIGWINCH ignored`) > 0
		})
		s.stop()
	}
}

// A spent Go worker serves until its successor is ready.
func TestRecyclingOfGoWorkers(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, args: []string{"--max-worker-memory=1K"}})
		s.log.await(t, `Booting worker with pid`) // asking would leave it an idle connection to wait for
		first := s.children()[0]
		l := s.drive(t, 2, "/pid", func(int, string) {})
		s.log.await(t, fmt.Sprintf(`\[%d\] \[INFO\] Autorestarting worker: max_worker_memory`, first.pid))
		eventually(t, "it is replaced", func() bool { return !first.alive() || t.Failed() })
		l.end()
		if n := s.log.count(`\[ERROR\]`); n != 0 {
			t.Errorf("%d errors in the log", n)
		}
		s.stop()
	})
}
