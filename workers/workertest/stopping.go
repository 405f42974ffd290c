package workertest

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// stopping: Drain loses nothing, Close does not wait.
func (s *suite) stopping(t *testing.T) {
	t.Run("drain, in flight", func(t *testing.T) { inEachMode(t, s.drainInFlight) })
	t.Run("drain, response begun", func(t *testing.T) { inEachMode(t, s.drainBegun) })
	t.Run("drain, accepted and silent", func(t *testing.T) { inEvery(t, s.drainSilent) })
	t.Run("drain, half a request", func(t *testing.T) { inEvery(t, s.drainReading) })
	t.Run("drain, idle", func(t *testing.T) { inEvery(t, s.drainIdle) })
	t.Run("drain, idle with grace", s.drainGrace)
	t.Run("drain, many arriving", func(t *testing.T) { inEvery(t, s.drainArriving) })
	t.Run("finish, many in the queue", func(t *testing.T) { inEvery(t, s.finishArriving) })
	t.Run("close, app at work", func(t *testing.T) { inEachMode(t, s.closeBusy) })
	t.Run("close, handler at work", s.closeHandler)
	t.Run("close, slow reader", func(t *testing.T) { inEvery(t, s.closeSlow) })
	t.Run("before Serve", s.closeBefore)
}

// long is a grace that no test waits for.
const long = time.Hour

func (s *suite) drainInFlight(t *testing.T, mode app.Mode) {
	gate := newGate()
	defer gate.open()
	called := make(chan struct{}, 2)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		called <- struct{}{}
		<-gate.c
		echo(ex)
	}})
	clients := []*client{sv.dial(t), sv.dialUnix(t)}
	for _, c := range clients {
		c.send(request("GET", "/hello", ""))
		await(t, "the app is called", called)
	}
	sv.worker.Drain(0)
	eventually(t, "no client is accepted", func() bool {
		nc, err := net.Dial("tcp", sv.tcp)
		if err == nil {
			nc.Close()
		}
		return err != nil
	})
	gate.open()
	for _, c := range clients {
		a := c.answer("GET")
		a.want(t, 200, "Hello World")
		if !a.Close {
			t.Error("no Connection: close")
		}
		c.wantEnd()
	}
	sv.stop(t)
}

// drainBegun: the head had promised to keep the connection.
func (s *suite) drainBegun(t *testing.T, mode app.Mode) {
	gate := newGate()
	defer gate.open()
	sv := s.start(t, streamer(mode, gate.c, -1))
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	gate.c <- "begun"
	r := c.head("GET")
	part(t, r.Body, 5)
	sv.worker.Drain(0)
	gate.c <- "ended"
	gate.open()
	if b, err := io.ReadAll(r.Body); string(b) != "ended" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	c.wantEnd()
	sv.stop(t)
}

// drainSilent: nobody knows that no request is on its way.
func (s *suite) drainSilent(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	clients := []*client{sv.dial(t), sv.dialUnix(t), sv.dial(t)}
	eventually(t, "all are accepted", func() bool { return sv.stats.Accepted.Load() == 3 })
	sv.worker.Drain(long)
	for _, c := range clients {
		a := c.get("/hello")
		a.want(t, 200, "Hello World")
		if !a.Close {
			t.Error("no Connection: close")
		}
		c.wantEnd()
	}
	sv.stop(t)
}

func (s *suite) drainReading(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	c := sv.dial(t)
	r := request("POST", "/", "abc", "Expect: 100-continue", "Content-Length: 3")
	c.send(r[:len(r)-3])
	c.head("POST") // the server reads the request
	sv.worker.Drain(0)
	c.send(r[len(r)-3:])
	c.answer("POST").want(t, 200, echoOf("POST", "/", "abc"))
	c.wantEnd()
	sv.stop(t)
}

func (s *suite) drainIdle(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	silent, used := dial(t, "tcp", sv.tcp), sv.dialUnix(t) // silent: without a handshake too
	used.get("/hello").want(t, 200, "Hello World")
	eventually(t, "both are accepted", func() bool { return sv.stats.Accepted.Load() == 2 })
	sv.worker.Drain(0)
	silent.wantEnd()
	used.wantEnd()
	sv.stop(t)
}

func (s *suite) drainGrace(t *testing.T) {
	sv := s.start(t, immediate.app())
	c := dial(t, "tcp", sv.tcp)
	eventually(t, "it is accepted", func() bool { return sv.stats.Accepted.Load() == 1 })
	sv.worker.Drain(soon)
	c.wantEnd()
	sv.stop(t)
}

// drainArriving: who could connect is answered, also when the listener was
// closed in the next moment. The exception is what waits in a listener's own
// queue: it belongs to whoever shares the listener, here to nobody.
func (s *suite) drainArriving(t *testing.T, k kind) {
	const many = 50
	sv := s.start(t, k.app())
	clients := make([]*client, many)
	for i := range clients {
		clients[i] = sv.dial(t)
	}
	sv.worker.Drain(long)
	answered := 0
	for _, c := range clients {
		io.WriteString(c, request("GET", "/hello", ""))
		r, err := http.ReadResponse(c.r, nil)
		if err != nil {
			continue
		}
		b, err := io.ReadAll(r.Body)
		if string(b) != "Hello World" || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
		answered++
	}
	sv.stop(t)
	if accepted := int(sv.stats.Accepted.Load()); answered != accepted {
		t.Errorf("%d accepted, %d answered", accepted, answered)
	}
}

// finishArriving: where nobody else accepts, that queue is served too, and only
// then closed.
func (s *suite) finishArriving(t *testing.T, k kind) {
	const many = 50
	sv := s.start(t, k.app())
	clients := make([]*client, many)
	for i := range clients {
		clients[i] = sv.dial(t)
		clients[i].send(request("GET", "/hello", ""))
	}
	sv.worker.Finish(long)
	for _, c := range clients {
		c.answer("GET").want(t, 200, "Hello World")
		c.Close()
	}
	eventually(t, "no client is accepted", func() bool {
		nc, err := net.Dial("tcp", sv.tcp)
		if err == nil {
			nc.Close()
		}
		return err != nil
	})
	sv.stop(t)
}

func (s *suite) closeBusy(t *testing.T, mode app.Mode) {
	called, gone, over := make(chan struct{}), make(chan struct{}), make(chan struct{})
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		defer close(over)
		ex.OnGone(func() { close(gone) })
		close(called)
		<-gone
		respond(ex, 200, "late")
	}})
	c, idle := sv.dial(t), sv.dial(t)
	c.send(request("GET", "/", ""))
	await(t, "the app is called", called)
	sv.worker.Close()
	await(t, "OnGone's function is called", gone)
	await(t, "the app ends", over)
	c.wantCut()
	idle.wantCut()
	sv.stop(t)
}

func (s *suite) closeHandler(t *testing.T) {
	called := make(chan struct{})
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		close(called)
		<-r.Context().Done()
	}))
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	await(t, "the handler is called", called)
	sv.worker.Close()
	c.wantCut()
	sv.stop(t)
}

func (s *suite) closeSlow(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	c := sv.dial(t)
	c.send(request("GET", "/large", ""))
	c.head("GET")
	sv.worker.Close()
	sv.stop(t)
}

func (s *suite) closeBefore(t *testing.T) {
	for _, stop := range []func(*server){
		func(sv *server) { sv.worker.Close() },
		func(sv *server) { sv.worker.Drain(long) },
	} {
		sv := s.start(t, immediate.app())
		stop(sv) // Serve runs at the same time
		sv.stop(t)
	}
}
