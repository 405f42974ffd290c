package workers

import (
	"io"
	"net"
	"sync"
	"time"
)

// outgoing is what secure needs to send.
type outgoing struct {
	sending sync.Mutex // held while the socket is written, by a tail for as long as that takes
	rest    *buffer    // ciphertext, written by crypto/tls and not wholly sent; nil: none
	sent    int        // of rest

	// held is how much of what the Conn gives next is encrypted in rest already. It
	// was said not to be taken, so that somebody stays responsible for rest.
	held int

	ending sync.Mutex
	tails  int  // that are not closed
	last   bool // the last one says farewell
}

// sealSize is how much is encrypted before it is sent: with what TLS adds, as much
// as a buffer holds.
const sealSize = 60 << 10

// TryWrite implements Transport.
func (s *secure) TryWrite(p []byte) (int, error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	return s.write(p, s.socket.TryWrite)
}

// write encrypts p and sends it by send, as far as that goes; sending is held.
func (s *secure) write(p []byte, send func([]byte) (int, error)) (n int, err error) {
	for {
		all, err := s.flush(send)
		if err != nil || !all {
			return n, err
		}
		sealed := min(s.held, len(p)-n)
		n, s.held = n+sealed, s.held-sealed
		if n == len(p) {
			return n, nil
		}
		piece := p[n:min(len(p), n+sealSize)]
		s.wire.reserve(len(piece) + len(piece)/16 + 256)
		if _, err := s.tls.Write(piece); err != nil {
			return n, err
		}
		s.held = len(piece)
	}
}

// flush sends what crypto/tls has written; sending is held.
func (s *secure) flush(send func([]byte) (int, error)) (all bool, err error) {
	for {
		if s.rest == nil {
			s.rest, s.sent = s.wire.written(), 0
		}
		if s.rest == nil {
			return true, nil
		}
		n, err := send(s.rest.b[s.sent:])
		s.sent += n
		if err != nil || s.sent < len(s.rest.b) {
			return false, err
		}
		putBuffer(s.rest)
		s.rest = nil
	}
}

// push sends what crypto/tls has written while it read: alerts, answers to key
// updates. What somebody else is sending, or does not fit, takes them along.
func (s *secure) push() {
	if s.wire.silent() || !s.sending.TryLock() {
		return
	}
	s.flush(s.socket.TryWrite)
	s.sending.Unlock()
}

// farewell sends close_notify, by which a client tells a whole response from one
// that was cut. Where there is a tail it comes behind that, which then waits for the
// client to leave.
func (s *secure) farewell() (behind bool) {
	if !s.ready.Load() {
		return false
	}
	whole := !s.truncated.Load() && !s.conn.broken.Load()
	s.ending.Lock()
	behind = s.tails > 0
	s.last = s.last || whole
	s.ending.Unlock()
	if whole && !behind {
		s.closeNotify(s.socket.TryWrite)
	}
	return behind
}

func (s *secure) closeNotify(send func([]byte) (int, error)) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.tls.CloseWrite()
	s.flush(send)
}

// Tail implements Transport.
func (s *secure) Tail() (net.Conn, error) {
	nc, err := s.socket.Tail()
	if err != nil {
		return nil, err
	}
	s.ending.Lock()
	s.tails++
	s.ending.Unlock()
	return &secureTail{Conn: nc, s: s}, nil
}

// secureTail encrypts what the connection's tail sends.
type secureTail struct {
	net.Conn
	s      *secure
	failed bool
}

// NetConn is the socket below TLS.
func (t *secureTail) NetConn() net.Conn { return t.Conn }

// Write implements net.Conn.
func (t *secureTail) Write(p []byte) (int, error) {
	t.s.sending.Lock()
	defer t.s.sending.Unlock()
	n, err := t.s.write(p, t.Conn.Write)
	t.failed = t.failed || err != nil
	return n, err
}

// Close implements net.Conn.
func (t *secureTail) Close() error {
	t.s.ending.Lock()
	t.s.tails--
	last := t.s.last && t.s.tails == 0
	t.s.ending.Unlock()
	if last && !t.failed {
		t.leave()
	}
	return t.Conn.Close()
}

// leave says farewell and waits a while for the client to leave first. It may have
// sent its own close_notify at any time; a socket that is closed before that has
// come, or without reading it, is reset, and with the reset what the client has not
// yet got of the response is lost.
func (t *secureTail) leave() {
	t.Conn.SetDeadline(time.Now().Add(lingerPause))
	t.s.closeNotify(t.Conn.Write)
	if w, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
	io.Copy(io.Discard, io.LimitReader(t.Conn, wireInMax))
}
