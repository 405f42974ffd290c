package workertest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// content: the app gets a request's content whole, in memory or in a file.
func (s *suite) content(t *testing.T) {
	t.Run("every framing and size", func(t *testing.T) { inEvery(t, s.contentSizes) })
	t.Run("memory and file", s.spool)
	t.Run("spool directory missing", s.spoolFails)
	t.Run("Expect: 100-continue", func(t *testing.T) { inEvery(t, s.expectContinue) })
	t.Run("trailers", s.trailers)
	t.Run("limit_request_body", s.bodyLimit)
}

func (s *suite) contentSizes(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, size := range []int{0, 1, 5000, 64 << 10, 64<<10 + 1, 3 << 20} {
		content := largeContent[:size]
		for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
			c.send(request("POST", "/length", content, fmt.Sprint("Content-Length: ", size)))
			c.answer("POST").want(t, 200, echoOf("POST", "/length", content))
			if s.oneShot {
				c = sv.dial(t)
			}
			c.send(request("POST", "/chunked", chunked(content, 10_000), "Transfer-Encoding: chunked"))
			c.answer("POST").want(t, 200, echoOf("POST", "/chunked", content))
		}
	}
	if left, _ := os.ReadDir(sv.spool); len(left) > 0 {
		t.Errorf("left in the spool directory: %v", left)
	}
}

// chunked codes content in chunks of at most size.
func chunked(content string, size int) string {
	var b strings.Builder
	for len(content) > 0 {
		n := min(size, len(content))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, content[:n])
		content = content[n:]
	}
	return b.String() + "0\r\n\r\n"
}

func (s *suite) spool(t *testing.T) {
	sv := s.start(t, script{app.Blocking, func(ex app.Exchange) {
		c := ex.Content()
		respond(ex, 200, fmt.Sprint(c.Size, len(c.Bytes), c.File != nil))
	}}, func(o *workers.Options) { o.SpoolAfter = 1000 })
	for _, tt := range []struct {
		size int
		want string
	}{{0, "0 0 false"}, {1000, "1000 1000 false"}, {1001, "1001 0 true"}} {
		c := sv.dial(t)
		c.send(request("POST", "/", chunked(largeContent[:tt.size], 400), "Transfer-Encoding: chunked"))
		c.answer("POST").want(t, 200, tt.want)
	}
}

func (s *suite) spoolFails(t *testing.T) {
	sv := s.start(t, immediate.app(), func(o *workers.Options) { o.SpoolDir = "/nonexistent" })
	c := sv.dial(t)
	c.send(request("POST", "/", largeContent[:100_000], "Content-Length: 100000"))
	if a := c.answer("POST"); a.StatusCode != 500 || !a.Close {
		t.Errorf("got %v", a.Response)
	}
	if !sv.errorLog.has("spool", "/nonexistent") {
		t.Error("nothing in the log")
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) expectContinue(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, size := range []int{10, 200_000} {
		c := sv.dial(t)
		content := largeContent[:size]
		c.send(request("POST", "/", "", "Expect: 100-continue", "Transfer-Encoding: chunked"))
		if r := c.head("POST"); r.StatusCode != 100 {
			t.Fatalf("got %d; want 100", r.StatusCode)
		}
		c.send(chunked(content, 64<<10))
		c.answer("POST").want(t, 200, echoOf("POST", "/", content))
	}
	// RFC 9110 §10.1.1: no interim response when the content has arrived with the head.
	c := sv.dial(t)
	c.send(request("POST", "/", "abc", "Expect: 100-continue", "Content-Length: 3"))
	c.answer("POST").want(t, 200, echoOf("POST", "/", "abc"))
}

func (s *suite) trailers(t *testing.T) {
	sv := s.start(t, script{app.Deferred, func(ex app.Exchange) {
		var b strings.Builder
		for i := range ex.Request().NumTrailers() {
			name, value := ex.Request().Trailer(i)
			fmt.Fprintf(&b, "%s=%s;", name, value)
		}
		respond(ex, 200, b.String())
	}})
	c := sv.dial(t)
	c.send(request("POST", "/", "1\r\nx\r\n0\r\nDigest: a\r\nOther: b\r\n\r\n", "Transfer-Encoding: chunked"))
	c.answer("POST").want(t, 200, "Digest=a;Other=b;")
}

func (s *suite) bodyLimit(t *testing.T) {
	sv := s.start(t, immediate.app(), func(o *workers.Options) { o.Protocol.Body = 10 })
	for _, tt := range []struct {
		field, content string
		status         int
	}{
		{"Content-Length: 10", "0123456789", 200},
		{"Transfer-Encoding: chunked", chunked("0123456789", 5), 200},
		{"Content-Length: 11", "0123456789a", 413},
		{"Transfer-Encoding: chunked", chunked("0123456789a", 5), 413},
	} {
		c := sv.dial(t)
		c.send(request("POST", "/", tt.content, tt.field))
		if a := c.answer("POST"); a.StatusCode != tt.status || a.Close != (s.oneShot || tt.status != 200) {
			t.Errorf("%s: got %d; want %d", tt.field, a.StatusCode, tt.status)
		}
	}
}
