package workertest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/workers"
)

// files: content that the app gives as a range of a file.
func (s *suite) files(t *testing.T) {
	t.Run("between bytes", func(t *testing.T) { inModes(t, s.filesAndBytes) })
	t.Run("slow reader", func(t *testing.T) { inModes(t, s.fileForSlow) })
	t.Run("short", func(t *testing.T) { inModes(t, s.shortFile) })
	t.Run("longer than announced", func(t *testing.T) { inModes(t, s.longFile) })
	t.Run("HEAD", func(t *testing.T) { inModes(t, s.fileForHead) })
	t.Run("pipelined", func(t *testing.T) { inModes(t, s.filesPipelined) })
	t.Run("hoarded", func(t *testing.T) { inModes(t, s.filesHoarded) })
	t.Run("given up", func(t *testing.T) { inModes(t, s.fileGivenUp) })
	t.Run("handlers", s.fileHandler)
}

// inModes runs test in every mode.
func inModes(t *testing.T, test func(t *testing.T, mode app.Mode)) {
	t.Run("immediate", func(t *testing.T) { test(t, app.Immediate) })
	inEachMode(t, test)
}

// fileOf makes a file that begins with content and is so large.
func fileOf(t *testing.T, content string, size int64) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err == nil {
		_, err = f.WriteString(content)
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// sends is an app whose responses are n bytes of the file from offset.
func sends(mode app.Mode, f *os.File, offset, n int64) script {
	return script{mode, rest(func(ex app.Exchange) {
		ex.Start(headOf(200, n))
		ex.WriteFile(f, offset, n)
		ex.Finish()
	})}
}

// filesAndBytes: all comes in the order in which it was given, whatever the framing
// and however slow the client, and the file may be closed at once.
func (s *suite) filesAndBytes(t *testing.T, mode app.Mode) {
	f := fileOf(t, largeContent, largeSize)
	var want strings.Builder
	for i := range 12 {
		fmt.Fprintf(&want, "piece %d ", i)
		want.WriteString(largeContent[i*1000 : i*1000+i*150_000+1])
	}
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		length := int64(-1)
		if string(ex.Request().Target()) == "/length" {
			length = int64(want.Len())
		}
		ex.Start(headOf(200, length))
		for i := range 12 {
			fmt.Fprintf(writer{ex}, "piece %d ", i)
			own, err := os.Open(f.Name())
			if err != nil {
				t.Error(err)
			}
			if err := ex.WriteFile(own, int64(i)*1000, int64(i)*150_000+1); err != nil {
				t.Error(err)
			}
			own.Close()
		}
		ex.Finish()
	}})
	for _, target := range []string{"/length", "/chunked"} {
		for _, c := range []*client{sv.dial(t), sv.dialUnix(t)} {
			c.send(request("GET", target, ""))
			c.answer("GET").want(t, 200, want.String())
		}
	}
}

// writer makes an io.Writer of an exchange.
type writer struct{ ex app.Exchange }

func (w writer) Write(p []byte) (int, error) { return len(p), w.ex.Write(p) }

// fileForSlow: the app is done with a file at once; it waits for the client on its
// own disk, and takes no memory.
func (s *suite) fileForSlow(t *testing.T, mode app.Mode) {
	const size = 50 << 20
	f := fileOf(t, largeContent, size)
	over := make(chan struct{})
	sv, j := s.journaled(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, size))
		ex.WriteFile(f, 0, size)
		ex.Finish()
		close(over)
	}})
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	c.send(request("GET", "/", ""))
	await(t, "the app is done", over)
	j.wantNext(t, fmt.Sprintf("GET / HTTP/1.1 200 %d", size))
	if held, spooled := sv.stats.Memory.Load(), sv.stats.Spooled.Load(); held+spooled > 1<<20 {
		t.Errorf("%d bytes of memory and %d of spool files are held", held, spooled)
	}
	r := c.head("GET")
	if got := part(t, r.Body, largeSize); got != largeContent {
		t.Error("the content differs")
	}
	if n, err := io.Copy(io.Discard, r.Body); n != size-largeSize || err != nil {
		t.Errorf("then came %d bytes, %v", n, err)
	}
}

// shortFile: the client sees that something is missing, and the log tells of it.
func (s *suite) shortFile(t *testing.T, mode app.Mode) {
	for _, size := range []int64{0, 1000, 30 << 20} { // of the last, the end is in nobody's memory
		f := fileOf(t, "", size)
		sv := s.start(t, sends(mode, f, 0, 40<<20))
		c := sv.dial(t)
		c.send(request("GET", "/", ""))
		if a := c.answer("GET"); a.err == nil || int64(len(a.content)) > size {
			t.Errorf("got %d bytes of %d, %v", len(a.content), size, a.err)
		}
		eventually(t, "the log says so", func() bool { return sv.errorLog.has(f.Name(), "shorter") })
		sv.get(t, "/hello").want(t, 200, "Hello World")
	}
}

