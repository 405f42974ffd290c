package nethttp_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/protocol"
)

// exchange is an app.Exchange whose response lands in memory.
type exchange struct {
	conn    protocol.Conn
	req     protocol.Request
	content app.Content
	peer    app.Peer

	out     bytes.Buffer
	status  int // given to Abort
	pending int
	files   int // calls of WriteFile
	gone    func()
}

// parse makes an exchange of a request's bytes.
func parse(t *testing.T, raw string) *exchange {
	t.Helper()
	ex := &exchange{peer: app.Peer{RemoteHost: "192.0.2.1", RemotePort: "1234"}}
	ex.conn.Init(&protocol.Options{}, false, false)
	in := []byte(raw)
	for {
		ev, n, err := ex.conn.Next(in, &ex.req)
		if err != nil || ev == protocol.NeedMore {
			t.Fatalf("parse %q: event %d, %v", raw, ev, err)
		}
		in = in[n:]
		switch ev {
		case protocol.Data:
			ex.content.Bytes = append(ex.content.Bytes, ex.conn.Content()...)
			ex.content.Size = int64(len(ex.content.Bytes))
		case protocol.End:
			return ex
		}
	}
}

func (ex *exchange) Request() *protocol.Request { return &ex.req }
func (ex *exchange) Content() *app.Content      { return &ex.content }
func (ex *exchange) Peer() *app.Peer            { return &ex.peer }
func (ex *exchange) Flush()                     {}
func (ex *exchange) Abort(status, _ int)        { ex.status = status }
func (ex *exchange) Pending() int               { return ex.pending }
func (ex *exchange) Full() bool                 { return ex.pending > 256<<10 }
func (ex *exchange) OnDrain(f func())           { ex.pending = 0; f() }
func (ex *exchange) Gone() bool                 { return false }
func (ex *exchange) OnGone(f func())            { ex.gone = f }

func (ex *exchange) append(b []byte, err error) error {
	ex.out.Write(b)
	return err
}

func (ex *exchange) Start(h *protocol.Response) error {
	return ex.append(ex.conn.AppendHead(nil, &ex.req, h))
}

func (ex *exchange) Write(p []byte) error { return ex.append(ex.conn.AppendContent(nil, p)) }
func (ex *exchange) WriteFile(f *os.File, offset, n int64) error {
	ex.files++
	p := make([]byte, n)
	if _, err := f.ReadAt(p, offset); err != nil {
		return err
	}
	return ex.Write(p)
}
func (ex *exchange) Finish(trailers ...protocol.Field) error {
	return ex.append(ex.conn.AppendEndWith(nil, trailers))
}
func (ex *exchange) Inform(h *protocol.Response) error { return ex.Start(h) }

func (ex *exchange) Respond(h *protocol.Response, content []byte) {
	if ex.Start(h) == nil {
		ex.Write(content)
		ex.Finish()
	}
}

// TestRequestAsNetHTTP: a handler sees what net/http's own server shows for the
// same bytes.
func TestRequestAsNetHTTP(t *testing.T) {
	for name, raw := range map[string]string{
		"simple":         "GET /a%20b?x=1&y=%zz HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\n\r\n",
		"repeated field": "GET / HTTP/1.1\r\nHost: a:80\r\nx-a: 1\r\nX-A: 2\r\nCookie: a=b\r\nX-Empty:\r\n\r\n",
		"absolute form":  "GET http://b.example:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n",
		"HTTP/1.0":       "GET /x HTTP/1.0\r\n\r\n",
		"content":        "POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\na=1&b=2",
		"empty content":  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"double slash":   "GET //a//b HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var ours, theirs string
			ex := parse(t, raw)
			nethttp.New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ours = describe(r) }),
				nethttp.Options{Error: func(string) {}}).Serve(ex)
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { theirs = describe(r) }))
			defer server.Close()
			nc, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			io.WriteString(nc, raw)
			if _, err := http.ReadResponse(bufio.NewReader(nc), nil); err != nil {
				t.Fatal(err)
			}
			if ours != theirs {
				t.Errorf("ours:\n%s\nnet/http's:\n%s", ours, theirs)
			}
		})
	}
}

// describe is all of a request that a handler may go by; http.Header prints sorted.
func describe(r *http.Request) string {
	content, err := io.ReadAll(r.Body)
	return fmt.Sprintf("%s %q %#v\n%s %d.%d\nhost %q, uri %q\n%v\nlength %d, coding %v, trailer %v\n%q %v",
		r.Method, r.URL, *r.URL, r.Proto, r.ProtoMajor, r.ProtoMinor, r.Host, r.RequestURI, r.Header,
		r.ContentLength, r.TransferEncoding, r.Trailer, content, err)
}

// TestResponses: what a handler's calls become on the wire.
func TestResponses(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		has     []string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, []string{"HTTP/1.1 200 OK", "Content-Length: 0"}},
		{"short", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
			[]string{"Content-Length: 6", "Content-Type: text/html; charset=utf-8", "\r\n\r\n<html>"}},
		{"long", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, long) },
			[]string{"Transfer-Encoding: chunked", "text/plain", "\r\n\r\n1388\r\nxxx", "\r\n0\r\n\r\n"}},
		{"flushed", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "a")
			if err := http.NewResponseController(w).Flush(); err != nil {
				panic(err)
			}
			io.WriteString(w, "b")
		}, []string{"Transfer-Encoding: chunked", "1\r\na\r\n1\r\nb\r\n0\r\n\r\n"}},
		{"copied", func(w http.ResponseWriter, _ *http.Request) {
			w.(io.ReaderFrom).ReadFrom(strings.NewReader("copied"))
		}, []string{"Content-Length: 6", "\r\n\r\ncopied"}},
		{"typed", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "a/b")
			w.WriteHeader(404)
			w.Header().Set("Late", "1")
		}, []string{"404 Not Found", "Content-Type: a/b", "Content-Length: 0"}},
		{"hijack is refused", func(w http.ResponseWriter, _ *http.Request) {
			_, _, err := http.NewResponseController(w).Hijack()
			fmt.Fprint(w, err)
		}, []string{"feature not supported"}},
		{"no content", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(204)
			if _, err := io.WriteString(w, "x"); err != http.ErrBodyNotAllowed {
				panic(err)
			}
		}, []string{"204 No Content", "\r\n\r\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ex := parse(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			nethttp.New(tt.handler, nethttp.Options{Error: func(line string) { t.Error(line) }}).Serve(ex)
			for _, part := range tt.has {
				if !strings.Contains(ex.out.String(), part) {
					t.Errorf("no %q in\n%s", part, ex.out.String())
				}
			}
			if strings.Contains(ex.out.String(), "Late") {
				t.Error("a field that was set after the head is sent")
			}
		})
	}
}

func (ex *exchange) Limit(d time.Duration) {}

// TestQueue: whoever waits for longer than the limit gets 503.
func TestQueue(t *testing.T) {
	begun, gate := make(chan struct{}, 1), make(chan struct{})
	a := nethttp.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		begun <- struct{}{}
		<-gate
	}), nethttp.Options{Calls: 1, Queue: 1, QueueTimeout: time.Millisecond, Error: func(string) {}})
	over := make(chan struct{})
	go func() {
		defer close(over)
		a.Serve(parse(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	}()
	<-begun
	ex := parse(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	a.Serve(ex) // waits for QueueTimeout
	if ex.status != http.StatusServiceUnavailable {
		t.Errorf("after the time limit: %d", ex.status)
	}
	close(gate)
	<-over
}
