package protocol

import (
	"testing"
	"time"
	"unsafe"
)

var (
	smallGet = []byte("GET /hello?name=world HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUser-Agent: wrk/4.2.0 (linux)\r\n" +
		"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n")
	browserGet = []byte("GET /wp-content/uploads/2010/03/hello-kitty-darth-vader-pink.jpg HTTP/1.1\r\nHost: www.kittyhell.com\r\n" +
		"User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) Gecko/20100401 Firefox/3.6.3 Pathtraq/0.9\r\n" +
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: ja,en-us;q=0.7,en;q=0.3\r\n" +
		"Accept-Encoding: gzip,deflate\r\nAccept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\nKeep-Alive: 115\r\nConnection: keep-alive\r\n" +
		"Cookie: wp_ozh_wsa_visits=2; wp_ozh_wsa_visit_lasttime=xxxxxxxxxx; __utma=xxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.xxxxxxxxxx.x; " +
		"__utmz=xxxxxxxxx.xxxxxxxxxx.x.x.utmccn=(referral)|utmcsr=reader.livedoor.com|utmcct=/reader/|utmcmd=referral\r\n\r\n")
	chunkedPost = []byte("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-T: 1\r\n\r\n")

	hello         = []byte("Hello World")
	helloResponse = &Response{Status: 200, Reason: []byte("OK"), ContentLength: int64(len("Hello World")),
		Fields: []Field{{[]byte("Content-Type"), []byte("text/plain")}}}
	streamResponse = &Response{Status: 200, ContentLength: -1,
		Fields: []Field{{[]byte("Content-Type"), []byte("text/plain")}}}
)

func benchOptions() *Options {
	o := defaults()
	o.Server, o.Date = "srv", new(Date)
	o.Date.Set(time.Unix(0, 0))
	return o
}

// exchange is one request and, when r is not nil, its response.
func exchange(tb testing.TB, c *Conn, req *Request, in, out []byte, r *Response) []byte {
	for n, ev := 0, NeedMore; ev != End; in = in[n:] {
		var err error
		if ev, n, err = c.Next(in, req); err != nil {
			tb.Fatal(err)
		}
	}
	if r != nil {
		out, _ = c.AppendHead(out, req, r)
		out, _ = c.AppendContent(out, hello)
		out, _ = c.AppendEnd(out)
	}
	c.NextRequest()
	return out
}

// TestNoAllocation: neither parsing nor answering allocates once there is storage.
func TestNoAllocation(t *testing.T) {
	folding := benchOptions()
	folding.PermitObsoleteFolding, folding.CasefoldMethod, folding.PermitUnconventionalMethod = true, true, true
	for _, tt := range []struct {
		name string
		o    *Options
		in   []byte
		r    *Response
	}{
		{"GET", benchOptions(), smallGet, helloResponse},
		{"chunked both ways", benchOptions(), chunkedPost, streamResponse},
		{"IPv6", benchOptions(), []byte("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), helloResponse},
		{"folded", folding, []byte("get / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n"), helloResponse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c Conn
			var req Request
			c.Init(tt.o, false, true)
			out := make([]byte, 0, 4096)
			if n := testing.AllocsPerRun(100, func() { exchange(t, &c, &req, tt.in, out, tt.r) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		})
	}
}

func TestConnIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Conn{}); n > 160 {
		t.Errorf("Conn has %d bytes", n)
	}
}

func benchmark(b *testing.B, in []byte, r *Response) {
	var c Conn
	var req Request
	c.Init(benchOptions(), false, false)
	out := make([]byte, 0, 4096)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		exchange(b, &c, &req, in, out, r)
	}
}

func BenchmarkParseGet(b *testing.B)     { benchmark(b, smallGet, nil) }
func BenchmarkParseBrowser(b *testing.B) { benchmark(b, browserGet, nil) }
func BenchmarkParseChunked(b *testing.B) { benchmark(b, chunkedPost, nil) }
func BenchmarkExchange(b *testing.B)     { benchmark(b, smallGet, helloResponse) }

func BenchmarkRespond(b *testing.B) {
	var c Conn
	var req Request
	c.Init(benchOptions(), false, false)
	out := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		c.response = framingOpen
		dst, _ := c.AppendHead(out, &req, helloResponse)
		dst, _ = c.AppendContent(dst, hello)
		c.AppendEnd(dst)
	}
}

// BenchmarkParseByteByByte must stay linear in the head's length.
func BenchmarkParseByteByByte(b *testing.B) {
	var c Conn
	var req Request
	c.Init(benchOptions(), false, false)
	for b.Loop() {
		for n := 1; n <= len(browserGet); n++ {
			if _, _, err := c.Next(browserGet[:n], &req); err != nil {
				b.Fatal(err)
			}
		}
		c.NextRequest()
	}
}
