package protocol

// Event is what Next has found.
type Event uint8

const (
	NeedMore Event = iota // nothing yet: more bytes are needed
	Head                  // the request-line and the field section are complete
	Data                  // a piece of content: Conn.Content
	End                   // the request is complete
)

// state is what the next octet from the client belongs to.
type state uint8

const (
	stateStart    state = iota // the request-line, or empty lines before it
	stateFields                // the field section
	stateContent               // content of a known length; left counts down
	stateChunk                 // the chunked coding; chunk says where in it, left counts down
	stateTrailers              // the trailer section
	stateEnd                   // nothing; End is still to be told
	stateDone                  // nothing before NextRequest
	stateFailed                // nothing ever
)

// Conn is the server's side of one HTTP/1.1 connection. It is small, so that an
// idle connection costs next to nothing, and not safe for concurrent use. One
// exchange after the other passes through it:
//
//	Next → Head, Data…, End    AppendHead, AppendContent…, AppendEnd    NextRequest
//
// The response may begin at any time after Head, and be replaced by AppendError
// at any time before AppendHead.
type Conn struct {
	o        *Options
	content  []byte // of the last Data
	left     int64  // octets to come: of the content, or of the chunk
	received int64  // octets of content that chunks have announced so far
	promised int64  // octets of content that the response still owes

	// The head or trailer section that is being read, as offsets from the first
	// octet that is not consumed. What is before scanned has no LF in line.
	lineAt  uint32 // where the line begins
	fieldAt uint32 // where the field began that the line may continue
	scanned uint32

	overhead   int32 // octets of chunk framing that content does not account for
	state      state
	chunk      chunkState
	emptyLines uint8

	response framing // of the response
	tls      bool
	trusted  bool
	close    bool // this exchange is the last
	http10   bool // the client is HTTP/1.0 or older
	headOnly bool // the request is HEAD
	connect  bool // the request is CONNECT
}

// Init makes c the server's side of a new connection. tls says that it is
// encrypted; trusted that the peer's ForwarderHeaders and SecureSchemeHeaders
// are to be believed.
func (c *Conn) Init(o *Options, tls, trusted bool) {
	*c = Conn{o: o, tls: tls, trusted: trusted}
}

// Next looks at in, the bytes that are not yet consumed, and says what comes
// first in them and how many of them it consumed.
//
//   - NeedMore: call again with in[n:] and more bytes behind it; the same bytes,
//     perhaps at another address. It is no error to bring no more.
//   - Head: req holds the head. Its slices point into in[:n].
//   - Data: Content is a piece of the content, a slice of in[:n].
//   - End: the request is complete. Next must not be called before NextRequest.
//
// req is the same from a request's first byte to its End; Next resets it at the
// first. An error is an *Error: answer it with AppendError and close; what could
// be read of the head is in req as long as in stands. How the bytes are split
// between calls makes no difference to what comes out, but for where content is cut.
func (c *Conn) Next(in []byte, req *Request) (ev Event, n int, err error) {
	switch c.state {
	case stateStart, stateFields:
		ev, n, err = c.readHead(in, req)
	case stateContent:
		ev, n = c.readContent(in)
	case stateChunk:
		ev, n, err = c.readChunk(in)
		if err == nil && c.state == stateTrailers {
			var more int
			ev, more, err = c.readTrailers(in[n:], req)
			n += more
		}
	case stateTrailers:
		ev, n, err = c.readTrailers(in, req)
	case stateEnd:
		c.state = stateDone
		return End, 0, nil
	default:
		err = errNotReadable
	}
	if err != nil {
		c.state, c.close = stateFailed, true
	}
	return ev, n, err
}

// Content is the piece of content that the last Data told of, without any
// chunked coding.
func (c *Conn) Content() []byte { return c.content }

// EOF says what it means that the peer has ended its stream: nothing between
// requests, an *Error in the middle of one.
func (c *Conn) EOF() error {
	if c.MidRequest() {
		return errCutShort
	}
	return nil
}

// MidRequest says whether a request has begun, with any octet of it, and has not
// ended. It tells which deadline applies to the next byte.
func (c *Conn) MidRequest() bool {
	switch c.state {
	case stateStart:
		return c.scanned > 0
	case stateEnd, stateDone, stateFailed:
		return false
	}
	return true
}

// NextRequest makes c ready for the next request. The last one has ended on both
// sides, and KeepAlive was true.
func (c *Conn) NextRequest() {
	*c = Conn{o: c.o, tls: c.tls, trusted: c.trusted, close: c.close}
}

// SetClose makes this exchange the last on the connection; before AppendHead,
// the response says so.
func (c *Conn) SetClose() { c.close = true }

// KeepAlive says whether the connection outlives this exchange. It is known
// after AppendHead or AppendError, and takes into account the version, the
// Connection field of both sides, the response's framing, errors and SetClose.
func (c *Conn) KeepAlive() bool { return !c.close && c.state != stateFailed }
