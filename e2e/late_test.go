package e2e

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// stopInterpreter stops the one interpreter there is, wherever it is, and gives what
// has it go on.
func (s *server) stopInterpreter(t *testing.T) (goOn func()) {
	t.Helper()
	running := s.interpreters()
	if len(running) == 0 {
		t.Fatal("no interpreter runs")
	}
	p := running[0]
	syscall.Kill(p.pid, syscall.SIGSTOP)
	eventually(t, "the interpreter stands", func() bool {
		now, ok := processOf(p.pid)
		return !ok || now.start != p.start || now.state == "T"
	})
	return func() {
		if p.alive() {
			syscall.Kill(p.pid, syscall.SIGCONT)
		}
	}
}

// ownAnswers asks on one connection for much, and wants what is its own.
func ownAnswers(t *testing.T, k *steady, who string) {
	t.Helper()
	for n := range 20 {
		mine := fmt.Sprintf("%s-%d", who, n)
		if a, err := k.fetch("/echo?" + mine); err != nil || a.StatusCode != 200 || a.body != mine {
			t.Errorf("%s was answered %v %+v %.80q", mine, err, a.Response, a.body)
		}
	}
}

// A call that hangs is answered 504, and what its interpreter says when it goes on
// after all reaches nobody: not on that connection, not on another.
func TestLateAnswer(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--timeout=1"}, env: []string{gates.env()}})
		hung, other := &steady{s: s}, &steady{s: s}
		ownAnswers(t, other, "before")
		hung.c = s.dial()
		hung.c.ask("/wait?late")
		call := gates.await(t, "late")
		goOn := s.stopInterpreter(t)
		call.pass()
		a, err := hung.c.answer()
		if err != nil || a.StatusCode != 504 {
			t.Fatalf("answered %v %+v %q, want 504", err, a.Response, a.body)
		}
		goOn()
		if a.Close {
			hung.c = nil
		}
		ownAnswers(t, hung, "same")
		ownAnswers(t, other, "other")
		s.log.await(t, `WORKER TIMEOUT \(pid:\d+\): GET /wait\?late took longer than the timeout of 1s`)
		s.log.await(t, `was killed: GET /wait\?late`)
		s.stop()
	})
}

// The stacks of a call that hangs are logged while it does, and again when its time is over.
func TestHungCallIsTold(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--timeout=1"}, env: []string{gates.env()}})
		c := s.dial()
		c.ask("/wait?hung")
		gates.await(t, "hung")
		slow := s.log.await(t, `is slow: GET /wait\?hung has taken [\s\S]*\bin wait\b`)
		if strings.Contains(slow, "TIMEOUT") {
			t.Error("it is told only when it is over")
		}
		if a, err := c.answer(); err != nil || a.StatusCode != 504 {
			t.Errorf("answered %v %+v, want 504", err, a.Response)
		}
		s.log.await(t, `WORKER TIMEOUT [\s\S]*\bin wait\b`)
		s.want("/fast", 200, "fast")
		s.stop()
	})
}

// The same in the middle of a large answer: the client sees that it is not whole.
func TestLateRestOfAnAnswer(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--timeout=1"}})
		c, other := s.dial(), &steady{s: s}
		c.ask("/huge")
		if _, err := c.r.Peek(1); err != nil {
			t.Fatal(err)
		}
		goOn := s.stopInterpreter(t)
		a, err := c.answer()
		whole := err == nil && len(a.body) == 32<<20 // the server had it all already
		if !whole && err != io.ErrUnexpectedEOF {
			t.Errorf("answered %v, %d bytes", err, len(a.body))
		}
		goOn()
		ownAnswers(t, other, "other")
		s.stop()
	})
}

// The same in the middle of whatever it does under load: batches, reading, writing.
func TestStoppedUnderLoad(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: []string{"--timeout=1"}})
		const clients = 8
		var right, cut atomic.Int64
		l := &load{}
		t.Cleanup(l.end)
		for n := range clients {
			k := &steady{s: s}
			l.all.Go(func() {
				for i := 0; !l.over.Load(); i++ {
					mine := fmt.Sprintf("client-%d-%d", n, i)
					a, err := k.fetch("/echo?" + mine)
					switch {
					case err != nil:
						t.Errorf("%s: %v", mine, err)
						return
					case a.StatusCode == 200 && a.body == mine:
						right.Add(1)
					case a.StatusCode == 504 || a.StatusCode == 502:
						cut.Add(1)
					default:
						t.Errorf("%s was answered %d %.80q", mine, a.StatusCode, a.body)
						return
					}
				}
			})
		}
		for range 2 {
			at, hung := right.Load(), cut.Load()
			eventually(t, "clients are answered", func() bool { return right.Load() > at+100 || t.Failed() })
			goOn := s.stopInterpreter(t)
			at = right.Load()
			eventually(t, "its time is over", func() bool { return cut.Load() > hung || right.Load() > at+100 || t.Failed() })
			goOn()
		}
		l.end()
	})
}
