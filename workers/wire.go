package workers

import (
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// wire is the net.Conn that a connection's tls.Conn has for its socket: memory.
// It reads what the engine has fed, and writes what secure sends.
//
// While the handshake runs, on a goroutine of its own, Read waits for more. From
// then on it says errNothing instead, which tls.Conn passes on and forgets.
type wire struct {
	conn *Conn  // for the addresses
	send func() // called before Read waits: the client waits for it

	mu      sync.Mutex
	changed sync.Cond // of what the handshake and who feeds it wait for
	in      []byte
	out     *buffer // nil: nothing
	runs    bool    // the handshake does, and Read waits
	stalled bool    // the client does not take what the handshake sends
	sent    bool    // it has sent something
	ended   bool    // nothing more will arrive
}

const (
	// wireInMax is how much a client may send while the handshake runs: more than
	// the largest certificates that crypto/tls takes.
	wireInMax = 512 << 10
	// wireOutMax bounds what crypto/tls may write of its own accord to a client
	// that does not read: answers to key updates.
	wireOutMax = 256 << 10
)

var errWireFull = errors.New("the client sends and does not read")

// nothing is a net.Error of the one kind that does not break a tls.Conn.
type nothing struct{}

var errNothing error = nothing{}

func (nothing) Error() string   { return "nothing has arrived" }
func (nothing) Timeout() bool   { return false }
func (nothing) Temporary() bool { return true }

func (w *wire) init(c *Conn, send func()) {
	w.conn, w.send, w.runs = c, send, true
	w.changed.L = &w.mu
}

// put keeps a copy of p for the handshake. False: it is too much.
//
// A client that uploads sends its content right behind its last word of the
// handshake, and nobody can ask it to wait. So when it is much, put waits for the
// handshake to read: that has the word already and needs a moment of processor
// time, no more. Where that is not so the client sends what it may not.
func (w *wire) put(p []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.in)+len(p) > wireInMax && w.runs && !w.ended {
		if w.stalled || !w.sent {
			return false
		}
		w.changed.Wait()
	}
	w.in = append(w.in, p...)
	w.changed.Broadcast()
	return true
}

// take removes the first n bytes of what has arrived.
func (w *wire) take(n int) {
	w.mu.Lock()
	w.in = w.in[n:]
	w.mu.Unlock()
}

// lend gives p to read without a copy, after the handshake, until takeBack.
func (w *wire) lend(p []byte) { w.in = p }

func (w *wire) takeBack() { w.in = nil }

// shaken says that the handshake is over.
func (w *wire) shaken() {
	w.mu.Lock()
	w.runs = false
	w.changed.Broadcast()
	w.mu.Unlock()
}

// close says that nothing more will arrive. What is written is still sent.
func (w *wire) close() {
	w.mu.Lock()
	w.ended = true
	w.changed.Broadcast()
	w.mu.Unlock()
}

func (w *wire) hasEnded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

// written takes what crypto/tls has written; nil: nothing.
func (w *wire) written() *buffer {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.out
	w.out = nil
	if b != nil && len(b.b) == 0 { // reserved, and an error came
		putBuffer(b)
		return nil
	}
	return b
}

// reserve makes room for n bytes that are about to be written.
func (w *wire) reserve(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out == nil {
		w.out = getBuffer()
	}
	w.out.b = slices.Grow(w.out.b, n)
}

// silent says whether written would give nothing.
func (w *wire) silent() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out == nil
}

// Read implements net.Conn.
func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.in) == 0 {
		switch {
		case w.ended:
			return 0, io.EOF
		case !w.runs:
			return 0, errNothing
		case w.out != nil:
			w.sendOut()
		default:
			w.changed.Wait()
		}
	}
	n := copy(p, w.in)
	if w.in = w.in[n:]; len(w.in) == 0 {
		w.in = nil
	}
	w.changed.Broadcast()
	return n, nil
}

// sendOut sends what the handshake has written; mu is held, but not meanwhile.
func (w *wire) sendOut() {
	w.sent = true
	w.mu.Unlock()
	w.send()
	w.mu.Lock()
}

// stall says whether the handshake waits for the client to read. Then nobody may
// wait for the handshake.
func (w *wire) stall(stalled bool) {
	w.mu.Lock()
	w.stalled = stalled
	w.changed.Broadcast()
	w.mu.Unlock()
}

// Write implements net.Conn.
func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.out == nil {
		w.out = getBuffer()
	}
	if len(w.out.b) > wireOutMax {
		return 0, errWireFull
	}
	w.out.b = append(w.out.b, p...)
	return len(p), nil
}

// Close implements net.Conn. The socket is the engine's to close.
func (w *wire) Close() error { return nil }

// LocalAddr implements net.Conn: the address that certificates are chosen by
// when the client names no server.
func (w *wire) LocalAddr() net.Addr { return address{w.conn.peer.LocalHost, w.conn.peer.LocalPort} }

// RemoteAddr implements net.Conn.
func (w *wire) RemoteAddr() net.Addr { return address{w.conn.peer.RemoteHost, w.conn.peer.RemotePort} }

// The deadlines are the wheel's.

// SetDeadline implements net.Conn.
func (w *wire) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// address is an end of the connection, as app.Peer has it.
type address struct{ host, port string }

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return net.JoinHostPort(a.host, a.port) }
