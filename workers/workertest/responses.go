package workertest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
)

// responses: what an app does wrong does not harm the connection's next client.
func (s *suite) responses(t *testing.T) {
	t.Run("shorter than its length", func(t *testing.T) { inEachMode(t, s.short) })
	t.Run("longer than its length", func(t *testing.T) { inEachMode(t, s.long) })
	t.Run("forbidden head", func(t *testing.T) { inEachMode(t, s.badHead) })
	t.Run("abort", func(t *testing.T) { inEachMode(t, s.abort) })
	t.Run("handler panics", s.panics)
	t.Run("handler lies about the length", s.handlerLengths)
	t.Run("handler's bad head", s.handlerBadHead)
}

// rest answers "/hello" in an app that is there for another target.
func rest(f func(app.Exchange)) func(app.Exchange) {
	return func(ex app.Exchange) {
		if string(ex.Request().Target()) == "/hello" {
			echo(ex)
			return
		}
		f(ex)
	}
}

func (s *suite) short(t *testing.T, mode app.Mode) {
	finished := make(chan error, 1)
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		ex.Start(headOf(200, 10))
		ex.Write([]byte("12345"))
		finished <- ex.Finish()
	})})
	a := sv.get(t, "/")
	if a.content != "12345" || !errors.Is(a.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", a.content, a.err)
	}
	if err := await(t, "Finish returns", finished); err == nil {
		t.Error("Finish says nothing")
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) long(t *testing.T, mode app.Mode) {
	wrote := make(chan error, 2)
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		ex.Start(headOf(200, 5))
		wrote <- ex.Write([]byte("1234567890"))
		wrote <- ex.Finish()
	})})
	c := sv.dial(t)
	c.get("/").want(t, 200, "12345")
	if err := await(t, "Write returns", wrote); err == nil {
		t.Error("Write says nothing")
	}
	if err := await(t, "Finish returns", wrote); err != nil {
		t.Errorf("Finish returned %v", err)
	}
	if !s.oneShot {
		c.get("/hello").want(t, 200, "Hello World")
	}
}

func (s *suite) badHead(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		bad := headOf(200, 2, field("X", "a\r\nSet-Cookie: b"))
		if string(ex.Request().Target()) == "/start" {
			if err := ex.Start(bad); err == nil {
				panic("the head was taken")
			}
			respond(ex, 503, "other")
			return
		}
		ex.Respond(bad, []byte("no"))
	})})
	if a := sv.get(t, "/respond"); a.StatusCode != 500 || a.Header.Get("Set-Cookie") != "" || a.err != nil {
		t.Errorf("got %v", a.Response)
	}
	if !sv.errorLog.has("GET /respond", "control character") {
		t.Error("nothing in the log")
	}
	sv.get(t, "/start").want(t, 503, "other")
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) abort(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		switch string(ex.Request().Target()) {
		case "/nothing":
			ex.Abort(0, 0)
		case "/busy":
			ex.Abort(503, 7)
		case "/gone":
			ex.Abort(app.StatusGone, 0)
		case "/begun":
			ex.Start(headOf(200, -1))
			ex.Write([]byte("begun"))
			ex.Flush()
			ex.Abort(0, 0)
		}
	}})
	c := sv.dial(t)
	if a := c.get("/nothing"); a.StatusCode != 500 || a.err != nil {
		t.Errorf("got %v", a.Response)
	}
	if s.oneShot {
		c = sv.dial(t)
	}
	if a := c.get("/busy"); a.StatusCode != 503 || a.Header.Get("Retry-After") != "7" {
		t.Errorf("got %v", a.Response)
	}
	if a := sv.get(t, "/begun"); a.content != "begun" || a.err == nil {
		t.Errorf("got %q, %v; want it cut", a.content, a.err)
	}
	c = sv.dial(t)
	c.send(request("GET", "/gone", ""))
	c.wantEnd()
}

func (s *suite) panics(t *testing.T) {
	var log lines
	sv := s.start(t, nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/panic":
			panic("out of cheese")
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/begun":
			io.WriteString(w, "begun")
			w.(http.Flusher).Flush()
			panic("too late")
		}
		echoHandler(w, r)
	}), nethttp.Options{Error: log.add}))
	if a := sv.get(t, "/panic"); a.StatusCode != 500 || strings.Contains(a.content, "cheese") {
		t.Errorf("got %v %q", a.Response, a.content)
	}
	if !log.has("GET /panic", "out of cheese", "responses.go") {
		t.Errorf("the log has %q", log.all())
	}
	c := sv.dial(t)
	c.send(request("GET", "/abort", ""))
	c.wantEnd()
	if log.has("/abort") {
		t.Errorf("the log has %q", log.all())
	}
	if a := sv.get(t, "/begun"); a.content != "begun" || a.err == nil {
		t.Errorf("got %q, %v; want it cut", a.content, a.err)
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) handlerLengths(t *testing.T) {
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hello" {
			echoHandler(w, r)
			return
		}
		w.Header().Set("Content-Length", r.URL.Path[1:])
		io.WriteString(w, "1234567")
	}))
	if a := sv.get(t, "/10"); a.content != "1234567" || !errors.Is(a.err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, %v", a.content, a.err)
	}
	c := sv.dial(t)
	c.get("/5").want(t, 200, "12345")
	if !s.oneShot {
		c.get("/hello").want(t, 200, "Hello World")
	}
}

func (s *suite) handlerBadHead(t *testing.T) {
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Bad Name"] = []string{"x"}
		if r.URL.Path == "/flush" {
			w.(http.Flusher).Flush()
		}
		io.WriteString(w, "no")
	}))
	for _, target := range []string{"/", "/flush"} {
		if a := sv.get(t, target); a.StatusCode != 500 || a.err != nil {
			t.Errorf("%s: got %v, %v", target, a.Response, a.err)
		}
	}
}
