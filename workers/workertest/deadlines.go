package workertest

import (
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// deadlines: who does not get on is let go. The times are short; that nothing
// happens before they have passed is for the wheel's own test.
func (s *suite) deadlines(t *testing.T) {
	const soon = 200 * time.Millisecond
	t.Run("idle", func(t *testing.T) {
		inEvery(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.KeepAlive, o.FirstByte = soon, soon })
			silent, used := sv.dial(t), sv.dialUnix(t)
			used.get("/hello").want(t, 200, "Hello World")
			used.wantEnd()
			silent.wantEnd()
		})
	})
	t.Run("the app has none", func(t *testing.T) {
		inEachMode(t, func(t *testing.T, mode app.Mode) { s.slowCall(t, mode, soon) })
	})
	t.Run("head", func(t *testing.T) {
		inEvery(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.HeadTimeout = soon })
			for _, r := range []string{"G", "GET / HTTP/1.1\r\nHost: a\r\n"} {
				s.wantTimeout(sv.dial(t), r)
			}
		})
	})
	t.Run("head of the second request", func(t *testing.T) {
		if s.oneShot {
			t.Log("one request on each connection: there is no second")
			return
		}
		inEvery(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.HeadTimeout, o.KeepAlive = soon, time.Hour })
			for _, c := range []*client{sv.dial(t), sv.dial(t)} {
				c.send(request("GET", "/hello", "")[:10])
				c.send(request("GET", "/hello", "")[10:] + "GET / HT")
				c.answer("GET").want(t, 200, "Hello World")
				s.wantTimeout(c, "T")
			}
		})
	})
	t.Run("first byte", func(t *testing.T) {
		inTwo(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.FirstByte = soon })
			for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
				c.wantEnd()
			}
			// It is the first byte that counts, not the first request.
			c := sv.dial(t)
			c.send("G")
			sv.dial(t).wantEnd()
			sv.dial(t).wantEnd()
			c.send("ET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
			c.answer("GET").want(t, 200, "Hello World")
		})
	})
	t.Run("content at a trickle", func(t *testing.T) { inTwo(t, s.trickledContent) })
	t.Run("content", func(t *testing.T) {
		inEvery(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.BodyTimeout = soon })
			s.wantTimeout(sv.dial(t), request("POST", "/", "ab", "Content-Length: 3"))
			s.wantTimeout(sv.dial(t), request("POST", "/", "3\r\nab", "Transfer-Encoding: chunked"))
		})
	})
}

// trickledContent: a byte now and then is progress, but not enough of it. In one
// request after the other: the rate is each request's own.
func (s *suite) trickledContent(t *testing.T, k kind) {
	const timeout = time.Second
	sv := s.start(t, k.app(), func(o *workers.Options) { o.BodyTimeout, o.BodyRate = timeout, 1000 })
	c := sv.dial(t)
	if !s.oneShot {
		c.send(request("POST", "/", largeContent[:100_000], "Content-Length: 100000"))
		c.answer("POST").want(t, 200, echoOf("POST", "/", largeContent[:100_000]))
	}
	c.send(request("POST", "/", "", "Content-Length: 1000000"))
	answered := make(chan struct{})
	go func() {
		for tick := time.NewTicker(timeout / 10); ; <-tick.C {
			select {
			case <-answered:
				tick.Stop()
				return
			default:
				c.Write([]byte("x"))
			}
		}
	}()
	if a := c.answer("POST"); a.StatusCode != 408 || !a.Close || a.err != nil {
		t.Errorf("got %v, %v; want 408", a.Response, a.err)
	}
	close(answered)
}

// slowCall: the time for which a connection may idle has nothing to do with how
// long a call takes. It has passed, and more, when others have idled it away.
func (s *suite) slowCall(t *testing.T, mode app.Mode, idle time.Duration) {
	gate := newGate()
	defer gate.open()
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		<-gate.c
		respond(ex, 200, "at last")
	})}, func(o *workers.Options) { o.KeepAlive, o.FirstByte, o.Calls = idle, idle, 0 })
	slow := sv.dial(t)
	slow.send(request("GET", "/slow", ""))
	for range 3 {
		sv.dial(t).wantEnd()
	}
	gate.open()
	slow.answer("GET").want(t, 200, "at last")
}

// wantTimeout sends the beginning of a request and no more.
func (s *suite) wantTimeout(c *client, beginning string) {
	c.t.Helper()
	c.send(beginning)
	if a := c.answer("GET"); a.StatusCode != 408 || !a.Close || a.err != nil {
		c.t.Errorf("%q: got %v, %v; want 408", beginning, a.Response, a.err)
	}
	c.wantEnd()
}
