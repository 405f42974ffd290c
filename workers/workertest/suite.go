package workertest

import (
	"testing"

	"github.com/seed-77b39ca9/srv/workers"
)

// suite is what the tests of one class share.
type suite struct {
	factory workers.Factory
	oneShot bool     // the class answers one request on each connection
	warm    bool     // what the class starts once for the process is there
	tls     *secured // nil: in the clear
}

// Run runs the suite on the worker class that f makes.
func Run(t *testing.T, f workers.Factory) {
	s := &suite{factory: f}
	s.learn(t) // not by t.Run: -run must not leave it out
	if t.Failed() {
		return
	}
	s.groups(t)
	t.Run("budgets", s.budgets)
	t.Run("limits", s.limits)
	t.Run("PROXY protocol", s.proxy)
	t.Run("records", s.records)
	if s.oneShot {
		t.Run("accepted while a call is free", func(t *testing.T) { inEachMode(t, s.acceptsForCalls) })
	}
	t.Run("TLS", func(t *testing.T) {
		s.tls = newSecured(t)
		s.groups(t)
		s.handshakes(t)
	})
}

// groups are what has to be so in the clear and in TLS.
func (s *suite) groups(t *testing.T) {
	for _, group := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"messages", s.messages},
		{"pipelining", s.pipelining},
		{"content", s.content},
		{"streaming", s.streaming},
		{"responses", s.responses},
		{"refusals", s.refusals},
		{"deadlines", s.deadlines},
		{"leaving", s.leaving},
		{"slow readers", s.slowReaders},
		{"files", s.files},
		{"connections", s.connections},
		{"stopping", s.stopping},
		{"load", s.load},
	} {
		t.Run(group.name, group.run)
	}
}

// learn asks a server whether it keeps connections alive. It is also the first
// server of the process: what an engine starts once and for ever is there after it.
func (s *suite) learn(t *testing.T) {
	sv := s.start(t, immediate.app())
	c := sv.dial(t)
	c.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
	a := c.answer("GET")
	a.want(t, 200, "Hello World")
	s.oneShot, s.warm = a.Close, true
}
