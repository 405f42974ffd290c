package workertest

import (
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/workers"
)

// refusals: a request that is none is answered, and the connection closed.
func (s *suite) refusals(t *testing.T) {
	t.Run("statuses", func(t *testing.T) { inEvery(t, s.statuses) })
	t.Run("behind an answered one", s.refuseSecond)
	t.Run("client still sending", s.stillSending)
	t.Run("client sends without end", s.endlessSending)
	t.Run("cut short", s.cutShort)
}

func (s *suite) statuses(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	long := strings.Repeat("x", 10_000)
	for _, tt := range []struct {
		name, request string
		status        int
	}{
		{"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"not HTTP", "\x16\x03\x01\r\n\r\n", 400},
		{"long request-line", "GET /" + long + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
		{"two framings", request("POST", "/", "", "Content-Length: 3", "Transfer-Encoding: chunked"), 400},
		{"bad chunk-size", request("POST", "/", "x\r\n", "Transfer-Encoding: chunked"), 400},
		{"unknown expectation", request("POST", "/", "", "Expect: tea", "Content-Length: 3"), 417},
		{"large field", request("GET", "/", "", "X: "+long), 431},
		{"many fields", request("GET", "/", "", strings.Repeat("X: 1\r\n", 101)+"Y: 1"), 431},
		{"unknown coding", request("POST", "/", "", "Transfer-Encoding: tea, chunked"), 501},
	} {
		for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
			c.send(tt.request)
			if a := c.answer("GET"); a.StatusCode != tt.status || !a.Close || a.err != nil {
				t.Errorf("%s: got %v, %v; want %d", tt.name, a.Response, a.err, tt.status)
			}
			c.wantEnd()
			c.Close()
		}
	}
	if n := sv.stats.Refused.Load(); n != 20 {
		t.Errorf("%d refusals are counted; want 20", n)
	}
	if !sv.infoLog.has("127.0.0.1", "whitespace before the colon") {
		t.Errorf("the log has %q", sv.infoLog.all())
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

// refuseSecond: the answers that are on their way are not lost by it.
func (s *suite) refuseSecond(t *testing.T) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	inEvery(t, func(t *testing.T, k kind) {
		c := s.start(t, k.app()).dial(t)
		c.send(request("GET", "/n/1", "") + request("GET", "/n/2", "") + "GET / HTTP/1.1\r\nHost : a\r\n\r\n")
		c.answer("GET").want(t, 200, "1")
		c.answer("GET").want(t, 200, "2")
		if a := c.answer("GET"); a.StatusCode != 400 {
			t.Errorf("got %d; want 400", a.StatusCode)
		}
		c.wantEnd()
	})
}

// stillSending: a client that goes on sending content which nobody wants sees
// the answer, not a reset. RFC 9112 §9.6.
func (s *suite) stillSending(t *testing.T) {
	sv := s.start(t, immediate.app())
	c := sv.dial(t)
	c.send(request("POST", "/", "", "Content-Length: 3000000", "Transfer-Encoding: chunked"))
	c.send(largeContent[:3_000_000])
	if a := c.answer("POST"); a.StatusCode != 400 || a.err != nil {
		t.Errorf("got %v, %v", a.Response, a.err)
	}
	c.wantEnd()
}

// endlessSending: a client that is told 413 and sends on without reading is let
// go when it has sent enough of what nobody wants.
func (s *suite) endlessSending(t *testing.T) {
	inTwo(t, func(t *testing.T, k kind) {
		sv := s.start(t, k.app(), func(o *workers.Options) { o.Protocol.Body = 1000 })
		c := sv.dial(t)
		c.send(request("POST", "/", "", "Content-Length: 10000000000000"))
		if a := c.answer("POST"); a.StatusCode != 413 || !a.Close || a.err != nil {
			t.Errorf("got %v, %v; want 413", a.Response, a.err)
		}
		sent := 0
		for sent < 1<<30 {
			n, err := c.Write([]byte(largeContent))
			if sent += n; err != nil {
				break
			}
		}
		if sent >= 1<<30 {
			t.Error("it goes on for ever")
		}
		sv.get(t, "/hello").want(t, 200, "Hello World")
	})
}

// cutShort: the client may still be there to read what was wrong.
func (s *suite) cutShort(t *testing.T) {
	inEvery(t, func(t *testing.T, k kind) {
		sv := s.start(t, k.app())
		for _, r := range []string{
			"GET / HT",
			"GET / HTTP/1.1\r\nHost: a",
			request("POST", "/", "ab", "Content-Length: 3"),
			request("POST", "/", "3\r\nab", "Transfer-Encoding: chunked"),
		} {
			for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
				c.send(r)
				c.closeWrite()
				if a := c.answer("GET"); a.StatusCode != 400 || a.err != nil {
					t.Errorf("%q: got %v, %v", r, a.Response, a.err)
				}
				c.wantEnd()
			}
		}
	})
}