// longFile: no more is sent than was announced.
func (s *suite) longFile(t *testing.T, mode app.Mode) {
	f := fileOf(t, largeContent, largeSize)
	refused := make(chan error, 1)
	sv := s.start(t, script{mode, rest(func(ex app.Exchange) {
		ex.Start(headOf(200, 100_000))
		refused <- ex.WriteFile(f, 5, largeSize-5)
		ex.Finish()
	})})
	c := sv.dial(t)
	c.send(request("GET", "/", ""))
	c.answer("GET").want(t, 200, largeContent[5:100_005])
	if err := await(t, "the app is told", refused); err == nil {
		t.Error("it fitted")
	}
	eventually(t, "the log says so", func() bool { return sv.errorLog.has("GET /", "Content-Length") })
}

func (s *suite) fileForHead(t *testing.T, mode app.Mode) {
	sv := s.start(t, sends(mode, fileOf(t, largeContent, largeSize), 0, largeSize))
	c := sv.dial(t)
	c.send(request("HEAD", "/", "") + request("GET", "/hello", ""))
	if a := c.answer("HEAD"); a.ContentLength != largeSize {
		t.Errorf("the length is %d", a.ContentLength)
	}
	c.answer("GET").want(t, 200, "Hello World")
}

// filesPipelined: responses keep their order and their limits.
func (s *suite) filesPipelined(t *testing.T, mode app.Mode) {
	if s.oneShot {
		t.Log("one request on each connection: there is no second")
		return
	}
	sv := s.start(t, sends(mode, fileOf(t, largeContent, largeSize), 7, largeSize-7))
	c := sv.dial(t)
	for range 2 {
		c.send(request("GET", "/", "") + request("GET", "/hello", "") + request("GET", "/", ""))
		for _, want := range []string{largeContent[7:], "Hello World", largeContent[7:]} {
			c.answer("GET").want(t, 200, want)
		}
	}
}

// filesHoarded: for a client that asks for ever more files and takes none, few are open
// at a time; when it takes them after all it gets each.
func (s *suite) filesHoarded(t *testing.T, mode app.Mode) {
	sv := s.start(t, sends(mode, fileOf(t, largeContent, largeSize), 0, largeSize))
	before := openFiles(t)
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	asked := 30
	c.send(strings.Repeat(request("GET", "/", ""), asked))
	if s.oneShot {
		asked = 1 // one that came with the first is answered too, or not
	}
	for n := range asked {
		r := c.head("GET")
		if open := openFiles(t) - before; open > 20 {
			t.Fatalf("%d files are open for one client", open)
		}
		part(t, r.Body, largeSize)
		if r.Close && n < asked-1 {
			t.Fatalf("response %d of %d is the last", n+1, asked)
		}
	}
	c.socket.Close()
	eventually(t, "the files are closed", func() bool { return openFiles(t) <= before+1 })
}

func openFiles(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// fileGivenUp: a client that takes nothing is cut off, and its file closed.
func (s *suite) fileGivenUp(t *testing.T, mode app.Mode) {
	sv := s.start(t, sends(mode, fileOf(t, "", 50<<20), 0, 50<<20),
		func(o *workers.Options) { o.SendTimeout = 200 * time.Millisecond })
	before := openFiles(t)
	c := sv.dial(t)
	c.socket.(*net.TCPConn).SetReadBuffer(4 << 10)
	c.send(request("GET", "/", ""))
	eventually(t, "the client is accepted", func() bool { return sv.stats.Accepted.Load() == 1 })
	eventually(t, "the connection is closed", func() bool { return sv.stats.Open.Load() == 0 })
	eventually(t, "the file is closed", func() bool { return openFiles(t) <= before+1 })
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

// fileHandler: a handler of which there is one call at a time serves the next
// client while a slow one has most of its file to come.
func (s *suite) fileHandler(t *testing.T) {
	const size = 50 << 20
	f := fileOf(t, largeContent, size)
	sv := s.start(t, nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hello" {
			echoHandler(w, r)
			return
		}
		http.ServeFile(w, r, f.Name())
	}), nethttp.Options{Calls: 1, Error: func(string) {}}))
	slow := sv.dial(t)
	slow.socket.(*net.TCPConn).SetReadBuffer(64 << 10)
	slow.send(request("GET", "/", ""))
	r := slow.head("GET")
	sv.get(t, "/hello").want(t, 200, "Hello World")
	c := sv.dial(t)
	c.send(request("GET", "/", "", "Range: bytes=100-199999"))
	c.answer("GET").want(t, 206, largeContent[100:200_000])
	if got := part(t, r.Body, largeSize); got != largeContent {
		t.Error("the content differs")
	}
	if n, err := io.Copy(io.Discard, r.Body); n != size-largeSize || err != nil {
		t.Errorf("then came %d bytes, %v", n, err)
	}
}
