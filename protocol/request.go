package protocol

// Request is a request's head and, at the end of chunked content, its trailer
// section. It is reusable: pool it, or keep one for each exchange.
//
// Every slice it gives points into the bytes that Conn.Next was given (until
// Keep), into the Request itself afterwards; no further than to the next Reset
// or the next request either way. Nobody may write to them.
type Request struct {
	base     []byte // the head; what the spans are offsets into
	own      []byte // Keep's storage
	side     []byte // what is not on the wire as it is here: unfolded values, a folded method
	tail     []byte // the trailer section
	fields   []field
	trailers []field

	line   span // the request-line
	method span
	target span

	contentLength int64
	dropped       int // field lines of this section that were let go
	major, minor  uint8

	kept, folded        bool // base is own; method is in side
	head, connect       bool // the method is HEAD, CONNECT
	expectContinue, tls bool
	underscoreDropped   bool // the last field line was: so are the lines that continue it
}

// span is a piece of base.
type span struct{ at, end uint32 }

func (s span) of(b []byte) []byte { return b[s.at:s.end:s.end] }

// field is a field line, its value without OWS. A value that was folded is in side.
type field struct {
	name, value span
	kind        kind
	unfolded    bool
}

// Method is the method; with Options.CasefoldMethod in upper case.
func (r *Request) Method() []byte {
	if r.folded {
		return r.method.of(r.side)
	}
	return r.method.of(r.base)
}

// Target is the request-target as it was sent, in any of its four forms
// (RFC 9112 §3.2). It has no control character and no SP, but may have octets
// that a URI has not.
func (r *Request) Target() []byte { return r.target.of(r.base) }

// RequestLine is method SP request-target SP HTTP-version, as it was sent. Of a
// request that was refused it is what could be read, maybe nothing.
func (r *Request) RequestLine() []byte { return r.line.of(r.base) }

// Major is 1 but for Options.PermitUnconventionalVersion.
func (r *Request) Major() int { return int(r.major) }

// Minor is the minor version: 0 for HTTP/1.0.
func (r *Request) Minor() int { return int(r.minor) }

// atLeast11 says whether the client understands what HTTP/1.1 brought.
func (r *Request) atLeast11() bool { return r.major > 1 || r.major == 1 && r.minor >= 1 }

// Size is how many bytes the head has, from the request-line to the empty line.
func (r *Request) Size() int { return len(r.base) }

// NumFields is the number of field lines; those that HeaderMap dropped are not there.
func (r *Request) NumFields() int { return len(r.fields) }

// Field is the i-th field line: its name as it was sent, its value without OWS.
func (r *Request) Field(i int) (name, value []byte) {
	f := &r.fields[i]
	return f.name.of(r.base), r.value(f, r.base)
}

func (r *Request) value(f *field, base []byte) []byte {
	if f.unfolded {
		return f.value.of(r.side)
	}
	return f.value.of(base)
}

// Get is the value of the first field of this name, in any case; nil when there
// is none, empty but not nil when its value is empty.
func (r *Request) Get(name string) []byte {
	for i := range r.fields {
		f := &r.fields[i]
		if int(f.name.end-f.name.at) == len(name) && isName(f.name.of(r.base), name) {
			return r.value(f, r.base)
		}
	}
	return nil
}

// NumTrailers is the number of lines in the trailer section, known after End.
func (r *Request) NumTrailers() int { return len(r.trailers) }

// Trailer is the i-th line of the trailer section. RFC 9110 §6.5.1: it is not to
// be merged into the fields.
func (r *Request) Trailer(i int) (name, value []byte) {
	f := &r.trailers[i]
	return f.name.of(r.tail), r.value(f, r.tail)
}

// ContentLength is the length of the content: 0 for none, -1 for chunked.
func (r *Request) ContentLength() int64 { return r.contentLength }

// Chunked says whether the content is in the chunked transfer coding.
func (r *Request) Chunked() bool { return r.contentLength < 0 }

// HasContent says whether content follows; chunked content may turn out empty.
func (r *Request) HasContent() bool { return r.contentLength != 0 }

// ExpectContinue says whether the client waits for 100 (Continue) before it
// sends its content.
func (r *Request) ExpectContinue() bool { return r.expectContinue && r.HasContent() }

// IsHead says whether the method is HEAD, whose response has no content.
func (r *Request) IsHead() bool { return r.head }

// Scheme is "https" when the connection is TLS, or when a trusted peer says so
// by one of Options.SecureSchemeHeaders; "http" otherwise.
func (r *Request) Scheme() string {
	if r.tls {
		return "https"
	}
	return "http"
}

// Keep moves the head into r's own storage, which is used again and again: the
// buffer that was given to Conn.Next may then be reused. Call it at Head, before
// that buffer changes; once is enough.
func (r *Request) Keep() {
	if r.kept {
		return
	}
	r.own = append(r.own[:0], r.base...)
	r.base, r.kept = r.own, true
}

// maxKept is the storage that Reset leaves to the next request.
const maxKept = 16 << 10

// Reset forgets the request and keeps its storage, unless that has grown unusually.
func (r *Request) Reset() {
	*r = Request{
		own:      reuse(r.own),
		side:     reuse(r.side),
		tail:     reuse(r.tail),
		fields:   reuse(r.fields),
		trailers: reuse(r.trailers),
	}
}

func reuse[T any](s []T) []T {
	if cap(s) > maxKept {
		return nil
	}
	return s[:0]
}
