package workertest

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
)

// leaving: a client goes away, wholly or by halves.
func (s *suite) leaving(t *testing.T) {
	t.Run("sending side closed", func(t *testing.T) { inEvery(t, s.halfCloseAfter) })
	t.Run("sending side closed, app waiting", func(t *testing.T) { inEachMode(t, s.halfCloseWaiting) })
	t.Run("OnGone", func(t *testing.T) { inEachMode(t, s.onGone) })
	t.Run("OnGone, afterwards", func(t *testing.T) { inEachMode(t, s.onGoneLate) })
	t.Run("while streaming", func(t *testing.T) { inEachMode(t, s.goneStreaming) })
	t.Run("handler's context", s.handlerContext)
	t.Run("handler's context, afterwards", s.handlerContextAfter)
	t.Run("while queued", s.goneQueued)
	t.Run("in the middle of a request", s.goneReading)
}

func (s *suite) halfCloseAfter(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
		for _, target := range []string{"/hello", "/large"} {
			c := sv.connect(t, c.RemoteAddr().Network(), c.RemoteAddr().String())
			_, want := reply("GET", target, nil)
			c.send(request("GET", target, ""))
			c.closeWrite()
			c.answer("GET").want(t, 200, want)
			c.wantEnd()
		}
		c.Close()
	}
}

// halfCloseWaiting: the server knows of it before the app answers.
func (s *suite) halfCloseWaiting(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		gone := make(chan struct{})
		ex.OnGone(func() { close(gone) })
		<-gone
		respond(ex, 200, largeContent)
	}})
	for _, network := range []func(*testing.T) *client{sv.dial, sv.dialUnix} {
		c := network(t)
		c.send(request("GET", "/", ""))
		c.closeWrite()
		c.answer("GET").want(t, 200, largeContent)
		c.wantEnd()
	}
}

func (s *suite) onGone(t *testing.T, mode app.Mode) {
	called, gone, over := make(chan struct{}), make(chan struct{}), make(chan bool)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.OnGone(func() { t.Error("a function that was taken back is called") })
		ex.OnGone(nil)
		ex.OnGone(func() { close(gone) })
		close(called)
		<-gone
		left := ex.Gone()
		respond(ex, 200, "nobody reads this")
		over <- left
	}})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	await(t, "the app is called", called)
	c.reset()
	if !await(t, "OnGone's function is called", over) {
		t.Error("Gone says no")
	}
	eventually(t, "the connection is closed", func() bool { return sv.stats.Open.Load() == 0 })
}

// onGoneLate: who asks when the client has gone is told at once.
func (s *suite) onGoneLate(t *testing.T, mode app.Mode) {
	first, second := make(chan struct{}), make(chan struct{})
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.OnGone(func() { close(first) })
		<-first
		ex.OnGone(func() { close(second) })
		ex.Abort(app.StatusGone, 0)
	}})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	c.closeWrite()
	await(t, "OnGone's function is called", second)
	c.wantCut()
}

func (s *suite) goneStreaming(t *testing.T, mode app.Mode) {
	over := make(chan error, 1)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, -1))
		for {
			if err := ex.Write([]byte(largeContent[:100_000])); err != nil {
				over <- err
				break
			}
			drained := make(chan struct{})
			ex.OnDrain(func() { close(drained) })
			<-drained
		}
		ex.Finish()
	}})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	part(t, c.head("GET").Body, 1_000_000)
	c.reset()
	if err := await(t, "Write says that the client has gone", over); err != app.ErrGone {
		t.Errorf("Write returned %v", err)
	}
}

func (s *suite) handlerContext(t *testing.T) {
	called, over := make(chan struct{}, 2), make(chan error)
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		io.ReadAll(r.Body)
		called <- struct{}{}
		<-r.Context().Done()
		over <- r.Context().Err()
	}))
	for _, network := range []func(*testing.T) *client{sv.dial, sv.dialUnix} {
		c := network(t)
		c.send(request("POST", "/", largeContent[:1<<20], "Content-Length: 1048576"))
		await(t, "the handler is called", called)
		c.Close()
		if err := await(t, "the context ends", over); err != context.Canceled {
			t.Errorf("the context ends with %v", err)
		}
	}
}

// handlerContextAfter: the context ends with the call, and the connection goes on.
func (s *suite) handlerContextAfter(t *testing.T) {
	contexts := make(chan context.Context, 2)
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		r.Context().Done()
		contexts <- r.Context()
		io.WriteString(w, "x")
	}))
	c := sv.dial(t)
	for range 2 {
		c.get("/").want(t, 200, "x")
		await(t, "the context ends", (<-contexts).Done())
		if s.oneShot {
			return
		}
	}
}

// goneQueued: nobody is called for a client that has left, and it takes no place.
func (s *suite) goneQueued(t *testing.T) {
	gate := newGate()
	defer gate.open()
	called := make(chan string, 9)
	sv := s.start(t, nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called <- r.URL.Path
		<-gate.c
		io.WriteString(w, r.URL.Path)
	}), nethttp.Options{Calls: 1, Queue: 1, Error: func(string) {}}))
	first := sv.dial(t)
	first.send(request("GET", "/first", ""))
	await(t, "the handler is called", called)

	leaver := sv.dial(t)
	leaver.send(request("GET", "/leaver", ""))
	eventually(t, "the leaver is accepted", func() bool { return sv.stats.Accepted.Load() == 2 })
	leaver.reset()
	eventually(t, "the leaver's connection is closed", func() bool { return sv.stats.Open.Load() == 1 })

	second := sv.dial(t)
	second.send(request("GET", "/second", ""))
	gate.open()
	first.answer("GET").want(t, 200, "/first")
	second.answer("GET").want(t, 200, "/second")
	if got := await(t, "the second is called", called); got != "/second" {
		t.Errorf("%s is called", got)
	}
}

func (s *suite) goneReading(t *testing.T) {
	sv := s.start(t, immediate.app())
	for i, r := range []string{"", "GET", request("POST", "/", "abc", "Content-Length: 100"), request("POST", "/", largeContent[:100_000], "Content-Length: 100001")} {
		c := sv.dial(t)
		c.send(r)
		eventually(t, "it is accepted", func() bool { return sv.stats.Accepted.Load() == int64(i+1) })
		c.reset()
	}
	eventually(t, "all are closed", func() bool { return sv.stats.Open.Load() == 0 })
}
