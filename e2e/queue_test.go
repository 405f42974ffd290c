package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// One queue before all interpreters: a request that blocks one of two holds up
// nobody, whatever connections the others come on.
func TestOneQueue(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2", "--threads=1"}, env: []string{gates.env()}})
		s.log.awaitN(t, "Booting worker", 2)
		slow := s.dial()
		clients := make([]*steady, 10)
		for i := range clients {
			clients[i] = &steady{s: s}
			// Open before the slow request, so that it has every chance to be in the way.
			if _, err := clients[i].fetch("/fast"); err != nil {
				t.Fatal(err)
			}
		}
		if err := slow.ask("/wait?slow"); err != nil {
			t.Fatal(err)
		}
		blocked := gates.await(t, "slow")
		var all sync.WaitGroup
		for _, k := range clients {
			all.Go(func() {
				for range 20 {
					if a, err := k.fetch("/fast"); err != nil || a.body != "fast" {
						t.Errorf("a fast request behind a slow one: %v %q", err, a.body)
						return
					}
				}
			})
		}
		all.Wait() // 200 answers, and the slow request has not been let go yet
		blocked.pass()
		if a, err := slow.answer(); err != nil || a.body != "waited" {
			t.Errorf("the slow request: %v %q", err, a.body)
		}
		s.stop()
	})
}

// Clients that hardly read a big response hold no interpreter.
func TestSlowReaders(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2"}, env: []string{gates.env()}})
		readers := make([]*conn, 100)
		for i := range readers {
			readers[i] = s.dialSlow()
			if err := readers[i].ask("/big"); err != nil {
				t.Fatal(err)
			}
			// The head has come: the app has been called for this one.
			if _, err := readers[i].r.ReadByte(); err != nil {
				t.Fatal(err)
			}
		}
		s.want("/fast", 200, "fast")
		s.bothServe(t, gates) // so neither interpreter was held
		// Each gets all of it, though late.
		for i, r := range readers[:5] {
			rest, err := io.ReadAll(io.LimitReader(r.r, 1<<20))
			if err != nil || !strings.HasPrefix(string(rest), "TTP/1.1 200 OK\r\n") {
				t.Fatalf("slow reader %d: %v, %.40q", i, err, rest)
			}
		}
		for _, r := range readers {
			r.Close()
		}
		s.stop()
	})
}

// dialSlow connects with a receive buffer that holds little, so that what is not
// read waits in the server.
func (s *server) dialSlow() *conn {
	s.t.Helper()
	control := func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
	}
	return s.dialWith(net.Dialer{Control: control})
}

// A client that leaves while its request is queued is never brought to the app.
func TestClientLeavesQueue(t *testing.T) {
	each(t, justC, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--access-logfile=-"}, env: []string{gates.env()}})
		blocker := s.dial()
		blocker.ask("/wait?blocker")
		blocked := gates.await(t, "blocker")
		leaver := s.dial()
		leaver.ask("/mark?left")
		leaver.Conn.(*net.TCPConn).SetLinger(0) // a reset: it is gone, not only silent
		leaver.Close()
		stayer := s.dial()
		stayer.ask("/mark?stayed")
		if g.class != "sync" { // which has accepted nobody but the blocker
			s.settle()
		}
		blocked.pass()
		if a, err := stayer.answer(); err != nil || a.body != "marked" {
			t.Errorf("who stayed: %v %q", err, a.body)
		}
		if _, err := blocker.answer(); err != nil {
			t.Errorf("who was first: %v", err)
		}
		if _, err := os.Stat(filepath.Join(s.dir, "left")); err == nil {
			t.Error("the app was called for a client that had left")
		}
		if g.class != "sync" {
			s.access.await(t, `"GET /mark\?left HTTP/1\.1" 499 `)
		}
		s.stop()
	})
}

// settle has the server deal with what came before: it answers requests that it
// refuses by itself, without the app.
func (s *server) settle() {
	s.t.Helper()
	for range 20 {
		if got := s.exchange("GET\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
			s.t.Fatalf("a malformed request: %q", got)
		}
	}
}

