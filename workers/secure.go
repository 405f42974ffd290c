package workers

import (
	"crypto/tls"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-77b39ca9/srv/app"
)

// secure is TLS between a connection and its socket. It is the connection's
// Transport, and what the engine feeds goes through it: no engine knows of TLS.
//
//	engine ──▶ Conn.Feed ──▶ secure.feed ──▶ wire ──▶ tls.Conn ──▶ Conn.offer, Conn.run
//	engine ◀── Transport ◀── secure.write ◀── wire ◀── tls.Conn ◀── Conn.send
//
// A handshake has a goroutine, which wire lets wait; there is no other, in any
// class: afterwards whoever feeds decrypts, and whoever has a response encrypts.
type secure struct {
	socket Transport
	conn   *Conn
	tls    *tls.Conn // made for the handshake
	wire   wire

	// feeding is held while bytes are decrypted and handed over, so that they stay
	// in order: a Watcher feeds while the app is called.
	feeding sync.Mutex
	over    bool        // refused: what the client still sends is thrown away
	ready   atomic.Bool // the handshake is over, and well

	truncated atomic.Bool // the response is not whole, and must not look so
	outgoing
}

func newSecure(c *Conn, socket Transport) *secure {
	s := &secure{socket: socket, conn: c}
	s.wire.init(c, s.sendAll)
	return s
}

// feed is Conn.Feed.
func (s *secure) feed(p []byte) (open bool) {
	s.feeding.Lock()
	if s.ready.Load() {
		s.wire.lend(p)
		return s.deliver()
	}
	defer s.feeding.Unlock()
	s.greet(p)
	return true
}

// eof is Conn.EOF while a handshake runs: true, what comes of it is still to be seen.
func (s *secure) eof() (taken bool) {
	s.feeding.Lock()
	defer s.feeding.Unlock()
	if s.tls == nil || s.over || s.ready.Load() {
		return false
	}
	s.wire.close()
	return true
}

// deliver decrypts what has arrived, hands it over and, when nobody does, runs the
// connection. feeding is held, and is free before the app may be called.
func (s *secure) deliver() (open bool) {
	c := s.conn
	plain, err := s.decrypt()
	in, open := c.offer(plain, err == io.EOF)
	s.feeding.Unlock()
	s.push()
	if in != nil {
		open = c.run(in.b, in)
	}
	switch {
	case !open || err == errNothing:
		return open
	case err == io.EOF: // close_notify
		return c.endInput()
	}
	c.logInvalid("TLS: " + err.Error())
	c.cut()
	return true
}

// recordSize is how much plaintext a record carries at most (RFC 8446 §5.1).
const recordSize = 16 << 10

// decrypt gives what can be read now, and why it is not more.
func (s *secure) decrypt() (plain *buffer, err error) {
	defer s.wire.takeBack()
	plain = getBuffer()
	plain.b = slices.Grow(plain.b, min(len(s.wire.in), bufferKeep)) // plaintext is shorter
	for {
		n := len(plain.b)
		if n == cap(plain.b) {
			plain.b = slices.Grow(plain.b, recordSize)
		}
		m, err := s.tls.Read(plain.b[n:cap(plain.b)])
		plain.b = plain.b[:n+m]
		if err != nil {
			return plain, err
		}
	}
}

// Watch implements Watcher, for a socket that does.
func (s *secure) Watch() {
	if w, ok := s.socket.(Watcher); ok {
		w.Watch()
	}
}

// Reset implements Resetter, for a socket that does.
func (s *secure) Reset() {
	if r, ok := s.socket.(Resetter); ok {
		r.Reset()
	}
}

// Close implements Transport.
func (s *secure) Close() {
	s.farewell()
	s.socket.Close()
}

// CloseWrite implements Transport.
func (s *secure) CloseWrite() {
	s.farewell()
	s.socket.CloseWrite()
}

// agreed makes what the app is told of the handshake.
func (s *secure) agreed() *app.TLS {
	state := s.tls.ConnectionState()
	return &app.TLS{State: &state}
}
