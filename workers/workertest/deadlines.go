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
			sv := s.start(t, k.app(), func(o *workers.Options) { o.KeepAlive = soon })
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
	t.Run("content", func(t *testing.T) {
		inEvery(t, func(t *testing.T, k kind) {
			sv := s.start(t, k.app(), func(o *workers.Options) { o.BodyTimeout = soon })
			s.wantTimeout(sv.dial(t), request("POST", "/", "ab", "Content-Length: 3"))
			s.wantTimeout(sv.dial(t), request("POST", "/", "3\r\nab", "Transfer-Encoding: chunked"))
		})
	})
}

// slowCall: the time for which a connection may idle has nothing to do with how
// long a call takes. It has passed, and more, when others have idled it away.
func (s *suite) slowCall(t *testing.T, mode app.Mode, idle time.Duration) {
	gate := newGate()
	defer gate.open()
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		<-gate.c
		respond(ex, 200, "at last")
	})}, func(o *workers.Options) { o.KeepAlive, o.Calls = idle, 0 })
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