// A full queue answers 503 at once and says when to come again.
func TestQueueFull(t *testing.T) {
	each(t, justC, func(t *testing.T, g target) {
		if g.class == "sync" {
			return // it accepts no more than it can serve: its queue is the kernel's
		}
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--queue-size=2"}, env: []string{gates.env()}})
		blocker := s.dial()
		blocker.ask("/wait?blocker")
		blocked := gates.await(t, "blocker")
		answers := make(chan answer, 3)
		for range 3 {
			c := s.dial()
			c.ask("/fast")
			go func() {
				a, err := c.answer()
				if err != nil {
					t.Errorf("a queued request: %v", err)
					a.Response = nil
				}
				answers <- a
			}()
		}
		first := <-answers // the only one that can come while the app is blocked
		if first.Response == nil || first.StatusCode != 503 || first.Header.Get("Retry-After") == "" {
			t.Errorf("the third of a queue of two: %+v", first)
		}
		blocked.pass()
		for range 2 {
			if a := <-answers; a.Response == nil || a.body != "fast" {
				t.Errorf("a queued request: %+v", a)
			}
		}
		s.stop()
	})
}

// An interpreter that is killed takes the request in its hands with it, and no other.
func TestInterpreterKilled(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--workers=2"}, env: []string{gates.env()}})
		victim, bystander := s.dial(), s.dial()
		victim.ask("/wait?victim")
		bystander.ask("/wait?bystander")
		killed, other := gates.await(t, "victim"), gates.await(t, "bystander")
		queued := make([]*conn, 40)
		for i := range queued {
			queued[i] = s.dial()
			queued[i].ask("/fast")
		}
		if g.class != "sync" {
			s.settle() // they are in the queue
		}
		if err := syscall.Kill(killed.pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if a, err := victim.answer(); err != nil || a.StatusCode != 502 {
			t.Errorf("the request in its hands: %v %+v, want 502", err, a.Response)
		}
		for i, c := range queued {
			if a, err := c.answer(); err != nil || a.StatusCode != 200 || a.body != "fast" {
				t.Errorf("queued request %d: %v %+v %q", i, err, a.Response, a.body)
			}
		}
		other.pass()
		if a, err := bystander.answer(); err != nil || a.body != "waited" {
			t.Errorf("the other interpreter's request: %v %q", err, a.body)
		}
		s.log.await(t, fmt.Sprintf(`\[ERROR\] Worker \(pid:%d\).*SIGKILL`, killed.pid))
		s.log.awaitN(t, `Booting worker with pid`, 3)
		s.bothServe(t, gates)
		s.stop()
	})
}

// bothServe holds two calls at once: the server of two interpreters is at full strength.
func (s *server) bothServe(t *testing.T, gates *gates) {
	t.Helper()
	var held []*visit
	var conns []*conn
	for _, name := range []string{"/wait?again1", "/wait?again2"} {
		c := s.dial()
		c.ask(name)
		conns = append(conns, c)
	}
	held = append(held, gates.await(t, "again1"), gates.await(t, "again2"))
	if held[0].pid == held[1].pid {
		t.Errorf("one interpreter of one thread has both calls")
	}
	for i, v := range held {
		v.pass()
		if a, err := conns[i].answer(); err != nil || a.body != "waited" {
			t.Errorf("after the replacement: %v %q", err, a.body)
		}
	}
}

// A call that takes longer than the timeout is answered 504 and its interpreter replaced.
func TestTimeout(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--timeout=1"}, env: []string{gates.env()}})
		c := s.dial()
		c.ask("/wait?late")
		late := gates.await(t, "late")
		old, ok := processOf(late.pid)
		if !ok {
			t.Fatal("the interpreter is not there")
		}
		if a, err := c.answer(); err != nil || a.StatusCode != 504 {
			t.Errorf("a call that never ends: %v %+v, want 504", err, a.Response)
		}
		eventually(t, "the interpreter is killed", func() bool { return !old.alive() })
		s.want("/fast", 200, "fast")
		s.log.await(t, `/wait\?late`)
		s.log.await(t, `gate\.py", line \d+.* in wait`) // where it hung
		if n := len(s.interpreters()); n != 1 {
			t.Errorf("%d interpreters, want 1", n)
		}
		s.stop()
	})
}

// A Go call that is too late is answered 504 too; nobody can be replaced.
func TestTimeoutInGo(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, args: []string{"--timeout=1", "--threads=2"}, env: []string{gates.env()}})
		c := s.dial()
		c.ask("/wait?late")
		late := gates.await(t, "late")
		if a, err := c.answer(); err != nil || a.StatusCode != 504 {
			t.Errorf("a call that never ends: %v %+v, want 504", err, a.Response)
		}
		s.want("/fast", 200, "fast")
		late.pass()
		s.stop()
	})
}

// The request's context ends when its client has gone.
func TestContextOfGoHandler(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, args: []string{"--threads=2"}, env: []string{gates.env()}})
		c := s.dial()
		c.ask("/stay?here")
		gates.await(t, "here")
		c.Close()
		gates.await(t, "here-gone")
		s.want("/fast", 200, "fast")
		s.stop()
	})
}
