package e2e

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// templates are the processes that interpreters are forked from.
func (s *server) templates(t *testing.T) (found []process) {
	t.Helper()
	for _, p := range s.descendants() {
		if strings.HasPrefix(p.title(t), "srv: template [") {
			found = append(found, p)
		}
	}
	return found
}

// preload_app: one import for all; a crash, HUP and TTIN's like go on from it.
func TestPreloadApp(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		dir := tempDir(t)
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 1)+"import os; os.write(2, b'imported by %d\\n' % os.getpid())\n")
		s := start(t, spec{target: g, app: "versioned", args: []string{"--preload", "--workers=3"}, dir: dir})
		// Idle connections would keep a worker that was relieved.
		version := func() string {
			c := s.dial()
			defer c.Close()
			a, err := c.fetch("/", "Connection: close")
			if err != nil {
				t.Error(err)
			}
			return a.body
		}
		if v := version(); v != "1" {
			t.Errorf("version %q", v)
		}
		s.log.await(t, `Preloaded: \d+ MB in all`)
		first := s.templates(t)
		if n := s.log.count(`^imported by`); n != 1 || len(first) != 1 {
			t.Fatalf("imported %d times, %d templates", n, len(first))
		}
		for _, p := range s.interpreters() {
			if p.pid != first[0].pid {
				syscall.Kill(p.pid, syscall.SIGKILL)
			}
		}
		s.log.awaitN(t, `exited with signal SIGKILL`, 3)
		if v := version(); v != "1" || s.log.count(`^imported by`) != 1 {
			t.Errorf("version %q, imported %d times, after a crash", v, s.log.count(`^imported by`))
		}
		writeFile(t, dir, "versioned.py", fmt.Sprintf(versioned, 2))
		s.signal(syscall.SIGHUP)
		eventually(t, "the new code serves", func() bool { return version() == "2" })
		eventually(t, "the old template is gone", func() bool { return !first[0].alive() })
		tree := s.descendants()
		s.signal(syscall.SIGKILL)
		s.wait()
		for _, p := range tree {
			eventually(t, fmt.Sprintf("process %d ends", p.pid), func() bool { return !p.alive() })
		}
	})
}
