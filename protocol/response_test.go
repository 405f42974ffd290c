package protocol

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

// begin gives a Conn that has read the request.
func begin(t testing.TB, o *Options, in string) (*Conn, *Request) {
	var c Conn
	var req Request
	c.Init(o, false, false)
	if ev, _, err := c.Next([]byte(in), &req); ev != Head || err != nil {
		t.Fatal(ev, err)
	}
	return &c, &req
}

func fieldsOf(pairs ...string) (fields []Field) {
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, Field{[]byte(pairs[i]), []byte(pairs[i+1])})
	}
	return fields
}

func TestAppendHead(t *testing.T) {
	const (
		get11  = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
		get10  = "GET / HTTP/1.0\r\n\r\n"
		keep10 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
		head11 = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
	)
	for _, tt := range []struct {
		name, in string
		r        Response
		want     string // head and content; LF for CRLF
		keep     bool
	}{
		{"length from the app", get11, Response{200, nil, fieldsOf("Content-Length", "2"), -1},
			"HTTP/1.1 200 OK\nContent-Length: 2\nServer: srv\n\nok", true},
		{"length from the server", get11, Response{200, nil, nil, 2},
			"HTTP/1.1 200 OK\nContent-Length: 2\nServer: srv\n\nok", true},
		{"the app's length wins", get11, Response{200, nil, fieldsOf("content-length", "2"), 5},
			"HTTP/1.1 200 OK\ncontent-length: 2\nServer: srv\n\nok", true},
		{"chunked", get11, Response{200, nil, nil, -1},
			"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nServer: srv\n\n2\nok\n0\n\n", true},
		{"closed for HTTP/1.0", get10, Response{200, nil, nil, -1},
			"HTTP/1.1 200 OK\nServer: srv\nConnection: close\n\nok", false},
		{"kept for HTTP/1.0", keep10, Response{200, nil, nil, 2},
			"HTTP/1.1 200 OK\nContent-Length: 2\nServer: srv\nConnection: keep-alive\n\nok", true},
		{"kept, but no length", keep10, Response{200, nil, nil, -1},
			"HTTP/1.1 200 OK\nServer: srv\nConnection: close\n\nok", false},
		{"HEAD", head11, Response{200, nil, fieldsOf("Content-Length", "9"), -1},
			"HTTP/1.1 200 OK\nContent-Length: 9\nServer: srv\n\n", true},
		{"HEAD without length", head11, Response{200, nil, nil, -1}, "HTTP/1.1 200 OK\nServer: srv\n\n", true},
		{"204", get11, Response{204, nil, fieldsOf("Content-Length", "0"), 0}, "HTTP/1.1 204 No Content\nServer: srv\n\n", true},
		{"304", get11, Response{304, nil, nil, 0}, "HTTP/1.1 304 Not Modified\nServer: srv\n\n", true},
		{"304 with length", get11, Response{304, nil, fieldsOf("Content-Length", "9"), -1},
			"HTTP/1.1 304 Not Modified\nContent-Length: 9\nServer: srv\n\n", true},
		{"own reason", get11, Response{299, []byte("Fine"), nil, 2},
			"HTTP/1.1 299 Fine\nContent-Length: 2\nServer: srv\n\nok", true},
		{"own Server", get11, Response{200, nil, fieldsOf("SERVER", "app"), 2},
			"HTTP/1.1 200 OK\nSERVER: app\nContent-Length: 2\n\nok", true},
		{"app closes", get11, Response{200, nil, fieldsOf("connection", "x,Close"), 2},
			"HTTP/1.1 200 OK\nContent-Length: 2\nServer: srv\nConnection: close\n\nok", false},
		{"hop-by-hop", get11, Response{200, nil, fieldsOf("Transfer-Encoding", "chunked", "Keep-Alive", "a", "TE", "b",
			"Upgrade", "c", "Proxy-Connection", "d", "Connection", "keep-alive", "A", "e"), 2},
			"HTTP/1.1 200 OK\nA: e\nContent-Length: 2\nServer: srv\n\nok", true},
		{"client closes", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x,close\r\n\r\n", Response{200, nil, nil, 2},
			"HTTP/1.1 200 OK\nContent-Length: 2\nServer: srv\nConnection: close\n\nok", false},
		{"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", Response{200, nil, fieldsOf("Content-Length", "2"), -1},
			"HTTP/1.1 200 OK\nServer: srv\nConnection: close\n\nok", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, req := begin(t, &Options{Server: "srv"}, tt.in)
			out, err := c.AppendHead([]byte("x"), req, &tt.r)
			if err != nil {
				t.Fatal(err)
			}
			out, err = c.AppendContent(out, []byte("ok"))
			if err != nil {
				t.Fatal(err)
			}
			if out, err = c.AppendEnd(out); err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(string(out[1:]), "\r\n", "\n"); got != tt.want || c.KeepAlive() != tt.keep {
				t.Errorf("%q, KeepAlive %v", got, c.KeepAlive())
			}
		})
	}
}

func TestAppendHeadRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Response
		want *Error
	}{
		{"status 99", Response{Status: 99}, errStatus},
		{"status 1000", Response{Status: 1000}, errStatus},
		{"status 101", Response{Status: 101}, errInterim},
		{"CR in the reason", Response{Status: 200, Reason: []byte("a\rb")}, errReason},
		{"empty name", Response{Status: 200, Fields: fieldsOf("", "b")}, errAppName},
		{"space in a name", Response{Status: 200, Fields: fieldsOf("a ", "b")}, errAppName},
		{"LF in a value", Response{Status: 200, Fields: fieldsOf("a", "b\nc")}, errAppValue},
		{"NUL in a long value", Response{Status: 200, Fields: fieldsOf("a", "01234567890\x00")}, errAppValue},
		{"two lengths", Response{Status: 200, Fields: fieldsOf("Content-Length", "1", "Content-Length", "1")}, errAppLengths},
		{"negative length", Response{Status: 200, Fields: fieldsOf("Content-Length", "-1")}, errAppLength},
		{"empty length", Response{Status: 200, Fields: fieldsOf("Content-Length", "")}, errAppLength},
		{"gzip", Response{Status: 200, Fields: fieldsOf("Transfer-Encoding", "gzip, chunked")}, errAppCoding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, req := begin(t, &Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			out, err := c.AppendHead([]byte("x"), req, &tt.r)
			if err != tt.want || string(out) != "x" {
				t.Fatalf("%q, %v", out, err)
			}
			if out = c.AppendError(nil, 500, 0, false, true); !c.KeepAlive() || !bytes.HasPrefix(out, []byte("HTTP/1.1 500 ")) {
				t.Fatalf("afterwards %q", out)
			}
		})
	}
}

