package e2e

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
)

// leaking is an app that keeps a megabyte of each request.
const leaking = `import os
kept = []
def application(environ, start_response):
    kept.append(os.urandom(1 << 20))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % os.getpid()]
`

// An app that leaks gets new interpreters, and nobody notices.
func TestMaxWorkerMemory(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "leaking.py", leaking)
		s := start(t, spec{target: g, app: "leaking", args: []string{"--workers=2", "--max-worker-memory=100M"}, dir: dir})
		l := s.drive(t, 1, "/", func(int, string) {})
		s.log.awaitN(t, `Autorestarting worker .* max_worker_memory`, 2)
		l.end()
		eventually(t, "two interpreters are left", func() bool { return len(s.interpreters()) == 2 })
		if n := s.log.count(`\[ERROR\]`); n != 0 {
			t.Errorf("%d errors in the log", n)
		}
		s.stop()
	})
}

// Old interpreters are replaced one after the other, under load.
func TestMaxWorkerLifetime(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2", "--max-worker-lifetime=1"}})
		l := s.drive(t, 2, "/fast", func(int, string) {})
		s.log.awaitN(t, `Autorestarting worker .* max_worker_lifetime`, 3)
		l.end()
		if n := s.log.count(`\[ERROR\]`); n != 0 {
			t.Errorf("%d errors in the log", n)
		}
		s.stop()
	})
}

// killInterpreters kills those that live.
func (s *server) killInterpreters() {
	for _, p := range s.interpreters() {
		syscall.Kill(p.pid, syscall.SIGKILL)
	}
}

// The first interpreter that dies is replaced at once. The next waits, and
// clients are told for how long; the worker process goes on.
func TestRestartDelay(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--restart-delay=3000", "--restart-delay-max=3000"}})
		s.want("/fast", 200, "fast")
		s.killInterpreters()
		s.log.awaitN(t, `Booting worker with pid`, 2)
		eventually(t, "the second serves", func() bool { return s.get("/fast").StatusCode == 200 })
		s.killInterpreters()
		s.log.awaitN(t, `exited with signal SIGKILL`, 2)
		a := s.get("/fast")
		if after, _ := strconv.Atoi(a.Header.Get("Retry-After")); a.StatusCode != 503 || after < 2000 {
			t.Errorf("got %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
		}
		s.stop()
	})
}

// After restart_limit deaths none is replaced before the window has room.
func TestRestartLimit(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--restart-delay=0", "--restart-limit=1", "--restart-window=2"}})
		for n := 2; n <= 3; n++ { // the second is replaced at once, the third when 2 s have passed
			eventually(t, "one serves", func() bool { return s.get("/fast").StatusCode == 200 })
			s.killInterpreters()
			s.log.awaitN(t, `Booting worker with pid`, n)
		}
		s.log.await(t, `\[CRITICAL\] Workers die too often: restart_limit \(1 within 2s\)`)
		eventually(t, "the third serves", func() bool { return s.get("/fast").StatusCode == 200 })
		s.stop()
	})
}

// What is not ready at the start stops the server, with gunicorn's exit code.
func TestNotReadyAtStart(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "sleepy.py", "import time\ntime.sleep(3600)\n")
	for _, tt := range []struct{ name, app, arg, dir, want string }{
		{"ready_path", "station", "--ready-path=/raise", "", `ready_path: GET /raise was answered 500`},
		{"boot_timeout", "sleepy", "--boot-timeout=0.5", dir, `boot_timeout`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := launch(t, spec{target: target{"gnet", onCPython}, app: tt.app, args: []string{tt.arg}, dir: tt.dir})
			if code := s.wait(); code != 3 {
				t.Errorf("exit code %d, want 3", code)
			}
			s.log.await(t, tt.want)
		})
	}
}

// An interpreter gets its first client's request after it has answered ready_path.
func TestReadyPath(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--ready-path=/mark?asked"}})
		s.want("/fast", 200, "fast")
		if _, err := os.Stat(s.dir + "/asked"); err != nil {
			t.Errorf("it serves, and was not asked: %v", err)
		}
		s.stop()
	})
}

// A reload to what does not answer ready_path changes nothing.
func TestReloadOfUnreadyApp(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 1))
		s := start(t, spec{target: g, app: "versioned", args: []string{"--ready-path=/health"}, dir: dir})
		s.want("/", 200, "1")
		writeFile(t, dir, "versioned.py", "def application(environ, start_response):\n    raise RuntimeError('not today')\n")
		s.signal(syscall.SIGHUP)
		s.log.await(t, "RuntimeError: not today")
		s.log.await(t, "GET /health was answered 500")
		s.log.await(t, "Reload failed")
		s.want("/", 200, "1")
		s.stop()
	})
}
