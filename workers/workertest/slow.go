package workertest

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// slowReaders: a client that does not read holds up nobody but itself.
func (s *suite) slowReaders(t *testing.T) {
	t.Run("others are answered", func(t *testing.T) { inEvery(t, s.slowReader) })
	t.Run("keeps its connection", func(t *testing.T) { inEvery(t, s.slowPipeline) })
	t.Run("asks for more", func(t *testing.T) { inEvery(t, s.greedyPipeline) })
	t.Run("OnDrain", func(t *testing.T) { inEachMode(t, s.drains) })
	t.Run("handler waits", s.handlerWaits)
	t.Run("given up", func(t *testing.T) { inEvery(t, s.sendTimeout) })
	t.Run("given up, though it reads a little", func(t *testing.T) { inTwo(t, s.trickledReader) })
}

func (s *suite) slowReader(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	slow := []*client{sv.dial(t), sv.dialUnix(t)}
	for _, c := range slow {
		c.send(request("GET", "/large", ""))
		c.head("GET") // so the app has begun
	}
	for range 10 {
		sv.get(t, "/hello").want(t, 200, "Hello World")
	}
	for _, c := range slow {
		if n, err := io.CopyN(io.Discard, c.r, largeSize); err != nil {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// slowPipeline: what is sent later comes behind.
func (s *suite) slowPipeline(t *testing.T, k kind) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	sv := s.start(t, k.app())
	c := sv.dial(t)
	c.send(request("GET", "/large", "") + request("GET", "/n/1", "") + request("GET", "/large", "") + request("GET", "/n/2", ""))
	for _, want := range []string{largeContent, "1", largeContent, "2"} {
		c.answer("GET").want(t, 200, want)
	}
	c.get("/hello").want(t, 200, "Hello World")
}

// greedyPipeline: who asks for more than it reads is not served ahead of what it has read.
func (s *suite) greedyPipeline(t *testing.T, k kind) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	const requests, ahead = 8, 3 // one is sent, one waits, and sockets hold less than another
	sv := s.start(t, k.app())
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	c.send(strings.Repeat(request("GET", "/large", ""), requests))
	c.closeWrite() // which takes nothing of it back
	for i := range int64(requests) {
		c.answer("GET").want(t, 200, largeContent)
		if n := sv.stats.Exchanges.Load(); n > i+ahead {
			t.Fatalf("%d requests are answered when %d answers are read", n, i+1)
		}
	}
}

func (s *suite) drains(t *testing.T, mode app.Mode) {
	filled := make(chan int, 1)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, largeSize))
		sent := 0
		for sent < largeSize && ex.Pending() == 0 {
			ex.Write([]byte(largeContent[:largeSize/8]))
			sent += largeSize / 8
		}
		filled <- sent
		drained := make(chan struct{})
		ex.OnDrain(func() { close(drained) })
		<-drained
		ex.Write([]byte(largeContent[sent:]))
		ex.Finish()
	}})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	if n := await(t, "something is pending", filled); n == largeSize {
		t.Log("the sockets took it all")
	}
	c.answer("GET").want(t, 200, largeContent)
}

// handlerWaits: a handler that is faster than its client does not fill the memory.
func (s *suite) handlerWaits(t *testing.T) {
	const pieces = 64 // of 1 MB: no socket takes them all
	var written = make(chan int, pieces)
	sv := s.start(t, httpApp(func(w http.ResponseWriter, r *http.Request) {
		for i := range pieces {
			io.WriteString(w, largeContent[:1<<20])
			written <- i
		}
	}))
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	r := c.head("GET")
	part(t, r.Body, 1)
	if len(written) == pieces {
		t.Error("everything is written before anything is read")
	}
	if n, err := io.Copy(io.Discard, r.Body); n != pieces<<20-1 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

func (s *suite) sendTimeout(t *testing.T, k kind) {
	sv := s.start(t, k.app(), func(o *workers.Options) { o.SendTimeout = 200 * time.Millisecond })
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(4 << 10)
	c.send(request("GET", "/large", ""))
	eventually(t, "the client is accepted", func() bool { return sv.stats.Accepted.Load() == 1 })
	eventually(t, "the connection is closed", func() bool { return sv.stats.Open.Load() == 0 })
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

// trickledReader: a client that reads a byte now and then is cut off, one that
// reads little but enough of it is not.
func (s *suite) trickledReader(t *testing.T, k kind) {
	sv := s.start(t, k.app(), func(o *workers.Options) { o.SendTimeout, o.SendRate = time.Second, 1<<20 })
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	c.send(request("GET", "/large", ""))
	c.head("GET")
	got := make(chan int64, 1)
	go func() {
		n := int64(0)
		for b := make([]byte, 2000); ; time.Sleep(50 * time.Millisecond) {
			m, err := c.r.Read(b)
			if n += int64(m); err != nil {
				got <- n
				return
			}
			if sv.stats.Open.Load() == 0 {
				break
			}
		}
		m, _ := io.Copy(io.Discard, c.r)
		got <- n + m
	}()
	if n := await(t, "the client is cut off", got); n >= largeSize {
		t.Errorf("it got all of it: %d bytes", n)
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}
