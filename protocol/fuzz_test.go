package protocol

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// requestFiles are the real requests, good and bad.
func requestFiles(t testing.TB, kind string) map[string][]byte {
	names, err := filepath.Glob("testdata/requests/" + kind + "/*.http")
	if err != nil || len(names) == 0 {
		t.Fatal("no request files", err)
	}
	files := make(map[string][]byte)
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestRequestFiles(t *testing.T) {
	for name, in := range requestFiles(t, "valid") {
		if out := everyWay(t, defaults(), false, in); out.err != "" {
			t.Errorf("%s: %s", name, out.err)
		}
	}
	for name, in := range requestFiles(t, "invalid") {
		if out := everyWay(t, defaults(), false, in); out.err == "" {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzNext: no panic, no error but *Error, and the same outcome however the
// bytes are split, whatever the options.
func FuzzNext(f *testing.F) {
	for _, kind := range []string{"valid", "invalid"} {
		for _, in := range requestFiles(f, kind) {
			f.Add(in, uint16(len(in)/2), uint8(0))
			f.Add(in, uint16(len(in)/3), uint8(0xff))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint16, set uint8) {
		if len(in) > 1<<12 {
			in = in[:1<<12]
		}
		o := defaults()
		o.PermitObsoleteFolding = set&1 != 0
		o.StripHeaderSpaces = set&2 != 0
		o.PermitUnconventionalMethod = set&4 != 0
		o.PermitUnconventionalVersion = set&8 != 0
		o.CasefoldMethod = set&16 != 0
		o.HeaderMap = HeaderMap(set >> 5 % 3)
		if set&128 != 0 {
			o.Limits = Limits{RequestLine: 30, Fields: 3, FieldSize: 40, Body: 20}
		}
		want := feedAll(t, o, true, in).String()
		split := min(int(at), len(in))
		if got := feedAll(t, o, true, in[:split], in[split:]).String(); got != want {
			t.Fatalf("split at %d:\n got %s\nwant %s", split, got, want)
		}
		p := newPeer(t, o, false, true)
		for i := range in {
			p.feed(in[i : i+1])
		}
		if got := p.done().String(); got != want {
			t.Fatalf("byte by byte:\n got %s\nwant %s", got, want)
		}
	})
}

// FuzzResponse: whatever an app puts in its head and content, a client sees one
// response with that content, or the server refuses to send it.
func FuzzResponse(f *testing.F) {
	f.Add(200, "OK", "Content-Length", "5", "hello", uint8(0))
	f.Add(200, "", "X", "a\r\nB: c", "hello", uint8(0))
	f.Add(204, "", "Transfer-Encoding", "chunked", "hello", uint8(1))
	f.Add(304, "", "Content-Length", "7", "", uint8(2))
	f.Add(200, "", "Connection", "close, X", "hello", uint8(3))
	f.Add(103, "", "Link", "</a>", "", uint8(0))
	f.Add(200, "", "Keep-Alive", "x", "hello", uint8(4))
	requests := []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
	}
	f.Fuzz(func(t *testing.T, status int, reason, name, value, content string, which uint8) {
		var c Conn
		var req Request
		c.Init(&Options{Server: "srv"}, false, false)
		head := requests[int(which)%len(requests)]
		if ev, _, err := c.Next([]byte(head), &req); ev != Head || err != nil {
			t.Fatal(ev, err)
		}
		r := Response{Status: status, Reason: []byte(reason), ContentLength: -1,
			Fields: []Field{{[]byte(name), []byte(value)}}}
		out, err := c.AppendHead(nil, &req, &r)
		if err != nil || status < 200 {
			if err != nil && len(out) != 0 {
				t.Fatalf("refused, yet %q", out)
			}
			return
		}
		out, overlong := c.AppendContent(out, []byte(content))
		out, short := c.AppendEnd(out)
		if overlong != nil || short != nil {
			return // the connection is cut
		}
		in := bufio.NewReader(bytes.NewReader(out))
		method, _, _ := bytes.Cut([]byte(head), []byte(" "))
		resp, err := http.ReadResponse(in, &http.Request{Method: string(method)})
		if err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		if bodiless := string(method) == "HEAD" || status == 204 || status == 304; bodiless {
			content = ""
		}
		if string(got) != content || resp.StatusCode != status {
			t.Fatalf("client sees %d %q in %q", resp.StatusCode, got, out)
		}
		if in.Buffered() > 0 {
			t.Fatalf("a second response in %q", out)
		}
		if resp.Close == c.KeepAlive() {
			t.Fatalf("KeepAlive is %v in %q", c.KeepAlive(), out)
		}
	})
}

// FuzzResponses: an app answers two requests of one connection, the first with
// whatever it likes, interim responses and pieces of content among it. The client
// sees one response to each, or that the connection is cut: never two of one, and
// never the second in the place of the first.
func FuzzResponses(f *testing.F) {
	f.Add(200, "Content-Length", "5", "X", "y", []byte("hello"), uint8(2), false)
	f.Add(200, "Transfer-Encoding", "chunked", "X", "y", []byte("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), uint8(1), false)
	f.Add(204, "Content-Length", "5", "X", "y", []byte("HTTP/1.1 200 OK\r\n\r\n"), uint8(1), true)
	f.Add(304, "Content-Length", "0", "Connection", "close", []byte("x"), uint8(0), true)
	f.Add(200, "Content-Length", "3", "Content-Length", "5", []byte("hello"), uint8(9), false)
	f.Add(200, "Trailer", "X", "Upgrade", "h2c", []byte("hello"), uint8(3), false)
	f.Fuzz(func(t *testing.T, status int, name1, value1, name2, value2 string, content []byte, pieces uint8, hints bool) {
		var c Conn
		var req Request
		c.Init(&Options{Server: "srv"}, false, false)
		c.Next([]byte(get+"\r\n"), &req)
		c.Next(nil, &req)
		out := answerFuzzed(&c, &req, status, fieldsOf(name1, value1, name2, value2), content, int(pieces%8)+1, hints)
		first := out
		if c.KeepAlive() {
			c.NextRequest()
			c.Next([]byte("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"), &req)
			out, _ = c.AppendHead(out, &req, &Response{Status: 299, ContentLength: 7})
			out, _ = c.AppendEnd(out)
		}
		in := bufio.NewReader(bytes.NewReader(out))
		resp, body := readFinal(t, in, http.MethodGet, out)
		if resp == nil {
			return // cut before its end
		}
		if !bytes.HasPrefix(content, body) && resp.StatusCode != 500 {
			t.Fatalf("the client sees %q of %q in %q", body, content, first)
		}
		if !c.KeepAlive() {
			if in.Buffered() > 0 && resp.ContentLength >= 0 {
				t.Fatalf("something is behind the last response in %q", out)
			}
			return
		}
		if second, _ := readFinal(t, in, http.MethodHead, out); second == nil || second.StatusCode != 299 || in.Buffered() > 0 {
			t.Fatalf("the second response is %+v in %q", second, out)
		}
	})
}

// answerFuzzed answers as the exchange loop does: a head that is refused becomes
// 500, content that is too long is left out, too short cuts the connection.
func answerFuzzed(c *Conn, req *Request, status int, fields []Field, content []byte, pieces int, hints bool) (out []byte) {
	if hints {
		out, _ = c.AppendHead(out, req, &Response{Status: 103, Fields: fields})
	}
	out, err := c.AppendHead(out, req, &Response{Status: status, Fields: fields, ContentLength: -1})
	if err != nil || status < 200 {
		return c.AppendError(out, 500, 0, false, true)
	}
	size := len(content)/pieces + 1
	for len(content) > 0 {
		n := min(size, len(content))
		out, _ = c.AppendContent(out, content[:n])
		content = content[n:]
	}
	out, err = c.AppendEndWith(out, fields)
	if err != nil {
		c.SetClose()
	}
	return out
}

// readFinal reads a response and those interim ones before it; nil when it ends
// before its end.
func readFinal(t *testing.T, in *bufio.Reader, method string, all []byte) (*http.Response, []byte) {
	for {
		resp, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%v in %q", err, all)
		}
		if resp.StatusCode < 200 {
			continue
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, nil
		}
		return resp, body
	}
}
