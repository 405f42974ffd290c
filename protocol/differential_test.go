package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// ours is how a Conn reads the first request of in.
func ours(t testing.TB, in string) reading {
	var c Conn
	var req Request
	c.Init(&Options{PermitUnconventionalMethod: true, HeaderMap: Dangerous}, false, false)
	begin := len(in) - len(skipEmptyLines(in))
	r := reading{verdict: accepted}
	for at := 0; ; {
		ev, n, err := c.Next([]byte(in[at:]), &req)
		at += n
		var e *Error
		switch {
		case errors.As(err, &e):
			return refusal(e.Reason)
		case err != nil:
			t.Fatalf("an error that is not *Error: %v", err)
		case ev == NeedMore:
			return reading{verdict: incomplete}
		case ev == Head:
			r.method, r.target = string(req.Method()), string(req.Target())
			req.Keep()
		case ev == Data:
			r.content += string(c.Content())
		case ev == End:
			r.length = at - begin
			return r
		}
	}
}

// nethttp is how net/http reads it.
func nethttp(in string) reading {
	in = skipEmptyLines(in)
	source := strings.NewReader(in)
	b := bufio.NewReader(source)
	req, err := http.ReadRequest(b)
	if err != nil {
		return refusal(err.Error())
	}
	content, err := io.ReadAll(req.Body)
	if err != nil {
		return refusal(err.Error())
	}
	return reading{accepted, "", req.Method, req.RequestURI, string(content), len(in) - source.Len() - b.Buffered()}
}

// stricter are the refusals that the reference does not share, because they say
// nothing of where a request ends. What a limit refuses is too long for the fuzzer.
var stricter = map[string]string{
	errTarget.Reason:     "the form of the request-target, RFC 9112 §3.2",
	errTargetHost.Reason: "its authority, RFC 9110 §4.2",
	errNoHost.Reason:     "RFC 9112 §3.2 wants 400",
	errManyHosts.Reason:  "RFC 9112 §3.2 wants 400",
	errHost.Reason:       "RFC 9112 §3.2 wants 400",
	errExpect.Reason:     "RFC 9110 §10.1.1 lets a server answer 417",
	errSingleton.Reason:  "Content-Type twice can be understood in two ways",
	errTrailer.Reason:    "fields that are forbidden in a trailer section, RFC 9110 §6.5.1",
	errEmptyLines.Reason: "nine empty lines and more before a request",
	errNotHTTP.Reason:    "what cannot begin a request-line is refused at its first octet, before there is a line",
}

// disagreement says how two readings differ about which bytes are the request.
func disagreement(a, b reading) string {
	switch {
	case a.verdict != accepted || b.verdict != accepted:
		return ""
	case a.length != b.length:
		return "they disagree where the request ends"
	case a.content != b.content:
		return "they disagree about the content"
	case a.method != b.method || a.target != b.target:
		return "they disagree about the request-line"
	}
	return ""
}

// compare holds a Conn's reading of in beside the two others'.
func compare(t *testing.T, in string) {
	t.Helper()
	us, ref, std := ours(t, in), reference(in), nethttp(in)
	if why := disagreement(us, ref); why != "" {
		t.Fatalf("the reference and we: %s\n%q\nwe   %+v\nthey %+v", why, in, us, ref)
	}
	// net/http is more lenient in many things; of what both accept it must not see
	// another request. What we have not seen the end of, it must not have seen either.
	if why := disagreement(us, std); why != "" {
		t.Fatalf("net/http and we: %s\n%q\nwe   %+v\nthey %+v", why, in, us, std)
	}
	if us.verdict == accepted && ref.verdict != accepted {
		t.Fatalf("accepted, but %s by the reference: %s\n%q", ref.verdict, ref.why, in)
	}
	if us.verdict == incomplete && ref.verdict != incomplete {
		t.Fatalf("more is awaited, but the reference has %s it: %s\n%q", ref.verdict, ref.why, in)
	}
	if us.verdict == refuses && ref.verdict == accepted && stricter[us.why] == "" {
		t.Fatalf("refused (%s), but accepted by the reference\n%q", us.why, in)
	}
}

// corpusPayloads are the cases of the corpus as bytes.
func corpusPayloads(t testing.TB) (all [][]byte) {
	file, err := os.Open("testdata/corpus/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c corpusCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if len(c.Payload) <= fuzzMax {
			all = append(all, c.Payload)
		}
	}
	return all
}

// fuzzMax keeps what is fuzzed below every limit, so that none is in play.
const fuzzMax = 1 << 12

// FuzzFraming: of a request that it accepts, the parser sees the same bytes as a
// plain reading of the RFC, and as net/http if that accepts it too; it refuses
// nothing that the plain reading accepts but for the reasons in stricter.
func FuzzFraming(f *testing.F) {
	for _, kind := range []string{"valid", "invalid"} {
		for _, in := range requestFiles(f, kind) {
			f.Add(in)
		}
	}
	for _, in := range corpusPayloads(f) {
		f.Add(in)
	}
	for _, a := range advisories {
		f.Add([]byte(a.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		compare(t, string(in[:min(len(in), fuzzMax)]))
	})
}

// FuzzChunked is FuzzFraming where it matters most: all the bytes are chunked content.
func FuzzChunked(f *testing.F) {
	for _, in := range []string{
		"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n", "5 ;a=\"\\\"\" \r\nhello\r\n0\r\n\r\n",
		"5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
		"5;\n\r\nhello\r\n0\r\n\r\n", "0\r\nA: b\n\r\n", "fffffffffffffffff\r\n", "-5\r\n", "5\r\r\nhello\r\n0\r\n\r\n",
	} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		compare(t, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"+string(in[:min(len(in), fuzzMax)]))
	})
}

// FuzzPipeline: what a request is does not depend on what came before it on the
// connection. Each is read as it would be at the beginning of one.
func FuzzPipeline(f *testing.F) {
	for _, in := range requestFiles(f, "valid") {
		f.Add(in, []byte("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"))
		f.Add([]byte("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n"), in)
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		in := append(bytes.Clone(first[:min(len(first), fuzzMax)]), second[:min(len(second), fuzzMax)]...)
		o := Options{PermitUnconventionalMethod: true, HeaderMap: Dangerous}
		together := feedAll(t, &o, false, in)
		for i, want := range together.requests {
			alone := ours(t, string(in))
			if alone.verdict != accepted {
				t.Fatalf("request %d is %s by itself: %s", i, alone.verdict, alone.why)
			}
			if alone.method != want.method || alone.target != want.target || alone.content != string(want.content) {
				t.Fatalf("request %d is %+v by itself, and %+v behind the others", i, alone, want)
			}
			in = []byte(skipEmptyLines(string(in)))[alone.length:]
		}
	})
}
