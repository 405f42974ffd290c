package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// TERM: what is in flight is answered, then everything ends with code 0.
func TestTerm(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--threads=2"}, env: []string{gates.env()}})
		idle := s.dial()
		if a, err := idle.fetch("/fast"); err != nil || a.body != "fast" {
			t.Fatalf("%v %q", err, a.body)
		}
		slow := s.dial()
		slow.ask("/wait?slow")
		blocked := gates.await(t, "slow")
		s.signal(syscall.SIGTERM)
		s.log.await(t, "Handling signal: term")
		if _, err := idle.r.ReadByte(); err == nil {
			t.Error("the idle connection says something")
		} // closed, while the slow request still runs
		blocked.pass()
		a, err := slow.answer()
		if err != nil || a.body != "waited" {
			t.Errorf("the request in flight: %v %q", err, a.body)
		}
		if err == nil && !a.Close {
			t.Error("its answer does not say Connection: close")
		}
		if code := s.wait(); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		s.log.await(t, "Shutting down: Master")
	})
}

// INT and QUIT do not wait for anybody.
func TestQuickStop(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
			gates := newGates(t)
			s := start(t, spec{target: g, app: "station", env: []string{gates.env()}})
			slow := s.dial()
			slow.ask("/wait?slow")
			gates.await(t, "slow")
			tree := s.descendants()
			s.signal(sig)
			// Nobody lets the request go: the end can only be the quick one.
			if code := s.wait(); code != 0 {
				t.Errorf("%v: exit code %d, want 0", sig, code)
			}
			for _, p := range tree {
				if p.alive() {
					t.Errorf("%v: process %d is alive", sig, p.pid)
				}
			}
		}
	})
}

// Not even SIGKILL of the arbiter leaves an orphan.
func TestArbiterKilled(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2"}, env: []string{gates.env()}})
		s.log.awaitN(t, `Booting worker with pid`, 2)
		slow := s.dial()
		slow.ask("/wait?slow")
		gates.await(t, "slow")
		tree := s.descendants()
		if len(tree) < 2 {
			t.Fatalf("only %d processes below the arbiter", len(tree))
		}
		s.signal(syscall.SIGKILL)
		s.wait()
		for _, p := range tree {
			eventually(t, fmt.Sprintf("process %d ends", p.pid), func() bool { return !p.alive() })
		}
	})
}

// A worker process that dies is replaced, in Go and around Python.
func TestWorkerKilled(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station"})
		s.want("/fast", 200, "fast")
		var worker process
		for _, p := range s.descendants() {
			if p.parent == s.cmd.Process.Pid {
				worker = p
			}
		}
		below := s.descendants()
		syscall.Kill(worker.pid, syscall.SIGKILL)
		s.log.await(t, fmt.Sprintf(`\[ERROR\] Worker \(pid:%d\) was sent SIGKILL`, worker.pid))
		s.log.awaitN(t, `Booting worker with pid`, 2)
		s.want("/fast", 200, "fast")
		for _, p := range below {
			eventually(t, fmt.Sprintf("process %d ends", p.pid), func() bool { return !p.alive() })
		}
		s.stop()
	})
}

// load is a number of clients that ask without pause.
type load struct {
	all     sync.WaitGroup
	over    atomic.Bool
	answers atomic.Int64
}

// drive starts clients that fetch path; each answer must be 200 and is given to
// look, which says whether that client has seen enough.
func (s *server) drive(t *testing.T, clients int, path string, look func(client int, body string)) *load {
	l := &load{}
	for n := range clients {
		k := &steady{s: s}
		l.all.Go(func() {
			for !l.over.Load() {
				a, err := k.fetch(path)
				if err != nil || a.StatusCode != 200 {
					t.Errorf("client %d after %d answers: %v %+v %q", n, l.answers.Load(), err, a.Response, a.body)
					return
				}
				l.answers.Add(1)
				look(n, a.body)
			}
		})
	}
	t.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.over.Store(true)
	l.all.Wait()
}

