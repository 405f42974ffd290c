package protocol

import (
	"errors"
	"fmt"
	"testing"
)

// seenRequest is what a request was understood as.
type seenRequest struct {
	method, target, line, version, scheme string
	fields, trailers                      []string
	content                               []byte
	length                                int64
	expect                                bool
}

// outcome is all that came of a connection's bytes.
type outcome struct {
	requests []seenRequest
	err      string // "status reason" of the refusal; of EOF when eof
	close    bool   // the last exchange said so
	rest     int    // octets that were not consumed
	mid      bool   // a request had begun
}

func (o *outcome) String() string {
	return fmt.Sprintf("%+v err=%q close=%v rest=%d mid=%v", o.requests, o.err, o.close, o.rest, o.mid)
}

// peer drives a Conn as an engine would, with every call's bytes at an address of
// their own, so that a slice that is kept too long is noticed.
type peer struct {
	t    testing.TB
	c    Conn
	req  Request
	buf  []byte
	last []byte
	now  seenRequest
	out  outcome
	over bool
}

func newPeer(t testing.TB, o *Options, tls, trusted bool) *peer {
	p := &peer{t: t}
	p.c.Init(o, tls, trusted)
	return p
}

// feed brings more bytes.
func (p *peer) feed(more []byte) {
	fresh := append(append(make([]byte, 0, len(p.buf)+len(more)), p.buf...), more...)
	for i := range p.last {
		p.last[i] = 0xEE
	}
	p.buf, p.last = fresh, fresh
	for !p.over {
		ev, n, err := p.c.Next(p.buf, &p.req)
		if n < 0 || n > len(p.buf) {
			p.t.Fatalf("Next consumed %d of %d", n, len(p.buf))
		}
		p.buf = p.buf[n:]
		if err != nil {
			p.refused(err)
			return
		}
		switch ev {
		case NeedMore:
			return
		case Head:
			p.head(n)
		case Data:
			if len(p.c.Content()) == 0 {
				p.t.Fatal("empty Data")
			}
			p.now.content = append(p.now.content, p.c.Content()...)
		case End:
			p.end()
		}
	}
}

func (p *peer) head(n int) {
	if p.c.MidRequest() != p.req.HasContent() {
		p.t.Fatal("MidRequest after Head")
	}
	p.req.Keep()
	p.now = seenRequest{
		method: string(p.req.Method()), target: string(p.req.Target()), line: string(p.req.RequestLine()),
		version: fmt.Sprintf("%d.%d", p.req.Major(), p.req.Minor()), scheme: p.req.Scheme(),
		length: p.req.ContentLength(), expect: p.req.ExpectContinue(),
	}
	for i := range p.req.NumFields() {
		name, value := p.req.Field(i)
		p.now.fields = append(p.now.fields, string(name)+": "+string(value))
	}
}

func (p *peer) end() {
	for i := range p.req.NumTrailers() {
		name, value := p.req.Trailer(i)
		p.now.trailers = append(p.now.trailers, string(name)+": "+string(value))
	}
	if got := string(p.req.RequestLine()); got != p.now.line {
		p.t.Fatalf("Keep did not keep: %q, was %q", got, p.now.line)
	}
	p.out.requests = append(p.out.requests, p.now)
	p.now = seenRequest{}
	out, err := p.c.AppendHead(nil, &p.req, &Response{Status: 200, ContentLength: 0})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err = p.c.AppendEnd(out); err != nil {
		p.t.Fatal(err)
	}
	if !p.c.KeepAlive() {
		p.out.close, p.over = true, true
		return
	}
	p.c.NextRequest()
}

func (p *peer) refused(err error) {
	var e *Error
	if !errors.As(err, &e) {
		p.t.Fatalf("error is not *Error: %v", err)
	}
	p.out.err, p.over = e.Error(), true
	p.c.AppendError(nil, e.Status, 0, false, false)
	if p.c.KeepAlive() {
		p.t.Fatal("the connection outlives a refusal")
	}
	p.out.close = true
}

// done ends the stream and says what came of it.
func (p *peer) done() *outcome {
	if !p.over {
		p.out.mid = p.c.MidRequest()
		if err := p.c.EOF(); err != nil {
			p.refused(err)
		}
	}
	if p.out.err != "" || p.out.close {
		p.buf = nil // what is behind the last request is nobody's
	}
	p.out.rest = len(p.buf)
	return &p.out
}

// feedAll brings the parts one after the other.
func feedAll(t testing.TB, o *Options, trusted bool, parts ...[]byte) *outcome {
	p := newPeer(t, o, false, trusted)
	for _, part := range parts {
		p.feed(part)
	}
	return p.done()
}

// everyWay feeds in whole, byte by byte and in two halves at every split point,
// and wants one outcome. Of a message over 2 KiB, which is one long line or many
// like ones, the split points in the middle are taken one in some.
func everyWay(t *testing.T, o *Options, trusted bool, in []byte) *outcome {
	t.Helper()
	want := feedAll(t, o, trusted, in)
	text := want.String()
	check := func(how string, got *outcome) {
		t.Helper()
		if got.String() != text {
			t.Fatalf("%s:\n got %.600s\nwant %.600s", how, got, text)
		}
	}
	p := newPeer(t, o, false, trusted)
	for at := 0; at < len(in); {
		next := nextSplit(at, len(in))
		p.feed(in[at:min(next, len(in))])
		at = next
	}
	check("byte by byte", p.done())
	for at := 0; at <= len(in); at = nextSplit(at, len(in)) {
		check(fmt.Sprintf("split at %d", at), feedAll(t, o, trusted, in[:at], in[at:]))
	}
	return want
}

// nextSplit is the split point after at in n octets.
func nextSplit(at, n int) int {
	const edge = 512
	if at < edge || n <= 4*edge || at >= n-edge {
		return at + 1
	}
	return min(at+1+n/4096*8, n-edge)
}

func defaults() *Options {
	return &Options{
		Limits:           Limits{RequestLine: 4094, Fields: 100, FieldSize: 8190},
		ForwarderHeaders: []string{"SCRIPT_NAME", "PATH_INFO"},
		SecureSchemeHeaders: []SchemeHeader{
			{"X-FORWARDED-PROTOCOL", "ssl"}, {"X-FORWARDED-PROTO", "https"}, {"X-FORWARDED-SSL", "on"},
		},
	}
}
