package workers

import (
	"sync"
	"sync/atomic"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// Conn is one client's connection above its socket: the exchange loop. The
// engine gives it what arrives (Feed, EOF, Closed); it calls the app and sends
// what the app answers through the Transport.
//
// One goroutine at a time runs a Conn: it parses, calls the app, starts the
// next request. That is the engine's, in Feed, or whoever ends an exchange that
// is answered later. The response side belongs to the app while it has the
// exchange, otherwise to the runner. So neither needs a lock while it works: mu
// guards the handing over, and is never held while a socket is used.
type Conn struct {
	core *Core
	tr   Transport
	tls  *secure // between tr and the socket; nil: the connection is in the clear
	peer app.Peer
	pc   protocol.Conn
	out  *buffer              // response side: bytes to send
	ex   *Exchange            // the runner's; others look at it only when phase is called
	tail atomic.Pointer[tail] // what the client was too slow for; nil until then; set by the response side

	mu    sync.Mutex
	phase phase
	busy  bool    // somebody runs the connection; phase then says how it was before
	eof   bool    // the client will send no more
	gone  bool    // the socket is closed
	in    *buffer // arrived and not yet parsed
	share share   // of the budget of memory: what in holds; the runner's until phase is called

	used     bool        // a request was answered
	proxied  bool        // the PROXY protocol's header is behind us, or not expected
	ahead    atomic.Bool // the client pipelines too much: this exchange is the last
	broken   atomic.Bool // the client does not take the response
	holds    atomic.Int32
	lingered int64        // bytes thrown away while lingering; under mu
	lingers  int64        // the tick when lingering ends at the latest; under mu
	fresh    atomic.Bool  // accepted and not looked at; only where connections are accepted for calls
	deadline atomic.Int64 // a tick of the wheel

	visit      atomic.Int64 // the wheel's: when it looks next, and its links
	slot       int32
	linked     bool
	prev, next *Conn
}

type phase uint8

const (
	waiting   phase = iota // for a request's first byte
	reading                // a request
	called                 // the app has it, and nobody runs the connection
	parked                 // the client has to read before its next request is looked at
	lingering              // all is said; what the client still sends is thrown away
	closing                // the socket is being closed
)

// maxAhead bounds what a client may pipeline behind a request in the app's hands.
const maxAhead = 1 << 20

// NewConn begins a connection; the engine calls Feed and EOF, and Closed last.
// peer.Trusted is filled in here.
func (c *Core) NewConn(tr Transport, peer app.Peer) *Conn {
	conn := &Conn{core: c, tr: tr, peer: peer, proxied: !c.expectsProxy(peer.RemoteHost)}
	conn.peer.Trusted = c.Trusted != nil && c.Trusted(peer.RemoteHost)
	conn.pc.Init(c.Protocol, c.TLS != nil, conn.peer.Trusted)
	if c.TLS != nil {
		conn.tls = newSecure(conn, tr)
		conn.tr = conn.tls
	}
	conn.holds.Store(1)
	conn.share.of = &c.memory
	conn.deadline.Store(c.wheel.after(conn.idleTime()))
	c.opened()
	if c.oneShot {
		conn.fresh.Store(true)
		c.calling.Add(1)
	}
	c.wheel.add(conn)
	if c.draining.Load() { // Drain may have missed it
		conn.setDeadline(conn.idleTime())
	}
	return conn
}

// Settle says that the client has not sent a request right away: it does not
// count as one any more, until it does.
func (c *Conn) Settle() {
	if c.core.oneShot && c.fresh.Swap(false) {
		c.core.callEnded()
	}
}

// Feed takes bytes that arrived; p is free to be used again when it returns.
// False: the engine closes the socket now.
func (c *Conn) Feed(p []byte) (open bool) {
	if c.tls != nil {
		return c.tls.feed(p)
	}
	c.mu.Lock()
	switch {
	case c.phase == lingering:
		defer c.mu.Unlock()
		return c.throwAway(len(p))
	case c.phase == closing:
		c.mu.Unlock()
		return false
	case c.busy || c.phase == called || c.phase == parked:
		c.keep(p)
		c.mu.Unlock()
		return true
	case c.in != nil:
		c.keep(p)
		in := c.take()
		c.mu.Unlock()
		return c.run(in.b, in)
	}
	c.busy = true
	c.mu.Unlock()
	return c.run(p, nil)
}

// keep puts p behind what has arrived; mu is held.
func (c *Conn) keep(p []byte) {
	if c.in == nil {
		c.in = getBuffer()
	}
	if (c.phase == called || c.phase == parked) && (c.ahead.Load() || !c.mayKeep(len(c.in.b)+len(p))) {
		c.ahead.Store(true)
		return
	}
	c.in.b = append(c.in.b, p...)
}

// mayKeep says whether n bytes may wait for an exchange to end; mu is held.
func (c *Conn) mayKeep(n int) bool { return n <= maxAhead && c.share.cover(int64(n)) }

// offer is Feed for what TLS has decrypted into b, which becomes the connection's.
// With eof there will be no more. The caller runs the connection with in, unless
// that is nil.
func (c *Conn) offer(b *buffer, eof bool) (in *buffer, open bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.eof = c.eof || eof
	switch {
	case len(b.b) == 0 || c.phase == closing:
	case c.phase == lingering:
		c.throwAway(len(b.b))
	case c.busy || c.phase == called || c.in != nil:
		c.keep(b.b)
		if !c.busy && c.phase != called {
			in = c.take()
		}
	default:
		c.in = b
		return c.take(), true
	}
	putBuffer(b)
	return in, c.phase != closing
}

// take makes the caller the runner, with what has arrived; mu is held.
func (c *Conn) take() *buffer {
	in := c.in
	c.busy, c.in = true, nil
	if in == nil {
		in = getBuffer()
	}
	return in
}

// EOF says that the client will send no more. True: a response is still on its
// way, and the Transport's Close will be called; false: the engine closes now.
func (c *Conn) EOF() (open bool) {
	if c.tls != nil && c.tls.eof() {
		return true
	}
	return c.endInput()
}

func (c *Conn) endInput() (open bool) {
	c.mu.Lock()
	c.eof = true
	switch {
	case c.phase == called && c.ex != nil:
		gone := c.ex.left()
		c.mu.Unlock()
		gone()
		return true
	case c.busy || c.phase == parked:
		c.mu.Unlock()
		return true
	case c.phase == reading:
		in := c.take()
		c.mu.Unlock()
		return c.run(in.b, in)
	}
	c.phase = closing
	c.mu.Unlock()
	return false
}

// Closed says that the socket is closed; the engine calls it once, last.
func (c *Conn) Closed() {
	c.mu.Lock()
	c.gone = true
	gone := func() {}
	switch {
	case c.phase == called && c.ex != nil:
		gone = c.ex.left()
	case !c.busy:
		c.phase = closing
		c.dropInput()
	}
	c.mu.Unlock()
	gone()
	if c.tls != nil {
		c.tls.wire.close()
	}
	c.Settle()
	c.deadline.Store(never)
	c.release()
}

// dropInput lets go of a request that will not be completed; mu is held, or the
// caller runs the connection.
func (c *Conn) dropInput() {
	if c.in != nil {
		putBuffer(c.in)
		c.in = nil
	}
	c.share.free()
	if c.ex != nil {
		c.ex.recycle()
		c.ex = nil
	}
}

// hold and release count who still uses the socket: the engine, and a tail. Until
// the last one has left the wheel knows the connection, so that Close finds it.
//
// hold is false when the last one has left already: the app may go on with its
// response for a moment.
func (c *Conn) hold() bool {
	for {
		n := c.holds.Load()
		if n == 0 {
			return false
		}
		if c.holds.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (c *Conn) release() {
	if c.holds.Add(-1) == 0 {
		c.core.wheel.remove(c)
		c.core.closed()
	}
}

// run parses and calls the app until it has to wait, for input or for an
// answer. b is what has not been parsed; it lies in own unless that is nil, and
// then in the engine's buffer.
func (c *Conn) run(b []byte, own *buffer) (open bool) {
	for {
		if c.ex == nil && len(b) > 0 && c.behind() {
			return c.park(b, own)
		}
		n, state := c.read(b)
		b = b[n:]
		switch state {
		case needMore:
			more, again, open := c.pause(b, own)
			if !again {
				return open
			}
			b, own = more.b, more
		case complete:
			if len(b) == 0 && own != nil && !c.core.immediate {
				c.ex.req.Keep() // so the buffer need not wait for the app
				putBuffer(own)
				own = nil
			}
			if !c.call(b, own) {
				return true
			}
			if !c.ended() {
				return c.leave(own)
			}
		case refused:
			return c.linger(own)
		}
	}
}

// pause ends the run for want of input, and keeps rest. When something arrived
// meanwhile the run goes on with both.
func (c *Conn) pause(rest []byte, own *buffer) (more *buffer, again, open bool) {
	c.flush()
	c.Settle()
	c.mu.Lock()
	if c.in != nil {
		more = c.join(rest, own)
		c.mu.Unlock()
		return more, true, true
	}
	if c.eof || c.gone {
		c.mu.Unlock()
		return nil, false, c.endOfInput(own)
	}
	if !c.share.cover(int64(len(rest))) {
		c.mu.Unlock()
		c.refuse(errMemory)
		return nil, false, c.linger(own)
	}
	c.stow(rest, own)
	c.busy, c.phase = false, waiting
	if c.ex != nil {
		c.phase = reading
		c.limitReading()
	} else if c.core.draining.Load() { // since before or since ended
		c.setDeadline(c.idleTime())
	}
	idle := c.phase == waiting && c.used
	c.mu.Unlock()
	if idle && c.core.crowded.Load() > 0 {
		c.core.idled()
	}
	return nil, false, true
}

// endOfInput is pause where no more input will come. Always false.
func (c *Conn) endOfInput(own *buffer) bool {
	if err := c.pc.EOF(); err != nil && !c.gone {
		c.refuse(err)
	}
	c.dropInput()
	return c.shut(own)
}

// join puts what arrived behind rest; mu is held.
func (c *Conn) join(rest []byte, own *buffer) *buffer {
	in := c.in
	c.in = nil
	c.stow(rest, own)
	if c.in == nil {
		return in
	}
	c.in.b = append(c.in.b, in.b...)
	putBuffer(in)
	in, c.in = c.in, nil
	return in
}

// stow keeps rest in c.in, which is nil before; mu is held.
func (c *Conn) stow(rest []byte, own *buffer) {
	if len(rest) == 0 {
		if own != nil {
			putBuffer(own)
		}
		c.share.free()
		return
	}
	if own == nil {
		own = getBuffer()
	}
	if len(rest) != len(own.b) { // otherwise all of it is there: a head that comes octet by octet is not moved each time
		own.b = append(own.b[:0], rest...) // rest may lie further back in own: append moves, as copy does
	}
	c.in = own
}

// call gives the complete request to the app. True: it is answered. False: it
// will be, and b is kept for then.
func (c *Conn) call(b []byte, own *buffer) (answered bool) {
	ex := c.ex
	ex.more = len(b) > 0
	c.core.callBegun(c)
	if c.core.immediate {
		c.core.App.Serve(ex)
		return true
	}
	c.flush()
	ex.req.Keep()
	c.mu.Lock()
	c.phase = called
	ex.gone = c.gone || c.eof && c.tls != nil // close_notify comes in one piece with the request
	c.mu.Unlock()
	c.core.serve(ex)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ex == ex && ex.done {
		c.phase = reading
		return true
	}
	if c.in != nil {
		c.in = c.join(b, own)
	} else {
		c.stow(b, own)
	}
	c.busy = false
	return false
}

// answered is called when the app has ended its exchange: whoever runs the
// connection goes on, or, when nobody does, the caller.
func (c *Conn) answered(ex *Exchange) {
	if c.core.immediate {
		ex.done = true
		return
	}
	c.mu.Lock()
	ex.done = true
	if c.busy {
		c.mu.Unlock()
		return
	}
	c.phase = reading
	in := c.take()
	c.mu.Unlock()
	var open bool
	if c.ended() {
		open = c.run(in.b, in)
	} else {
		open = c.leave(in)
	}
	if !open {
		c.tr.Close()
	}
}

// ended closes the books of an exchange and says whether another may follow.
func (c *Conn) ended() (next bool) {
	// After what was pipelined too much for us to keep comes the middle of something.
	next = c.pc.KeepAlive() && !c.ex.cut && !c.broken.Load() && !c.ahead.Load()
	c.used = true
	if c.tls != nil && c.ex.cut {
		c.tls.truncated.Store(true)
	}
	if n := c.core.Stats.Exchanges.Add(1); n == c.core.MaxExchanges && c.core.Spent != nil {
		c.core.Spent()
	}
	c.core.callEnded()
	c.ex.recycle()
	c.ex = nil
	if next {
		c.pc.NextRequest()
		c.setDeadline(c.idleTime())
	}
	return next
}

// leave ends the connection after its last response. With TLS the client may send
// close_notify at any time: as good as a request that nobody reads. Where it took
// the response at once it has it all the same.
func (c *Conn) leave(own *buffer) (open bool) {
	if c.tls != nil && c.tail.Load() != nil && !c.broken.Load() {
		return c.linger(own)
	}
	return c.shut(own)
}

// shut ends the connection at once. Always false.
func (c *Conn) shut(own *buffer) bool {
	c.flush()
	if c.tls != nil {
		c.tls.farewell()
	}
	if own != nil {
		putBuffer(own)
	}
	c.mu.Lock()
	c.phase, c.busy = closing, false
	c.dropInput()
	c.mu.Unlock()
	return false
}

// linger ends the connection in such a way that the client sees what was sent
// last: a socket that is closed while bytes arrive is reset, and the reset may
// overtake what was sent (RFC 9112 §9.6).
func (c *Conn) linger(own *buffer) (open bool) {
	if own != nil {
		putBuffer(own)
	}
	c.flush()
	c.Settle()
	behind := c.tail.Load() != nil
	if c.tls != nil {
		behind = c.tls.farewell()
	}
	c.mu.Lock()
	c.dropInput()
	c.busy = false
	if c.eof || c.gone || behind {
		c.phase = closing
		c.mu.Unlock()
		return false
	}
	c.phase = lingering
	c.lingers = c.core.wheel.after(lingerTime)
	c.mu.Unlock()
	c.setDeadline(lingerPause)
	c.tr.CloseWrite()
	return true
}
