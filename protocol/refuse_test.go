package protocol

import (
	"fmt"
	"strings"
	"testing"
)

const get = "GET / HTTP/1.1\r\nHost: a\r\n"

// TestRefuse has what is not said in the corpus: which rule refuses.
func TestRefuse(t *testing.T) {

	chunked := post + "Transfer-Encoding: chunked\r\n\r\n"
	for _, tt := range []struct {
		name, in string
		want     *Error
	}{
		{"TLS on a plain port", "\x16\x03\x01", errTLS},
		{"nine empty lines", strings.Repeat("\r\n", 9), errEmptyLines},
		{"LF first", "\nGET / HTTP/1.1\r\n", errBareLF},
		{"CR first", "\rGET", errBareCR},
		{"request-line ends with LF", "GET / HTTP/1.1\n", errBareLF},
		{"HTTP/0.9", "GET /\r\n", errRequestLine},
		{"two spaces", "GET  / HTTP/1.1\r\n", errRequestLine},
		{"short method", "GO / HTTP/1.1\r\n", errUnconventional},
		{"lower-case method", "get / HTTP/1.1\r\n", errUnconventional},
		{"method with a bracket", "G[T / HTTP/1.1\r\n", errMethod},
		{"HTTP/2.0", "GET / HTTP/2.0\r\n", errVersion},
		{"CONNECT to a path", "CONNECT / HTTP/1.1\r\n", errTargetHost},
		{"CONNECT without port", "CONNECT a HTTP/1.1\r\n", errTargetHost},
		{"CONNECT to port 0", "CONNECT a:0 HTTP/1.1\r\n", errTargetHost},
		{"GET *", "GET * HTTP/1.1\r\n", errTarget},
		{"userinfo", "GET http://u@a/ HTTP/1.1\r\n", errTargetHost},
		{"no scheme", "GET ://a/ HTTP/1.1\r\n", errTarget},
		{"line without end", "GET /" + strings.Repeat("a", 4094), errLineTooLong},
		{"field line without end", get + "A: " + strings.Repeat("a", 8190), errFieldTooLarge},
		{"no colon", get + "A\r\n", errNoColon},
		{"no name", get + ": a\r\n", errFieldName},
		{"space in the name", get + "A B: c\r\n", errFieldName},
		{"space before the colon", get + "A : b\r\n", errColonSpace},
		{"fold", get + "A: b\r\n c\r\n", errObsFold},
		{"fold of nothing", "GET / HTTP/1.1\r\n A: b\r\n", errFoldFirst},
		{"DEL in a value", get + "A: b\x7f\r\n", errFieldValue},
		{"CR in a long value", get + "A: 0123456789abcdef\r0123456789abcdef\r\n", errFieldValue},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", errNoHost},
		{"two Hosts", get + "host: a\r\n\r\n", errManyHosts},
		{"Host with userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", errHost},
		{"Host of a port only", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", errHost},
		{"Host with a zone", "GET / HTTP/1.1\r\nHost: [fe80::1%25lo]\r\n\r\n", errHost},
		{"unknown expectation", get + "Expect: 200-ok\r\n\r\n", errExpect},
		{"content too large", post + "Content-Length: 99999999999999999999\r\n\r\n", errHugeContent},
		{"over limit_request_body", post + "Content-Length: 1001\r\n\r\n", errTooLarge},
		{"chunks over limit_request_body", chunked + "3e8\r\n" + strings.Repeat("a", 1000) + "\r\n1\r\n", errTooLarge},
		{"list of lengths", post + "Content-Length: 5, 5\r\n\r\n", errLength},
		{"two equal lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", errManyLengths},
		{"both framings", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", errBothFramings},
		{"unknown coding", post + "Transfer-Encoding: br, chunked\r\n\r\n", errCoding},
		{"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n", errChunkedTwice},
		{"chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", errChunkedTwice},
		{"not chunked", post + "Transfer-Encoding: gzip\r\n\r\n", errNotChunked},
		{"empty coding", post + "Transfer-Encoding:\r\n\r\n", errCoding},
		{"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", errCoding10},
		{"chunk-size overflow", chunked + "fffffffffffffffff\r\n", errHugeContent},
		{"chunk-size with a sign", chunked + "+5\r\n", errChunkSize},
		{"chunk-size with a space", chunked + "5 \r\n", errChunkExt},
		{"extension without name", chunked + "5;=a\r\n", errChunkExt},
		{"extension without end", chunked + "5;" + strings.Repeat("a", 8190), errChunkLine},
		{"more extensions than content", chunked + strings.Repeat("1;"+strings.Repeat("a", 4000)+"\r\na\r\n", 5), errChunkExtSum},
		{"chunk without end", chunked + "1\r\nab", errChunkEnd},
		{"Host as a trailer", chunked + "0\r\nHost: b\r\n\r\n", errTrailer},
		{"too many trailers", chunked + "0\r\n" + strings.Repeat("a: b\r\n", 101), errTooManyFields},
		{"stream ends in a request-line", "GET /", errCutShort},
		{"stream ends in a head", get, errCutShort},
		{"stream ends in content", post + "Content-Length: 5\r\n\r\nabc", errCutShort},
		{"stream ends in chunks", chunked + "5\r\nhello\r\n0\r\n", errCutShort},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := defaults()
			o.Body = 1000
			if strings.Contains(tt.in, "99999999999999999999") {
				o.Body = 0
			}
			if out := everyWay(t, o, false, []byte(tt.in)); out.err != tt.want.Error() {
				t.Errorf("%s, want %v", out, tt.want)
			}
		})
	}
}