// awaitMore waits for n answers from now.
func (l *load) awaitMore(t *testing.T, n int64) {
	t.Helper()
	want := l.answers.Load() + n
	eventually(t, fmt.Sprintf("%d more answers", n), func() bool { return l.answers.Load() >= want || t.Failed() })
}

const versioned = `import os
VERSION = b"%d"
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1")])
    return [VERSION]
`

// HUP under load: the new code serves, and no request fails.
func TestReload(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 1))
		s := start(t, spec{target: g, app: "versioned", args: []string{"--workers=2"}, dir: dir})
		const clients = 6
		var seen [clients]atomic.Value
		l := s.drive(t, clients, "/", func(n int, body string) { seen[n].Store(body) })
		l.awaitMore(t, 200)
		for version := 2; version <= 3; version++ {
			writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, version))
			s.signal(syscall.SIGHUP)
			for n := range seen {
				eventually(t, fmt.Sprintf("client %d sees version %d", n, version), func() bool {
					return seen[n].Load() == strconv.Itoa(version) || t.Failed()
				})
			}
			l.awaitMore(t, 200)
		}
		l.end()
		s.log.await(t, "Handling signal: hup")
		eventually(t, "two interpreters of the last generation are left", func() bool { return len(s.interpreters()) == 2 })
		s.stop()
	})
}

// A reload that cannot work changes nothing.
func TestReloadOfBrokenApp(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 1))
		s := start(t, spec{target: g, app: "versioned", dir: dir})
		s.want("/", 200, "1")
		writeFile(t, dir, "versioned.py", "raise RuntimeError('not today')\n")
		s.signal(syscall.SIGHUP)
		s.log.await(t, "RuntimeError: not today")
		s.log.await(t, "Reload failed")
		s.want("/", 200, "1")
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 2))
		s.signal(syscall.SIGHUP)
		eventually(t, "the mended app serves", func() bool { return s.get("/").body == "2" })
		s.stop()
	})
}

// HUP of a Go program: new processes on the same sockets.
func TestReloadOfGoProgram(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, args: []string{"--workers=2"}})
		s.log.awaitN(t, `Booting worker with pid`, 2)
		old := s.descendants()
		const clients = 6
		var seen [clients]atomic.Value
		l := s.drive(t, clients, "/pid", func(n int, body string) { seen[n].Store(body) })
		l.awaitMore(t, 200)
		s.signal(syscall.SIGHUP)
		s.log.awaitN(t, `Booting worker with pid`, 4)
		for _, p := range old {
			eventually(t, fmt.Sprintf("the old worker %d ends", p.pid), func() bool { return !p.alive() || t.Failed() })
		}
		l.awaitMore(t, 200)
		l.end()
		for n := range seen {
			for _, p := range old {
				if seen[n].Load() == strconv.Itoa(p.pid) {
					t.Errorf("client %d was last served by the old worker %d", n, p.pid)
				}
			}
		}
		s.stop()
	})
}

// max_requests replaces interpreters, and nobody notices.
func TestMaxRequests(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2", "--max-requests=40", "--max-requests-jitter=10"}})
		var mu sync.Mutex
		pids := map[string]bool{}
		l := s.drive(t, 4, "/pid", func(_ int, body string) {
			mu.Lock()
			defer mu.Unlock()
			pids[body] = true
		})
		eventually(t, "six interpreters have served", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(pids) >= 6 || t.Failed()
		})
		l.end()
		eventually(t, "two interpreters are left", func() bool { return len(s.interpreters()) == 2 })
		if n := strings.Count(s.log.String(), "[ERROR]"); n != 0 {
			t.Errorf("%d errors in the log", n)
		}
		s.stop()
	})
}

// A Go worker is a process: it drains, and another takes its place.
func TestMaxRequestsInGo(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, args: []string{"--workers=2", "--max-requests=40", "--max-requests-jitter=10"}})
		var mu sync.Mutex
		pids := map[string]bool{}
		l := s.drive(t, 4, "/pid", func(_ int, body string) {
			mu.Lock()
			defer mu.Unlock()
			pids[body] = true
		})
		eventually(t, "four workers have served", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(pids) >= 4 || t.Failed()
		})
		l.end()
		s.stop()
	})
}
