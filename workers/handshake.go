package workers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"time"
)

// greet takes what comes before and during the handshake: the PROXY protocol's
// header, which is in the clear, and then TLS. feeding is held.
func (s *secure) greet(p []byte) {
	switch {
	case s.over:
	case !s.wire.put(p):
		s.refuse(errWireFull)
	case s.tls == nil:
		s.begin()
	}
}

// begin starts the handshake when its first byte is there.
func (s *secure) begin() {
	c, first := s.conn, s.wire.in
	if !c.proxied {
		n, whole, err := c.takeProxy(first)
		if err != nil {
			s.refuse(err)
			return
		}
		if !whole {
			return
		}
		s.wire.take(n)
		first = first[n:]
	}
	if len(first) == 0 {
		return
	}
	if first[0] != recordHandshake {
		s.refuseClear(first[0])
		return
	}
	c.Settle() // a handshake takes none of the app's time
	s.tls = tls.Server(&s.wire, c.core.TLS)
	c.core.calls.Go(s.handshake)
}

// recordHandshake is what a TLS connection's first byte has to be (RFC 8446 §5.1).
const recordHandshake = 22

// handshake is the goroutine that does, and that goes on with the requests which
// the client has sent right behind.
func (s *secure) handshake() {
	err := s.shake()
	s.wire.shaken()
	s.sendAll()
	s.feeding.Lock()
	switch protocol := s.tls.ConnectionState().NegotiatedProtocol; {
	case err != nil:
		s.refuse(err)
	case protocol != "" && protocol != "http/1.1":
		s.leave() // the handshake was all there is to it: acme-tls/1, RFC 8737
	default:
		s.enter()
		return
	}
	s.feeding.Unlock()
}

// shake is the handshake alone. The wheel ends it by closing the connection; the
// context is for who looks for a certificate.
func (s *secure) shake() error {
	ctx, cancel := context.Background(), func() {}
	if d := s.conn.core.HandshakeTimeout; d > 0 {
		ctx, cancel = context.WithTimeout(ctx, d)
	}
	defer cancel()
	return s.tls.HandshakeContext(ctx)
}

// enter begins with HTTP. feeding is held, and is free when it returns.
func (s *secure) enter() {
	s.conn.peer.TLS = s.agreed()
	s.ready.Store(true)
	s.conn.setDeadline(s.conn.idleTime())
	if !s.deliver() {
		s.socket.Close()
	}
}

// leave ends a connection that is not for HTTP, in such a way that the client
// sees what was sent to it last. feeding is held.
func (s *secure) leave() {
	c := s.conn
	s.over = true
	c.mu.Lock()
	if c.phase == closing {
		c.mu.Unlock()
		return
	}
	c.phase = lingering
	c.mu.Unlock()
	c.Settle()
	c.setDeadline(lingerPause)
	s.socket.CloseWrite()
	if s.wire.hasEnded() {
		s.socket.Close()
	}
}

// refuse ends a connection that could not begin. feeding is held.
func (s *secure) refuse(err error) {
	if !wentAway(err) {
		s.conn.core.Stats.Refused.Add(1)
		s.conn.logInvalid(err.Error())
	}
	s.leave()
	s.wire.close()
}

// wentAway says whether the client, or its time, is all that was missing.
func wentAway(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// inClear is what a client that speaks HTTP without TLS is told.
const inClear = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 48\r\n\r\n" +
	"Client sent an HTTP request to an HTTPS server.\n"

// refuseClear ends a connection that does not begin with a handshake. Every
// request begins with a capital letter, or as good as every one.
func (s *secure) refuseClear(first byte) {
	if 'A' <= first && first <= 'Z' {
		s.socket.TryWrite([]byte(inClear))
	}
	s.refuse(errors.New("TLS: the first byte is not a handshake's"))
}

// sendAll sends what the handshake has written. It may wait for the client, and
// for no longer than the handshake may take.
func (s *secure) sendAll() {
	s.sending.Lock()
	defer s.sending.Unlock()
	if all, err := s.flush(s.socket.TryWrite); all || err != nil {
		return
	}
	nc, err := s.socket.Tail()
	if err != nil {
		return
	}
	defer nc.Close()
	s.wire.stall(true)
	defer s.wire.stall(false)
	if d := s.conn.core.HandshakeTimeout; d > 0 {
		nc.SetWriteDeadline(time.Now().Add(d))
	}
	s.flush(nc.Write)
}

// logInvalid says in the log what a client did wrong.
func (c *Conn) logInvalid(what string) {
	if c.core.Log != nil {
		c.core.Log(fmt.Sprintf("Invalid request from ip=%s: %s", c.peer.RemoteHost, what))
	}
}