func TestAccept(t *testing.T) {
	fold := func(o *Options) { o.PermitObsoleteFolding = true }
	for _, tt := range []struct {
		name, in string
		set      func(*Options)
		want     string // fields, trailers, content of the last request
	}{
		{"nothing", "", nil, ""},
		{"empty lines only", "\r\n\r\n", nil, ""},
		{"fields", get + "A:b\r\nB: \t c d \r\nC:\r\n\r\n", nil, "[Host: a A: b B: c d C: ] [] "},
		{"folds", get + "A: b\r\n c\r\n\td \r\nB:\r\n e\r\n\r\n", fold, "[Host: a A: b c d B: e] [] "},
		{"fold of nothing at the end", get + "A: b\r\n \r\n\r\n", fold, "[Host: a A: b] [] "},
		{"fold of a dropped field", get + "A_B: b\r\n c\r\nD: e\r\n\r\n", fold, "[Host: a D: e] [] "},
		{"forwarder header", get + "PATH_INFO: /x\r\nA_B: c\r\n\r\n", nil, "[Host: a PATH_INFO: /x] [] "},
		{"trailers", get + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\nC_D: e\r\n f\r\n\r\n", fold,
			"[Host: a Transfer-Encoding: chunked] [A: b] abc"},
		{"folded trailer", get + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n", fold,
			"[Host: a Transfer-Encoding: chunked] [A: b c] "},
		{"version 0.9", "GET / HTTP/0.9\r\n\r\n", func(o *Options) { o.PermitUnconventionalVersion = true }, "[] [] "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := defaults()
			if tt.set != nil {
				tt.set(o)
			}
			out := everyWay(t, o, true, []byte(tt.in))
			got := ""
			if n := len(out.requests); n > 0 {
				r := out.requests[n-1]
				got = fmt.Sprintf("%v %v %s", r.fields, r.trailers, r.content)
			}
			if out.err != "" || got != tt.want {
				t.Errorf("%s\nwant %s", out, tt.want)
			}
		})
	}
}

func TestScheme(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		trusted      bool
		want         string
	}{
		{"none", "", true, "http"},
		{"not trusted", "X-Forwarded-Proto: https\r\n", false, "http"},
		{"trusted", "X-Forwarded-Proto: https\r\n", true, "https"},
		{"another value", "X-Forwarded-Proto: HTTPS\r\n", true, "http"},
		{"agreeing", "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: on\r\n", true, "https"},
		{"contradictory", "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\n", true, errScheme.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := everyWay(t, defaults(), tt.trusted, []byte(get+tt.fields+"\r\n"))
			got := out.err
			if got == "" {
				got = out.requests[0].scheme
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestRefusedRequestIsNotTheLast: the access log must not name another request.
func TestRefusedRequestIsNotTheLast(t *testing.T) {
	var c Conn
	var req Request
	c.Init(defaults(), false, false)
	first := []byte(get + "\r\n")
	c.Next(first, &req)
	c.Next(nil, &req)
	c.NextRequest()
	if _, _, err := c.Next([]byte("\x00"), &req); err == nil || len(req.RequestLine()) > 0 {
		t.Errorf("%v, %q", err, req.RequestLine())
	}
}