func TestContentLengthIsKept(t *testing.T) {
	c, req := begin(t, &Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	out, _ := c.AppendHead(nil, req, &Response{Status: 200, ContentLength: 3})
	out, err := c.AppendContent(out[:0], []byte("abcd"))
	if string(out) != "abc" || err != errContentLong {
		t.Errorf("too much: %q, %v", out, err)
	}
	c, req = begin(t, &Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	out, _ = c.AppendHead(nil, req, &Response{Status: 200, ContentLength: 3})
	out, _ = c.AppendContent(out, []byte("ab"))
	if _, err = c.AppendEnd(out); err != errContentShort || c.KeepAlive() {
		t.Errorf("too little: %v", err)
	}
}

func TestInterim(t *testing.T) {
	for version, want := range map[string]string{"1.1": "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", "1.0": ""} {
		c, req := begin(t, &Options{}, "GET / HTTP/"+version+"\r\nHost: a\r\n\r\n")
		out, err := c.AppendHead(nil, req, &Response{Status: 103, Fields: fieldsOf("Link", "a", "Content-Length", "1")})
		if string(out) != want || err != nil {
			t.Errorf("HTTP/%s: %q, %v", version, out, err)
		}
		if out, err = c.AppendHead(nil, req, &Response{Status: 200}); len(out) == 0 || err != nil {
			t.Errorf("HTTP/%s: no final response: %v", version, err)
		}
	}
}

func TestBulkContent(t *testing.T) {
	for name, tt := range map[string]struct {
		length int64
		want   string
	}{"chunked": {-1, "2\r\nok\r\n0\r\n\r\n"}, "length": {2, "ok"}} {
		c, req := begin(t, &Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		c.AppendHead(nil, req, &Response{Status: 200, ContentLength: tt.length})
		out, n, err := c.BeginContent(nil, 2)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, "ok"[:n]...)
		if out, err = c.AppendEnd(c.EndContent(out, n)); string(out) != tt.want || err != nil {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

func TestAppendError(t *testing.T) {
	date := new(Date)
	date.Set(time.Date(1994, time.November, 6, 8, 49, 37, 0, time.UTC))
	c, _ := begin(t, &Options{Server: "srv", Date: date}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	out := c.AppendError(nil, 503, 7, false, true)
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), nil)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if n, err := page.ReadFrom(resp.Body); err != nil || n != resp.ContentLength {
		t.Errorf("content of %d octets, %v", n, err)
	}
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "7" || resp.Close || !c.KeepAlive() ||
		resp.Header.Get("Date") != "Sun, 06 Nov 1994 08:49:37 GMT" {
		t.Errorf("%q", out)
	}
	var fresh Conn
	fresh.Init(&Options{}, false, false)
	out = fresh.AppendError(nil, 408, 0, true, false)
	if fresh.KeepAlive() || !bytes.Contains(out, []byte("\r\nConnection: close\r\n")) || !bytes.HasSuffix(out, []byte("\r\n\r\n")) {
		t.Errorf("%q", out)
	}
}

func TestSetCloseAndNextRequest(t *testing.T) {
	c, req := begin(t, &Options{}, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	c.SetClose()
	out, _ := c.AppendHead(nil, req, &Response{Status: 200})
	if c.KeepAlive() || !bytes.Contains(out, []byte("Connection: close\r\n")) {
		t.Errorf("%q", out)
	}
}

func TestTrailers(t *testing.T) {
	const host, host10 = get + "\r\n", "GET / HTTP/1.0\r\n\r\n"
	for _, tt := range []struct {
		name, in string
		length   int64
		trailers []Field
		want     string // behind the head
		err      error
	}{
		{"none", host, -1, nil, "2\r\nok\r\n0\r\n\r\n", nil},
		{"two", host, -1, fieldsOf("A", "b", "C", "d"), "2\r\nok\r\n0\r\nA: b\r\nC: d\r\n\r\n", nil},
		{"forbidden ones", host, -1, fieldsOf("Content-Length", "2", "A", "b", "Host", "c", "Transfer-Encoding", "gzip", "Connection", "close", "Date", "x"),
			"2\r\nok\r\n0\r\nA: b\r\n\r\n", nil},
		{"a name that is none", host, -1, fieldsOf("A", "b", "C d", "e"), "2\r\nok\r\n0\r\n\r\n", errAppName},
		{"a value that is none", host, -1, fieldsOf("A", "b\r\n\r\nHTTP/1.1 200 OK"), "2\r\nok\r\n0\r\n\r\n", errAppValue},
		{"with a length", host, 2, fieldsOf("A", "b"), "ok", nil},
		{"too short", host, 3, fieldsOf("A", "b"), "ok", errContentShort},
		{"HTTP/1.0", host10, -1, fieldsOf("A", "b"), "ok", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, req := begin(t, &Options{}, tt.in)
			if _, err := c.AppendHead(nil, req, &Response{Status: 200, ContentLength: tt.length}); err != nil {
				t.Fatal(err)
			}
			out, _ := c.AppendContent(nil, []byte("ok"))
			out, err := c.AppendEndWith(out, tt.trailers)
			if string(out) != tt.want || err != tt.err {
				t.Errorf("%q, %v", out, err)
			}
			if _, err := c.AppendEnd(nil); err != errResponseEnded {
				t.Errorf("after the end: %v", err)
			}
		})
	}
}
