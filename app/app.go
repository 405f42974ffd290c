package app

import (
	"io"
	"os"
	"time"

	"github.com/seed-77b39ca9/srv/protocol"
)

// App is the callable: whatever answers requests, in this process (a Go
// handler) or behind it (a pool of Python interpreters).
type App interface {
	// Serve takes over one exchange whose request is complete, content and all.
	// It answers through ex, at once or later and from any goroutine, and the
	// exchange is over with ex.Finish or ex.Abort, exactly one of them, once.
	//
	// Engines call Serve from many goroutines; what Mode says decides whether on
	// an event loop.
	Serve(ex Exchange)

	// Mode says how Serve behaves. It never changes.
	Mode() Mode
}

// Mode is how an App's Serve treats its caller.
type Mode uint8

const (
	// Blocking: Serve may wait for anything, and answers before it returns. It
	// is never called on an event loop. Go handlers, unless they promise more.
	Blocking Mode = iota
	// Immediate: Serve never waits, and answers before it returns.
	Immediate
	// Deferred: Serve never waits, and answers later. The WSGI pool.
	Deferred
)

// Exchange is one request with its response. The methods of the response
// (Respond, Start, Write, WriteFile, Finish, Abort) are called by one goroutine at a time;
// the others from any. None of them blocks.
type Exchange interface {
	// Request is the head. It and every slice of it are valid until the
	// exchange is over.
	Request() *protocol.Request

	// Content is the request's content, already complete; valid until the
	// exchange is over.
	Content() *Content

	// Peer is the connection's two ends; valid for ever.
	Peer() *Peer

	// Respond gives the whole response at once and ends the exchange: Start,
	// Write and Finish in one, and in one write to the socket. A head that
	// HTTP forbids is answered 500 and logged. head and content are free to be
	// used again when it returns.
	Respond(head *protocol.Response, content []byte)

	// Start gives the response's head. Its bytes may wait for the first Write
	// or for Flush. An error says that HTTP forbids the head (a *protocol.Error)
	// and that nothing was sent: the caller may answer something else.
	Start(head *protocol.Response) error

	// Inform sends an interim response now: a status 1xx other than 101, before
	// Start or Respond, as often as there is something to say. An HTTP/1.0 client
	// does not get it. Errors are those of Start.
	Inform(head *protocol.Response) error

	// Write gives the next part of the response's content; p is free to be used
	// again when it returns. What the client does not take yet is kept; the
	// caller watches Full, and waits with OnDrain. An error says that the
	// client is gone (ErrGone) or that the head's Content-Length is exceeded: then
	// the rest is left out, and the exchange has said so in the log.
	Write(p []byte) error

	// WriteFile is Write for the n bytes, more than 0, of the regular file f from
	// offset. They are not copied where the kernel can send them by itself, they
	// count as pending but take no memory, and the file's position stays where it
	// is. f may be closed when it returns, and must not change until it is sent: a
	// file that turns out to be shorter cuts the connection, and is logged.
	WriteFile(f *os.File, offset, n int64) error

	// Flush sends what Start and Write gave so far.
	Flush()

	// Finish ends the response, with a trailer section where its framing has room
	// for one. A response shorter than its Content-Length cuts the connection and
	// returns an error that says so, and is in the log.
	Finish(trailers ...protocol.Field) error

	// Abort ends the exchange where it stands: 500 when nothing was sent,
	// otherwise the connection is cut so that the client sees an incomplete
	// response. status, when not 0, is answered instead of 500 if it still can be;
	// retryAfter, when not 0, is sent with it, in seconds.
	Abort(status, retryAfter int)

	// Pending is how many bytes of the response wait for the client.
	Pending() int

	// Full says that so much waits for the client, in memory and on disk, that
	// the app should wait before it gives more (OnDrain).
	Full() bool

	// OnDrain has f called once, from any goroutine, when Pending has fallen
	// low or the client has gone; at once when that is so already.
	OnDrain(f func())

	// Gone says whether the client has left.
	Gone() bool

	// Limit answers 504 for the app if it has not begun to answer when d has
	// passed from now, and cuts a response that has not ended by then; OnGone's
	// function is called then. 0 takes the limit back.
	Limit(d time.Duration)

	// OnGone has f called once, from any goroutine, if the client leaves before
	// the exchange is over. Only the last f given counts; nil takes it back.
	OnGone(f func())
}

// Peer is the two ends of a client's connection, written once when it opens.
type Peer struct {
	RemoteHost, RemotePort string // "" for a Unix socket
	LocalHost, LocalPort   string // LocalPort "" for a Unix socket, whose path is LocalHost
	TLS                    *TLS   // nil: the connection is in the clear
	Trusted                bool   // RemoteHost is in forwarded_allow_ips
}

// Content is a request's content: in memory, or in a spool file that has no
// name any more. Exactly one of Bytes and File is set; both are nil when there
// is none.
type Content struct {
	Bytes []byte
	File  *os.File
	Size  int64
}

// Reader reads the content from its beginning. Every call gives a new reader;
// they are independent of each other.
func (c *Content) Reader() io.Reader {
	if c.File != nil {
		return io.NewSectionReader(c.File, 0, c.Size)
	}
	return &bytesReader{rest: c.Bytes}
}

type bytesReader struct{ rest []byte }

func (r *bytesReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
