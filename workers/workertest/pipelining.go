package workertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
)

// pipelining: what comes out does not depend on how the bytes came in.
func (s *suite) pipelining(t *testing.T) {
	t.Run("1000 requests in one packet", func(t *testing.T) { inEvery(t, s.pipelineMany) })
	t.Run("with content", func(t *testing.T) { inEvery(t, s.pipelineContent) })
	t.Run("byte by byte", func(t *testing.T) { inEvery(t, s.byteByByte) })
	t.Run("behind a waiting one", func(t *testing.T) { inEachMode(t, s.pipelineWaiting) })
	t.Run("more than is kept", func(t *testing.T) { inEachMode(t, s.pipelineTooMuch) })
}

func (s *suite) pipelineMany(t *testing.T, k kind) {
	const many = 1000
	sv := s.start(t, k.app())
	c := sv.dial(t)
	var all strings.Builder
	for i := range many {
		fmt.Fprintf(&all, "GET /n/%d HTTP/1.1\r\nHost: a\r\n\r\n", i)
	}
	c.send(all.String())
	for i := range many {
		a := c.answer("GET")
		a.want(t, 200, fmt.Sprint(i))
		if s.oneShot && a.Close { // what had arrived with the first is answered
			c.wantCut()
			return
		}
	}
	c.get("/hello").want(t, 200, "Hello World")
}

func (s *suite) pipelineContent(t *testing.T, k kind) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	sv := s.start(t, k.app())
	c := sv.dial(t)
	long := strings.Repeat("x", 100_000)
	c.send(request("POST", "/1", "abc", "Content-Length: 3") +
		request("POST", "/2", "3\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked") +
		"\r\n" + request("POST", "/3", long, "Content-Length: 100000") +
		request("GET", "/4", ""))
	c.answer("POST").want(t, 200, echoOf("POST", "/1", "abc"))
	c.answer("POST").want(t, 200, echoOf("POST", "/2", "abc"))
	c.answer("POST").want(t, 200, echoOf("POST", "/3", long))
	c.answer("GET").want(t, 200, echoOf("GET", "/4", ""))
}

func (s *suite) byteByByte(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
		one := request("POST", "/1", "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: 1\r\n\r\n", "Transfer-Encoding: chunked")
		two := request("PUT", "/2", "hello", "Content-Length: 5")
		c.trickle(one)
		c.answer("POST").want(t, 200, echoOf("POST", "/1", "hello!"))
		if s.oneShot {
			continue
		}
		c.trickle(two + two)
		c.answer("PUT").want(t, 200, echoOf("PUT", "/2", "hello"))
		c.answer("PUT").want(t, 200, echoOf("PUT", "/2", "hello"))
	}
}

// pipelineWaiting: a request that arrives while the app has the one before it
// waits for its turn, and is not lost.
func (s *suite) pipelineWaiting(t *testing.T, mode app.Mode) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	begun, gate := make(chan string, 3), make(chan struct{})
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		target := string(ex.Request().Target())
		begun <- target
		<-gate
		respond(ex, 200, target)
	}})
	c := sv.dial(t)
	c.send(request("GET", "/1", ""))
	await(t, "the first is called", begun)
	c.send(request("GET", "/2", "") + request("GET", "/3", "")[:20])
	c.send(request("GET", "/3", "")[20:])
	if len(begun) > 0 {
		t.Error("the second is called before the first has ended")
	}
	close(gate)
	for _, target := range []string{"/1", "/2", "/3"} {
		c.answer("GET").want(t, 200, target)
	}
}

// pipelineTooMuch: what a client pipelines beyond all measure is not kept; the
// request in the app's hands is the last then, and nothing made of what follows it.
func (s *suite) pipelineTooMuch(t *testing.T, mode app.Mode) {
	begun, gate := make(chan string, 9), make(chan struct{})
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		target := string(ex.Request().Target())
		ex.Start(headOf(200, -1))
		ex.Write([]byte(target))
		ex.Flush()
		begun <- target
		<-gate
		ex.Finish()
	}})
	c := sv.dial(t)
	c.send(request("GET", "/1", ""))
	await(t, "the first is called", begun)
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		// With content, so that a piece left out would make requests of it.
		c.Write([]byte(strings.Repeat(request("POST", "/2", strings.Repeat("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n", 100), "Content-Length: 2900"), 1500)))
	}()
	if mode == app.Deferred { // a blocked goroutine does not read
		await(t, "all is sent", sent)
	}
	close(gate)
	a := c.answer("GET")
	a.want(t, 200, "/1")
	c.wantCut()
	await(t, "all is sent, or the connection closed", sent)
	for range len(begun) {
		if target := <-begun; target == "/3" {
			t.Error("content was read as a request")
		}
	}
}
