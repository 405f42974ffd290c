package workertest

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
)

// limits: an app that takes too long is answered for.
func (s *suite) limits(t *testing.T) {
	t.Run("before the response", func(t *testing.T) { inEachMode(t, s.limitBefore) })
	t.Run("in the response", func(t *testing.T) { inEachMode(t, s.limitWithin) })
	t.Run("taken back", func(t *testing.T) { inEachMode(t, s.limitTakenBack) })
	t.Run("handler", s.limitHandler)
}

const soon = 200 * time.Millisecond

// limitBefore: the client gets 504, and the app's late answer reaches nobody,
// however it is given.
func (s *suite) limitBefore(t *testing.T, mode app.Mode) {
	gone, over := make(chan string, 9), make(chan struct{}, 9)
	gate := newGate()
	defer gate.open()
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		target := string(ex.Request().Target())
		ex.OnGone(func() { gone <- target })
		ex.Limit(soon)
		<-gate.c
		switch target {
		case "/respond":
			respond(ex, 200, "late")
		case "/start":
			if err := ex.Start(headOf(200, 4)); err != app.ErrGone {
				t.Errorf("Start returned %v", err)
			}
			if err := ex.Write([]byte("late")); err != app.ErrGone {
				t.Errorf("Write returned %v", err)
			}
			ex.Flush()
			if err := ex.Finish(); err != app.ErrGone {
				t.Errorf("Finish returned %v", err)
			}
		case "/abort":
			ex.Abort(503, 0)
		case "/gone":
			ex.Abort(app.StatusGone, 0)
		}
		over <- struct{}{}
	})})
	targets := []string{"/respond", "/start", "/abort", "/gone"}
	for _, target := range targets {
		c := sv.dial(t)
		c.send(request("GET", target, "") + request("GET", "/hello", ""))
		if a := c.answer("GET"); a.StatusCode != 504 || !a.Close || a.err != nil {
			t.Errorf("%s: got %v, %v; want 504", target, a.Response, a.err)
		}
		c.wantCut()
		if got := await(t, "OnGone's function is called", gone); got != target {
			t.Errorf("OnGone is called for %s", got)
		}
		if !sv.errorLog.has("GET " + target) {
			t.Errorf("the log has %q", sv.errorLog.all())
		}
	}
	gate.open()
	for range targets {
		await(t, "the app ends", over)
		sv.get(t, "/hello").want(t, 200, "Hello World")
	}
}

// limitWithin: a response that has begun is cut.
func (s *suite) limitWithin(t *testing.T, mode app.Mode) {
	gone := make(chan struct{})
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.OnGone(func() { close(gone) })
		ex.Start(headOf(200, -1))
		ex.Write([]byte("begun"))
		ex.Flush()
		ex.Limit(soon)
		<-gone
		ex.Write([]byte("late"))
		ex.Finish()
	}})
	c := sv.dial(t)
	if a := c.get("/"); a.content != "begun" || a.err == nil {
		t.Errorf("got %q, %v; want it cut", a.content, a.err)
	}
	c.wantCut()
	await(t, "OnGone's function is called", gone)
}

// limitTakenBack: what is over in time is as if there had been no limit.
func (s *suite) limitTakenBack(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Limit(soon)
		if string(ex.Request().Target()) == "/back" {
			ex.Limit(0)
			time.Sleep(2 * soon) // nothing is to happen meanwhile
		}
		echo(ex)
	}})
	for _, target := range []string{"/back", "/hello"} {
		c := sv.dial(t)
		if a := c.get(target); a.StatusCode != 200 {
			t.Errorf("%s: got %d", target, a.StatusCode)
		}
		if !s.oneShot {
			time.Sleep(2 * soon)
			c.get("/hello").want(t, 200, "Hello World")
		}
	}
}

func (s *suite) limitHandler(t *testing.T) {
	over := make(chan error, 1)
	sv := s.start(t, nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		_, err := io.WriteString(w, largeContent)
		if err == nil {
			err = r.Context().Err()
		}
		over <- err
	}), nethttp.Options{Timeout: soon, Error: func(string) {}}))
	if a := sv.get(t, "/"); a.StatusCode != 504 {
		t.Errorf("got %d; want 504", a.StatusCode)
	}
	if err := await(t, "the handler ends", over); err != app.ErrGone && err != context.Canceled {
		t.Errorf("Write returned %v", err)
	}
}
