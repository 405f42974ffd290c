package protocol

import (
	"strings"
	"testing"
)

// advisory is a published weakness of an HTTP/1.1 server, and the bytes that show it.
type advisory struct {
	id, server, what string
	in               string
	want             *Error   // it is refused so
	requests         []string // or it is these: "METHOD target content"
}

const (
	post = "POST / HTTP/1.1\r\nHost: a\r\n"
	// hidden is the request that an attacker wants to get past a proxy.
	hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
)

var advisories = []advisory{
	{"CVE-2024-1135", "gunicorn", "chunked, whatever the last coding says",
		post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden, errChunkedTwice, nil},
	{"CVE-2024-1135", "gunicorn", "the same in one field",
		post + "Transfer-Encoding: chunked,identity\r\n\r\n0\r\n\r\n" + hidden, errChunkedTwice, nil},
	{"CVE-2024-1135", "gunicorn", "two codings, and a length",
		post + "Transfer-Encoding: xchunked, chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden, errCoding, nil},
	{"CVE-2024-6827", "gunicorn", "falls back to Content-Length where the coding is unknown",
		post + "Content-Length: 6\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\nX", errCoding, nil},
	{"CVE-2024-6827", "gunicorn", "or is chunked with something behind it",
		post + "Content-Length: 6\r\nTransfer-Encoding: chunked;x\r\n\r\n0\r\n\r\nX", errCoding, nil},
	{"CVE-2024-6827", "gunicorn", "Content-Length beside chunked",
		post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX", errBothFramings, nil},

	{"CVE-2022-24761", "waitress", "a sign in Content-Length", post + "Content-Length: +10\r\n\r\n0123456789", errLength, nil},
	{"CVE-2022-24761", "waitress", "an underscore in Content-Length", post + "Content-Length: 1_0\r\n\r\n0123456789", errLength, nil},
	{"CVE-2022-24761", "waitress", "0x in chunk-size", post + "Transfer-Encoding: chunked\r\n\r\n0x01\r\na\r\n0\r\n\r\n", errChunkSize, nil},
	{"CVE-2022-24761", "waitress", "a chunk extension with a control character",
		post + "Transfer-Encoding: chunked\r\n\r\n1;\x00=a\r\na\r\n0\r\n\r\n", errChunkExt, nil},
	{"CVE-2019-16785", "waitress", "LF ends a line", post + "X: x\nContent-Length: 34\r\n\r\n" + hidden, errBareLF, nil},
	{"CVE-2019-16786", "waitress", "takes only a Transfer-Encoding that is exactly chunked, and ignores others",
		post + "Content-Length: 4\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden, errBothFramings, nil},
	{"CVE-2019-16789", "waitress", "whitespace that is none around a coding",
		post + "Content-Length: 5\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", errFieldValue, nil},
	{"CVE-2019-16789", "waitress", "and beyond ASCII",
		post + "Content-Length: 5\r\nTransfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n", errCoding, nil},
	{"CVE-2019-16792", "waitress", "Content-Length twice",
		post + "Content-Length: 34\r\nContent-Length: 0\r\n\r\n" + hidden, errManyLengths, nil},
	{"CVE-2020-5236", "waitress", "a field value that takes for ever to check",
		get + "Bad-header: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\x10\r\n\r\n", errFieldValue, nil},
	{"CVE-2024-49768", "waitress", "a request behind one that is refused",
		post + "Content-Length: x\r\n\r\n" + hidden, errLength, nil},

	{"CVE-2025-43859", "h11", "the two octets behind chunk data may be anything",
		post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX2\r\n45\r\n0\r\n\r\n", errChunkEnd, nil},

	{"CVE-2025-22871", "net/http", "LF ends a chunk-size line",
		post + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", errChunkSize, nil},
	{"CVE-2025-22871", "net/http", "LF within a chunk extension",
		post + "Transfer-Encoding: chunked\r\n\r\n5;a\nhello\r\n0\r\n\r\n", errChunkExt, nil},
	{"CVE-2022-1705", "net/http", "an invalid coding is taken for chunked",
		post + "Transfer-Encoding: chunk\r\n\r\n0\r\n\r\n", errCoding, nil},
	{"CVE-2019-16276", "net/http", "whitespace before the colon",
		post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", errColonSpace, nil},
	{"CVE-2023-39326", "net/http", "megabytes of chunk extensions for bytes of content",
		post + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;a="+strings.Repeat("b", 4000)+"\r\na\r\n", 8), errChunkExtSum, nil},
	{"CVE-2023-39325", "net/http", "streams that are reset at once: HTTP/2, which is not spoken",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errTarget, nil},

	{"CVE-2021-22959", "llhttp", "whitespace before the colon", post + "Content-Length : 5\r\n\r\nhello", errColonSpace, nil},
	{"CVE-2021-22960", "llhttp", "chunk extensions are not looked at",
		post + "Transfer-Encoding: chunked\r\n\r\n5;x\rx\nhello\r\n0\r\n\r\n", errChunkExt, nil},
	{"CVE-2022-32213", "llhttp", "a list of codings that ends otherwise",
		post + "Transfer-Encoding: chunkedchunked\r\n\r\n0\r\n\r\n", errCoding, nil},
	{"CVE-2022-32214", "llhttp", "LF ends a field line", get + "X: a\nTransfer-Encoding: chunked\r\n\r\n", errBareLF, nil},
	{"CVE-2022-32215", "llhttp", "a Transfer-Encoding in several lines",
		post + "Transfer-Encoding: chunked\r\n , identity\r\n\r\n0\r\n\r\n", errObsFold, nil},
	{"CVE-2022-35256", "llhttp", "a field line that ends with CR", get + "X: a\rContent-Length: 5\r\n\r\nhello", errFieldValue, nil},
	{"CVE-2023-30589", "llhttp", "CR ends a field line", post + "X: a\rTransfer-Encoding: chunked\r\n\r\n", errFieldValue, nil},
	{"CVE-2024-27982", "llhttp", "whitespace before a field name", post + "A: b\r\n Content-Length: 34\r\n\r\n" + hidden, errObsFold, nil},
	{"CVE-2024-22019", "llhttp", "an endless chunk extension",
		post + "Transfer-Encoding: chunked\r\n\r\n1;a=" + strings.Repeat("b", 1<<14), errChunkLine, nil},
	{"CVE-2025-23167", "llhttp", "CR and any octet end the head", get + "A: b\r\n\rX" + hidden, errNoColon, nil},

	{"GHSA-753j-mpmx-qq6g", "tornado", "Transfer-Encoding beside Content-Length",
		post + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX", errBothFramings, nil},
	{"GHSA-qppv-j76h-2rpx", "tornado", "a sign in Content-Length", post + "Content-Length: -0\r\n\r\n", errLength, nil},
	{"CVE-2023-47627", "aiohttp", "whitespace in a field name", get + "Content -Length: 5\r\n\r\nhello", errFieldName, nil},
	{"CVE-2024-23829", "aiohttp", "digits of other scripts in a version", "GET / HTTP/1.\xb9\r\nHost: a\r\n\r\n", errVersion, nil},
	{"CVE-2025-53643", "aiohttp", "trailers are not parsed, and a request hides there",
		post + "Transfer-Encoding: chunked\r\n\r\n0\r\nGET /hidden HTTP/1.1\r\n\r\n", errNoColon, nil},
	{"CVE-2025-58068", "eventlet", "the trailer section is left for the next request",
		post + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n" + hidden, nil, []string{"POST / ", "GET /hidden "}},
}

// TestAdvisories has each of them refused, or read as what it is, however the
// bytes are split.
func TestAdvisories(t *testing.T) {
	for _, a := range advisories {
		t.Run(a.id+" "+a.server+" "+a.what, func(t *testing.T) {
			out := everyWay(t, defaults(), false, []byte(a.in))
			if a.want != nil {
				if out.err != a.want.Error() || !out.close {
					t.Errorf("%s\nwant %v", out, a.want)
				}
				for _, r := range out.requests {
					if r.target == "/hidden" {
						t.Errorf("the hidden request is served: %s", out)
					}
				}
				return
			}
			var got []string
			for _, r := range out.requests {
				got = append(got, r.method+" "+r.target+" "+string(r.content))
			}
			if strings.Join(got, "|") != strings.Join(a.requests, "|") || out.err != "" {
				t.Errorf("%s\nwant %q", out, a.requests)
			}
		})
	}
}

// TestAdvisoriesOfResponses: CVE-2018-1000164 (gunicorn), CVE-2019-9740 and the
// like: what a client sends comes back in a field, CR and LF and all, and makes
// two responses of one.
func TestAdvisoriesOfResponses(t *testing.T) {
	for _, bad := range []string{"\r\n", "\n", "\r", "\x00", "\r\n\r\n<html>"} {
		for _, r := range []Response{
			{Status: 302, Fields: fieldsOf("Location", "/"+bad+"Set-Cookie: a=b")},
			{Status: 302, Fields: fieldsOf("X"+bad+"Set-Cookie", "a=b")},
			{Status: 302, Reason: []byte("Found" + bad + "Set-Cookie: a=b")},
		} {
			c, req := begin(t, &Options{}, get+"\r\n")
			if out, err := c.AppendHead(nil, req, &r); err == nil || len(out) > 0 {
				t.Errorf("%q: sent as %q", bad, out)
			}
		}
	}
}
