package workertest

import (
	"io"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// connections: worker_connections, and who makes room.
func (s *suite) connections(t *testing.T) {
	t.Run("an idle one makes room", s.idleMakesRoom)
	t.Run("one that becomes idle makes room", func(t *testing.T) { inEachMode(t, s.laterMakesRoom) })
}

func atMost(n int) func(*workers.Options) {
	return func(o *workers.Options) { o.Connections = n }
}

func (s *suite) idleMakesRoom(t *testing.T) {
	inEvery(t, func(t *testing.T, k kind) {
		sv := s.start(t, k.app(), atMost(3))
		for range 10 {
			c := sv.dial(t)
			c.get("/hello").want(t, 200, "Hello World")
			if sv.stats.Open.Load() > 4 { // each listener may have accepted one that waits
				t.Errorf("%d connections", sv.stats.Open.Load())
			}
		}
	})
}

// laterMakesRoom: there was no idle connection when the client came.
func (s *suite) laterMakesRoom(t *testing.T, mode app.Mode) {
	gate := newGate()
	defer gate.open()
	called := make(chan struct{}, 9)
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		called <- struct{}{}
		<-gate.c
		echo(ex)
	})}, atMost(2))
	busy := []*client{sv.dial(t), sv.dial(t)}
	for _, c := range busy {
		c.send(request("GET", "/n/busy", ""))
	}
	for range busy {
		await(t, "the app is called", called)
	}
	late, sent := sv.dial(t), make(chan error, 1)
	go func() { // a handshake has to be answered
		_, err := io.WriteString(late, request("GET", "/hello", ""))
		sent <- err
	}()
	gate.open()
	if err := await(t, "the late one's request is sent", sent); err != nil {
		t.Fatal(err)
	}
	late.answer("GET").want(t, 200, "Hello World")
	for _, c := range busy {
		c.answer("GET").want(t, 200, "busy")
	}
}

// acceptsForCalls: a client that nobody could serve is left to other processes.
func (s *suite) acceptsForCalls(t *testing.T, mode app.Mode) {
	gate := newGate()
	defer gate.open()
	const calls = 2
	called, over := make(chan struct{}, 99), make(chan struct{}, 99)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		called <- struct{}{}
		<-gate.c
		echo(ex)
		over <- struct{}{}
	}}, func(o *workers.Options) { o.Calls = calls })
	var clients []*client
	for range 3 * calls {
		c := sv.dial(t)
		c.send(request("GET", "/hello", ""))
		clients = append(clients, c)
	}
	for range calls {
		await(t, "the app is called", called)
	}
	// Whoever was accepted while the others' requests were still being read is
	// served too, one for each listener. The others wait in the listener's queue.
	if n := len(called); n > 2 {
		t.Errorf("%d calls beyond the limit", n)
	}
	gate.open()
	for _, c := range clients {
		c.answer("GET").want(t, 200, "Hello World")
	}
	if len(over) != len(clients) && !happens(func() bool { return len(over) == len(clients) }) {
		t.Errorf("%d of %d calls have ended", len(over), len(clients))
	}
}
