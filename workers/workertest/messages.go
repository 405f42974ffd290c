package workertest

import (
	"fmt"
	"net"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// messages: one request after the other, in HTTP's simplest forms.
func (s *suite) messages(t *testing.T) {
	t.Run("GET", func(t *testing.T) { inEvery(t, s.get) })
	t.Run("keep-alive", func(t *testing.T) { inEvery(t, s.keepAlive) })
	t.Run("Connection: close", s.connectionClose)
	t.Run("keepalive of 0", s.keepAliveOff)
	t.Run("HTTP/1.0", func(t *testing.T) { inEvery(t, s.http10) })
	t.Run("no content", func(t *testing.T) { inEvery(t, s.noContent) })
	t.Run("peer", s.peer)
}

func (s *suite) get(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
		a := c.get("/hello")
		a.want(t, 200, "Hello World")
		if a.ContentLength != 11 || a.Header.Get("Server") != "srv" || a.Header.Get("Date") == "" ||
			a.Header.Get("Content-Type") != "text/plain" {
			t.Errorf("the head is %v", a.Header)
		}
		if a.Close != s.oneShot {
			t.Errorf("Connection: %q", a.Header.Get("Connection"))
		}
	}
}

func (s *suite) keepAlive(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	c := sv.dial(t)
	for i := range 3 {
		text := fmt.Sprint(i)
		c.get("/n/"+text).want(t, 200, text)
		if s.oneShot {
			c.wantEnd()
			c = sv.dial(t)
		}
	}
	want := int64(1)
	if s.oneShot {
		want = 4 // with the last, which asked for nothing
		eventually(t, "the last connection is accepted", func() bool { return sv.stats.Accepted.Load() == want })
	}
	if n := sv.stats.Accepted.Load(); n != want {
		t.Errorf("%d connections", n)
	}
	eventually(t, "3 exchanges are counted", func() bool { return sv.stats.Exchanges.Load() == 3 })
}

// keepAliveOff: then every response is the last of its connection.
func (s *suite) keepAliveOff(t *testing.T) {
	sv := s.start(t, deferred.app(), func(o *workers.Options) { o.KeepAlive = 0 })
	c := sv.dial(t)
	a := c.get("/hello")
	a.want(t, 200, "Hello World")
	if !a.Close {
		t.Error("no Connection: close")
	}
	c.wantEnd()
}

func (s *suite) connectionClose(t *testing.T) {
	sv := s.start(t, immediate.app())
	c := sv.dial(t)
	c.send("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /n/2 HTTP/1.1\r\nHost: a\r\n\r\n")
	a := c.answer("GET")
	a.want(t, 200, "Hello World")
	if !a.Close {
		t.Error("no Connection: close")
	}
	c.wantCut()
}

func (s *suite) http10(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	c := sv.dial(t)
	c.send("GET /hello HTTP/1.0\r\n\r\n")
	c.answer("GET").want(t, 200, "Hello World")
	c.wantEnd()

	c = sv.dial(t)
	for range 2 {
		c.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
		c.answer("GET").want(t, 200, "Hello World")
		if s.oneShot {
			c.wantEnd()
			return
		}
	}
}

// noContent: the next response on the connection begins where it should.
func (s *suite) noContent(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	c := sv.dial(t)
	for _, tt := range []struct {
		method, target string
		status         int
		length         int64
	}{
		{"HEAD", "/hello", 200, 11},
		{"GET", "/status/204", 204, -1},
		{"GET", "/status/304", 304, -1},
		{"HEAD", "/large", 200, largeSize},
		{"GET", "/status/404", 404, 0},
	} {
		c.send(tt.method + " " + tt.target + " HTTP/1.1\r\nHost: a\r\n\r\n")
		a := c.answer(tt.method)
		a.want(t, tt.status, "")
		field := ""
		if tt.length >= 0 {
			field = fmt.Sprint(tt.length)
		}
		if got := a.Header.Get("Content-Length"); got != field || len(a.TransferEncoding) > 0 {
			t.Errorf("%s %s: Content-Length %q, Transfer-Encoding %q; want length %q", tt.method, tt.target, got, a.TransferEncoding, field)
		}
		if s.oneShot {
			c.wantEnd()
			c = sv.dial(t)
		}
	}
	c.get("/hello").want(t, 200, "Hello World")
}

func (s *suite) peer(t *testing.T) {
	sv := s.start(t, script{app.Immediate, func(ex app.Exchange) {
		peer := *ex.Peer()
		if (peer.TLS != nil) != (s.tls != nil) {
			t.Errorf("TLS is %v", peer.TLS)
		}
		peer.TLS = nil
		respond(ex, 200, fmt.Sprintf("%+v", peer))
	}})
	c := sv.dial(t)
	_, local, _ := net.SplitHostPort(c.LocalAddr().String())
	_, remote, _ := net.SplitHostPort(sv.tcp)
	c.get("/").want(t, 200, fmt.Sprintf("%+v", app.Peer{
		RemoteHost: "127.0.0.1", RemotePort: local, LocalHost: "127.0.0.1", LocalPort: remote}))
	sv.dialUnix(t).get("/").want(t, 200, fmt.Sprintf("%+v", app.Peer{LocalHost: sv.unix}))
}
