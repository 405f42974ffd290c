package workers

import (
	"errors"
	"net"
	"os"
)

// Transport is a client's socket as a worker class drives it. Conn calls
// TryWrite and Tail from one goroutine at a time, the others from any.
type Transport interface {
	// TryWrite sends what the socket takes now and says how much that was; it
	// never waits. ErrClosed when the socket is closed already. What it did not take
	// is given next, to the tail: TLS has encrypted some of it by then.
	TryWrite(p []byte) (int, error)

	// Tail gives the socket as a net.Conn of its own, for the goroutine that
	// sends what the client does not take at once. It outlives Close: what it
	// has to send is sent. The caller closes it.
	Tail() (net.Conn, error)

	// CloseWrite tells the client that nothing more will come, and leaves the
	// receiving side open.
	CloseWrite()

	// Close lets go of the socket, soon if not at once; Conn.Closed follows.
	Close()
}

// ErrClosed is what a Transport says whose socket is closed.
var ErrClosed = errors.New("the connection is closed")

// Resetter is a Transport whose Close can be made to reset the connection: what is
// still on its way is thrown away, and the client sees an error at once.
type Resetter interface{ Reset() }

// Watcher is a Transport that reads only between exchanges, as one does whose
// goroutine is in the app. Watch has it read now, in the background, because
// somebody wants to know when the client leaves.
type Watcher interface{ Watch() }

// FileSender is a Transport whose client gets the very bytes that are written, so
// that the kernel can send a file by itself. Over another Transport a file is read,
// and written.
type FileSender interface {
	// TryWriteMore is TryWrite for what a file follows, in the same packet.
	TryWriteMore(p []byte) (int, error)

	// TrySendFile sends what the socket takes now of the n bytes of f from at, and
	// says how much that was; it may wait for the disk, but not for the client.
	// ErrFileShort when f has nothing there.
	TrySendFile(f *os.File, at, n int64) (int64, error)
}
