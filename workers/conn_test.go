package workers

import (
	"net"
	"net/http"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/demo"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/protocol"
)

// sink is a Transport whose client takes everything and forgets it.
type sink struct{ sent, closed int }

func (s *sink) TryWrite(p []byte) (int, error) { s.sent += len(p); return len(p), nil }
func (s *sink) Tail() (net.Conn, error)        { return nil, ErrClosed }
func (s *sink) CloseWrite()                    {}
func (s *sink) Close()                         { s.closed++ }

func newSinkConn(tb testing.TB, a app.App) (*Conn, *sink) {
	core := NewCore(a, Options{
		Protocol:  &protocol.Options{Limits: protocol.Limits{RequestLine: 4094, Fields: 100, FieldSize: 8190}, Server: "srv"},
		KeepAlive: 1e10, HeadTimeout: 1e10, BodyTimeout: 1e10,
	})
	tr := new(sink)
	c := core.NewConn(tr, app.Peer{RemoteHost: "127.0.0.1", RemotePort: "1"})
	tb.Cleanup(func() {
		c.Closed()
		core.Close()
	})
	return c, tr
}

func hello(tb testing.TB) app.App {
	a, err := demo.New("hello")
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

var helloRequest = []byte("GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n")

// TestImmediateAllocations: a request to an app that never blocks costs no
// allocation between the bytes that come and the bytes that go.
func TestImmediateAllocations(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector makes pools forget on purpose")
		return
	}
	c, tr := newSinkConn(t, hello(t))
	if n := testing.AllocsPerRun(1000, func() { c.Feed(helloRequest) }); n != 0 {
		t.Errorf("%v allocations for a request", n)
	}
	if tr.sent == 0 || tr.closed > 0 {
		t.Errorf("%d bytes sent, closed %d times", tr.sent, tr.closed)
	}
}

func BenchmarkImmediate(b *testing.B) {
	c, _ := newSinkConn(b, hello(b))
	b.ReportAllocs()
	for b.Loop() {
		c.Feed(helloRequest)
	}
}

func BenchmarkPipelined16(b *testing.B) {
	c, _ := newSinkConn(b, hello(b))
	var all []byte
	for range 16 {
		all = append(all, helloRequest...)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Feed(all)
	}
}

func BenchmarkHandler(b *testing.B) {
	c, _ := newSinkConn(b, nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Write([]byte("Hello World"))
	}), nethttp.Options{NonBlocking: true, Error: func(string) {}}))
	b.ReportAllocs()
	for b.Loop() {
		c.Feed(helloRequest)
	}
}
