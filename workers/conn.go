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
