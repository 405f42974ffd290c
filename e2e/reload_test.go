package e2e

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// engine is the process that the clients are connected to: the arbiter's child.
func (s *server) engine() process {
	s.t.Helper()
	for _, p := range s.descendants() {
		if p.parent == s.cmd.Process.Pid {
			return p
		}
	}
	s.t.Fatal("there is no worker process")
	return process{}
}

// A reload replaces interpreters only: the worker process stays, with its
// connections, while the number of interpreters and threads changes.
func TestReloadInPlace(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 1))
		config := writeFile(t, dir, "srv.toml", "workers = 2\n")
		s := start(t, spec{target: g, app: "versioned", args: []string{"--config=" + config}, dir: dir})
		s.want("/", 200, "1")
		engine := s.engine()
		const clients = 4
		var seen [clients]atomic.Value
		l := s.drive(t, clients, "/", func(n int, body string) { seen[n].Store(body) })
		steps := []string{"workers = 3\nthreads = 2\n", "workers = 1\nreload_surge = 0\n"}
		if g.class == "sync" {
			steps[0] = "workers = 3\n" // with threads it would be another class
		}
		for i, settings := range steps {
			version := i + 2
			writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, version))
			writeFile(t, dir, "srv.toml", settings)
			s.signal(syscall.SIGHUP)
			for n := range seen {
				eventually(t, fmt.Sprintf("client %d sees version %d", n, version), func() bool {
					return seen[n].Load() == fmt.Sprint(version) || t.Failed()
				})
			}
			want := int(settings[len("workers = ")] - '0')
			eventually(t, fmt.Sprintf("%d interpreters are left", want), func() bool { return len(s.interpreters()) == want })
		}
		l.end()
		if !engine.alive() || s.engine().pid != engine.pid {
			t.Error("the worker process was replaced")
		}
		if n := s.log.count(`\[ERROR\]`); n != 0 {
			t.Errorf("%d errors in the log", n)
		}
		s.stop()
	})
}

// One interpreter more is one call more, in every class: sync accepts for it.
func TestScaledPoolServes(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", env: []string{gates.env()}})
		s.want("/fast", 200, "fast")
		s.signal(syscall.SIGTTIN)
		eventually(t, "two interpreters", func() bool { return len(s.interpreters()) == 2 })
		var slow [2]*conn
		var blocked [2]*visit
		for i := range slow {
			slow[i] = s.dial()
			slow[i].ask(fmt.Sprintf("/wait?%d", i))
			blocked[i] = gates.await(t, fmt.Sprint(i))
		}
		for i := range slow {
			blocked[i].pass()
			if a, err := slow[i].answer(); err != nil || a.body != "waited" {
				t.Errorf("call %d: %v %q", i, err, a.body)
			}
		}
		s.stop()
	})
}

// USR1: after a rotation every process writes to the new files.
func TestReopenLogs(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		dir := tempDir(t)
		s := launch(t, spec{target: g, app: "station", noBind: true, args: []string{
			"--bind=unix:" + dir + "/s", "--error-logfile=" + dir + "/error", "--access-logfile=" + dir + "/access"}})
		ask := func(path string) bool { return curl(t, "--unix-socket", dir+"/s", "http://a"+path).code == 0 }
		read := func(name string) string {
			content, _ := os.ReadFile(dir + "/" + name)
			return string(content)
		}
		eventually(t, "it serves", func() bool { return ask("/fast") })
		for _, name := range []string{"error", "access"} {
			if err := os.Rename(dir+"/"+name, dir+"/old-"+name); err != nil {
				t.Fatal(err)
			}
		}
		s.signal(syscall.SIGUSR1)
		eventually(t, "a traceback in the new error log", func() bool {
			return ask("/raise") && strings.Contains(read("error"), "raised on purpose")
		})
		eventually(t, "lines in the new access log", func() bool { return strings.Contains(read("access"), "GET /raise") })
		s.signal(syscall.SIGTERM)
		if code := s.wait(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		if log := read("error"); !strings.Contains(log, "Shutting down: Master") {
			t.Errorf("the new error log has no end:\n%s", log)
		}
	})
}
