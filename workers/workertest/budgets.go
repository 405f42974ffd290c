package workertest

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// budgets: what all clients together may hold of the server.
func (s *suite) budgets(t *testing.T) {
	t.Run("content", func(t *testing.T) { inEvery(t, s.contentBudget) })
	t.Run("heads", func(t *testing.T) { inEvery(t, s.headBudget) })
	t.Run("slow readers", func(t *testing.T) { inTwo(t, s.readersBudget) })
	t.Run("response in a file", func(t *testing.T) { inEachMode(t, s.responseFile) })
	t.Run("no room on the disk", func(t *testing.T) { inEachMode(t, s.noRoom) })
	t.Run("full", func(t *testing.T) { inEachMode(t, s.full) })
}

const tight = 128 << 10 // a budget

// contentBudget: content that finds no memory goes to a file, and nobody is refused.
func (s *suite) contentBudget(t *testing.T, k kind) {
	sv := s.start(t, k.app(), func(o *workers.Options) { o.MemoryBudget, o.SpoolAfter = tight, 1<<20 })
	const size = 100_000
	var clients []*client
	for range 10 {
		c := sv.dial(t)
		c.send(request("POST", "/", largeContent[:size-1], fmt.Sprint("Content-Length: ", size)))
		clients = append(clients, c)
	}
	eventually(t, "the budget is in use", func() bool { return sv.stats.Memory.Load() > 0 })
	for _, c := range clients {
		if held := sv.stats.Memory.Load(); held > tight {
			t.Errorf("%d bytes are held", held)
		}
		c.send(largeContent[size-1 : size])
		c.answer("POST").want(t, 200, echoOf("POST", "/", largeContent[:size]))
	}
}

// headBudget: a head that finds no memory is refused, a small one never. The
// budget is whole again afterwards.
func (s *suite) headBudget(t *testing.T, k kind) {
	sv := s.start(t, k.app(), func(o *workers.Options) { o.MemoryBudget = tight })
	head := "GET /hello HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: "+strings.Repeat("x", 8000)+"\r\n", 10)
	for range 3 {
		first := sv.dial(t)
		first.send(head)
		eventually(t, "the first holds most of it", func() bool { return sv.stats.Memory.Load() > tight/2 })
		for range 3 {
			c := sv.dial(t)
			c.send(head)
			if a := c.answer("GET"); a.StatusCode != 503 || a.Header.Get("Retry-After") == "" || !a.Close {
				t.Errorf("got %v; want 503", a.Response)
			}
			c.Close()
			sv.get(t, "/hello").want(t, 200, "Hello World")
		}
		first.send("\r\n")
		first.answer("GET").want(t, 200, "Hello World")
		first.Close()
		eventually(t, "nothing is held", func() bool { return sv.stats.Memory.Load() == 0 })
	}
}

// readersBudget: many that do not read are many files, not much memory; and they
// get what they were sent when they read after all.
func (s *suite) readersBudget(t *testing.T, k kind) {
	sv := s.start(t, k.app(), func(o *workers.Options) { o.MemoryBudget = 4 * tight })
	var clients []*client
	for range 4 {
		c := sv.dial(t)
		c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
		c.send(request("GET", "/large", ""))
		c.head("GET")
		clients = append(clients, c)
	}
	if k.name != handler.name { // which waits for its client
		eventually(t, "files are in use", func() bool { return sv.stats.Spooled.Load() > 4<<20 })
	}
	if held := sv.stats.Memory.Load(); held > 4*tight {
		t.Errorf("%d bytes are held", held)
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
	for _, c := range clients {
		var got strings.Builder
		if n, err := io.CopyN(&got, c.r, largeSize); err != nil || got.String() != largeContent {
			t.Fatalf("after %d bytes: %v, or they differ", n, err)
		}
		c.Close()
	}
	eventually(t, "the files are gone", func() bool { return sv.stats.Spooled.Load() == 0 })
	if left, _ := os.ReadDir(sv.spool); len(left) > 0 {
		t.Errorf("left in the directory: %v", left)
	}
}

// responseFile: the app is done with a large response before its client has read
// any of it, be it one piece or many.
func (s *suite) responseFile(t *testing.T, mode app.Mode) {
	const times = 4
	over := make(chan bool, 1)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, -1))
		full := false
		for i := range times {
			for piece := largeContent; len(piece) > 0; {
				n := min(len(piece), 7_000*(1+50*(i%2)))
				ex.Write([]byte(piece[:n]))
				piece = piece[n:]
				full = full || ex.Full()
			}
		}
		ex.Finish()
		over <- full
	}})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	if await(t, "the app has given its response away", over) {
		t.Error("the app was to wait")
	}
	r := c.head("GET")
	for range times {
		if got := part(t, r.Body, largeSize); got != largeContent {
			t.Fatal("the response differs")
		}
	}
	if rest, err := io.ReadAll(r.Body); len(rest) > 0 || err != nil {
		t.Errorf("behind the content: %d bytes, %v", len(rest), err)
	}
}

// noRoom: without a file an app is to wait, and does not lose anything by it. One
// that does not wait loses its client when the memory is used up too.
func (s *suite) noRoom(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		ex.Start(headOf(200, -1))
		for range 8 {
			if err := ex.Write([]byte(largeContent[:largeSize/8])); err != nil {
				break
			}
			if ex.Full() && string(ex.Request().Target()) == "/waits" {
				drained := make(chan struct{})
				ex.OnDrain(func() { close(drained) })
				<-drained
			}
		}
		ex.Finish()
	})}, func(o *workers.Options) { o.ResponseDir, o.MemoryBudget = "/nonexistent", 2<<20 })
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	c.send(request("GET", "/waits", ""))
	eventually(t, "the log says so", func() bool { return sv.errorLog.has("/nonexistent") })
	c.answer("GET").want(t, 200, largeContent)
	c = sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	c.send(request("GET", "/", ""))
	eventually(t, "the log says that it is cut", func() bool { return sv.errorLog.has("cut", "no room") })
	if a := c.answer("GET"); a.err == nil {
		t.Errorf("got %d bytes, and no error", len(a.content))
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

// full: an app that never ends is to wait when response_spool_size is reached.
func (s *suite) full(t *testing.T, mode app.Mode) {
	full := make(chan int, 1)
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, -1))
		n := 0
		for ; !ex.Full() && n < 100; n++ {
			ex.Write([]byte(largeContent[:1<<20]))
		}
		full <- n
		drained := make(chan struct{})
		ex.OnDrain(func() { close(drained) })
		<-drained
		ex.Finish()
	}}, func(o *workers.Options) { o.ResponseSpool = 4 << 20 })
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	n := await(t, "it is full", full)
	if n < 5 || n == 100 {
		t.Errorf("full after %d MB", n)
	}
	if a := c.answer("GET"); len(a.content) != n<<20 || a.err != nil {
		t.Errorf("got %d bytes, %v", len(a.content), a.err)
	}
}
