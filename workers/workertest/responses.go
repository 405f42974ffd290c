package workertest

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/protocol"
)

// responses: what an app does wrong does not harm the connection's next client.
func (s *suite) responses(t *testing.T) {
	t.Run("shorter than its length", func(t *testing.T) { inEachMode(t, s.short) })
	t.Run("longer than its length", func(t *testing.T) { inEachMode(t, s.long) })
	t.Run("forbidden head", func(t *testing.T) { inEachMode(t, s.badHead) })
	t.Run("interim", func(t *testing.T) { inEachMode(t, s.interim) })
	t.Run("interim is not final", func(t *testing.T) { inEachMode(t, s.onlyInterim) })
	t.Run("trailers", func(t *testing.T) { inEachMode(t, s.responseTrailers) })
	t.Run("handler's interim and trailers", s.handlerTrailers)
	t.Run("upgrade", func(t *testing.T) { inEvery(t, s.upgrade) })
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
	if !sv.errorLog.has("GET /", "less content") {
		t.Error("nothing in the log")
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
	if !sv.errorLog.has("GET /", "more content") {
		t.Error("nothing in the log")
	}
	if !s.oneShot {
		c.get("/hello").want(t, 200, "Hello World")
	}
}

// interim: 103 goes out before the app goes on, to clients that understand it.
func (s *suite) interim(t *testing.T, mode app.Mode) {
	gate := newGate()
	defer gate.open()
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		for _, link := range []string{"</a>", "</b>"} {
			if err := ex.Inform(headOf(103, -1, field("Link", link), field("Content-Length", "5"))); err != nil {
				t.Errorf("Inform returned %v", err)
			}
		}
		for _, bad := range []*protocol.Response{headOf(101, -1), headOf(200, -1), headOf(103, -1, field("A\r\nB", "c"))} {
			if err := ex.Inform(bad); err == nil {
				t.Errorf("Inform took %v", bad)
			}
		}
		<-gate.c
		respond(ex, 200, "at last")
	})})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	for _, link := range []string{"</a>", "</b>"} {
		if r := c.head("GET"); r.StatusCode != 103 || r.Header.Get("Link") != link || len(r.Header) != 1 {
			t.Errorf("got %v; want 103", r)
		}
	}
	gate.open()
	c.answer("GET").want(t, 200, "at last")
	old := sv.dial(t)
	old.send("GET / HTTP/1.0\r\n\r\n")
	old.answer("GET").want(t, 200, "at last")
}

func (s *suite) onlyInterim(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) { ex.Respond(headOf(103, -1), nil) })})
	if a := sv.get(t, "/"); a.StatusCode != 500 || a.err != nil {
		t.Errorf("got %v", a.Response)
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

// responseTrailers: they come behind chunked content, and nowhere else.
func (s *suite) responseTrailers(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		length := int64(-1)
		if string(ex.Request().Target()) == "/length" {
			length = 5
		}
		ex.Start(headOf(200, length, field("Trailer", "Digest")))
		ex.Write([]byte("hello"))
		ex.Finish(field("Digest", "d"), field("Content-Length", "9"), field("Host", "x"))
	}})
	for target, want := range map[string]string{"/chunked": "d", "/length": ""} {
		a := sv.get(t, target)
		if a.want(t, 200, "hello"); a.Trailer.Get("Digest") != want || a.Trailer.Get("Host") != "" {
			t.Errorf("%s: the trailers are %v", target, a.Trailer)
		}
	}
}

func (s *suite) handlerTrailers(t *testing.T) {
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "Digest, Unset")
		io.WriteString(w, "hello")
		w.Header().Set("Digest", r.Trailer.Get("Sent"))
		w.Header().Set(http.TrailerPrefix+"Late", "l")
		w.Header().Set("Other", "o")
	}))
	c := sv.dial(t)
	c.send(request("POST", "/", "1\r\nx\r\n0\r\nSent: s\r\n\r\n", "Transfer-Encoding: chunked"))
	if r := c.head("POST"); r.StatusCode != 103 || r.Header.Get("Link") != "</a>" {
		t.Errorf("got %v; want 103", r)
	}
	a := c.answer("POST")
	a.want(t, 200, "hello")
	if a.Trailer.Get("Digest") != "s" || a.Trailer.Get("Late") != "l" || a.Trailer.Get("Other") != "" || a.Header.Get("Other") != "" {
		t.Errorf("the trailers are %v, the head is %v", a.Trailer, a.Header)
	}
}

// upgrade: a server may ignore that it is asked to switch protocols (RFC 9110
// §7.8), and an app that wants to does not get to.
func (s *suite) upgrade(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for target, status := range map[string]int{"/hello": 200, "/status/101": 500} {
		c := sv.dial(t)
		for _, protocol := range []string{"websocket", "h2c"} {
			c.send(request("GET", target, "", "Connection: Upgrade", "Upgrade: "+protocol))
			if a := c.answer("GET"); a.StatusCode != status || a.err != nil {
				t.Errorf("%s: got %v", target, a.Response)
			}
			if s.oneShot {
				c = sv.dial(t)
			}
		}
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
