package workers

import (
	"crypto/tls"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// Options are the settings that the exchange loop goes by. Times of 0 mean: no limit.
type Options struct {
	Protocol    *protocol.Options
	Connections int           // worker_connections: clients of one process
	KeepAlive   time.Duration // keepalive: how long a connection may idle; 0 closes after each response
	FirstByte   time.Duration // first_byte_timeout: for a new connection's first byte
	HeadTimeout time.Duration // client_header_timeout: for a request's head, from its first byte
	BodyTimeout time.Duration // client_body_timeout: without any progress of the content
	BodyRate    int64         // client_body_min_rate: bytes a second, beside BodyTimeout; 0: any
	SendTimeout time.Duration // send_timeout: without any progress of the response
	SendRate    int64         // send_min_rate: bytes a second, beside SendTimeout; 0: any

	TLS              *tls.Config   // every connection begins with a handshake; nil: none does
	HandshakeTimeout time.Duration // for all of it, from the connection's beginning

	Calls int // concurrent calls of the app in this process: what sync accepts for; 0: as many as connections
	Loops int // event loops; 0: as many as cores

	SpoolAfter     int64  // client_body_buffer_size: bytes of a request's content kept in memory
	SpoolDir       string // where larger content goes
	ResponseDir    string // where responses go that wait for a slow client
	ResponseMemory int64  // response_buffer_size: bytes of a response that wait for the client in memory; 0: any
	ResponseSpool  int64  // response_spool_size: bytes of a response that wait at all; 0: no spool files

	MemoryBudget int64 // memory_budget: bytes of all requests and responses in memory; 0: no limit
	SpoolBudget  int64 // spool_budget: bytes of responses in spool files; 0: no limit

	ProxyProtocol bool                   // the PROXY protocol is expected ...
	ProxyAllowed  func(host string) bool // ... from these peers
	Trusted       func(host string) bool // forwarded_allow_ips

	MaxExchanges int64  // max_requests, with its jitter: after so many ...
	Spent        func() // ... this is called, once; nil: never

	Drained func() // called when the worker has drained and before its loops end

	Access AccessLog    // nil: off
	Log    func(string) // the error log, level info
	Error  func(string) // the error log, level error
	Stats  *Stats       // counters; nil: kept for the worker alone
}

// Stats counts what a worker process did. All fields only grow, but Open, Memory
// and Spooled.
type Stats struct {
	Open      atomic.Int64 // connections
	Accepted  atomic.Int64
	Exchanges atomic.Int64 // finished
	Refused   atomic.Int64 // requests that protocol.Conn refused
	Memory    atomic.Int64 // bytes taken of MemoryBudget
	Spooled   atomic.Int64 // bytes taken of SpoolBudget
}

// Core is what the connections of one worker process share: options, app,
// clock, deadlines. One per process; safe for concurrent use.
type Core struct {
	Options
	App app.App

	inline    bool // the app is called by whoever read the request
	immediate bool // the app answers before Serve returns, and at once
	onLoops   bool // Feed is called on event loops
	oneShot   bool // every response is its connection's last
	draining  atomic.Bool
	finishing atomic.Bool  // draining, and nobody else accepts
	grace     atomic.Int64 // what Drain gave
	shortage  atomic.Bool  // clients cannot be accepted
	crowded   atomic.Int32 // who waits in Admit for an idle connection
	wheel     wheel
	memory    budget
	disk      budget
	calling   atomic.Int64 // exchanges in the app's hands, and fresh connections; for AdmitCall only
	callLimit atomic.Int64 // Options.Calls, and what SetCalls made of it
	room      *sync.Cond   // waited on by Admit, AdmitCall and WaitIdle
	changes   int          // how often a connection may have become idle; under room.L
	stop      chan struct{}
	ticking   sync.WaitGroup
	calls     sync.WaitGroup // goroutines that run the app off the loops
}

// NewCore prepares the exchange loop; Close ends its clock.
func NewCore(a app.App, o Options) *Core {
	if o.Stats == nil {
		o.Stats = new(Stats)
	}
	if o.Protocol.Date == nil {
		o.Protocol.Date = new(protocol.Date)
	}
	c := &Core{Options: o, App: a, inline: true, immediate: a.Mode() == app.Immediate, room: sync.NewCond(new(sync.Mutex)), stop: make(chan struct{})}
	c.callLimit.Store(int64(o.Calls))
	c.memory = budget{o.MemoryBudget, &o.Stats.Memory}
	c.disk = budget{o.SpoolBudget, &o.Stats.Spooled}
	c.wheel.init(time.Now())
	o.Protocol.Date.Set(time.Now())
	c.ticking.Add(1)
	go c.tick()
	return c
}

// OnLoops says that Feed is called on event loops, so an app that may block
// is called on goroutines of its own. Before the first connection.
func (c *Core) OnLoops() {
	c.onLoops = true
	c.inline = c.App.Mode() != app.Blocking
}

// HasLoops says whether OnLoops was called.
func (c *Core) HasLoops() bool { return c.onLoops }

// OneShot makes every response the last of its connection. Before the first one.
func (c *Core) OneShot() { c.oneShot = true }

// tick is the one clock of the process: deadlines, and the Date field.
func (c *Core) tick() {
	defer c.ticking.Done()
	t := time.NewTicker(wheelTick)
	defer t.Stop()
	var second int64
	for {
		select {
		case <-c.stop:
			return
		case now := <-t.C:
			if s := now.Unix(); s != second {
				second = s
				c.Protocol.Date.Set(now)
			}
			c.wheel.advance(now)
			if c.crowded.Load() > 0 {
				c.idled() // some have been silent for long enough by now
			}
		}
	}
}

// Close stops the clock and waits for calls that run off the loops.
func (c *Core) Close() {
	close(c.stop)
	c.ticking.Wait()
	c.calls.Wait()
}

// Admit waits until one more connection may be accepted. At the limit the
// connection that has idled longest makes room; where none idles, Admit waits
// for one that does, or for one to end. False: accept no more.
func (c *Core) Admit() bool {
	if !c.full() {
		return !c.over()
	}
	c.crowded.Add(1)
	defer c.crowded.Add(-1)
	c.room.L.Lock()
	defer c.room.L.Unlock()
	for c.full() && !c.over() {
		seen := c.changes
		c.room.L.Unlock()
		c.wheel.closeOneIdle()
		c.room.L.Lock()
		for c.full() && !c.over() && c.changes == seen {
			c.room.Wait()
		}
	}
	return !c.over()
}

// over says that no client is accepted any more.
func (c *Core) over() bool { return c.draining.Load() && !c.finishing.Load() }

func (c *Core) full() bool {
	return c.Connections > 0 && c.Stats.Open.Load() >= int64(c.Connections)
}

// idled tells Admit that a connection has become idle.
func (c *Core) idled() {
	c.room.L.Lock()
	c.changes++
	c.room.Broadcast()
	c.room.L.Unlock()
}

// OneShotClass says whether OneShot was called.
func (c *Core) OneShotClass() bool { return c.oneShot }

// AdmitCall waits until fewer exchanges are in the app's hands than there may be.
// False: accept no more.
func (c *Core) AdmitCall() bool {
	c.room.L.Lock()
	defer c.room.L.Unlock()
	for !c.over() && c.busy() {
		c.room.Wait()
	}
	return !c.over()
}

func (c *Core) busy() bool {
	limit := c.callLimit.Load()
	return limit > 0 && c.calling.Load() >= limit
}

// SetCalls changes how many calls there may be at once, Options.Calls at first. Of
// those under way none is touched. From any goroutine.
func (c *Core) SetCalls(n int) {
	c.callLimit.Store(int64(n))
	c.wake()
}

// callBegun counts an exchange that the app is given. A connection that has just
// been accepted is counted already, for the request that it likely brings.
func (c *Core) callBegun(conn *Conn) {
	if c.oneShot && !conn.fresh.Swap(false) {
		c.calling.Add(1)
	}
}

// callEnded counts one that the app is done with.
func (c *Core) callEnded() {
	if c.oneShot && c.calling.Add(-1) == c.callLimit.Load()-1 {
		c.wake()
	}
}

// Draining says whether Drain was called.
func (c *Core) Draining() bool { return c.draining.Load() }

// Drain makes each connection's next response its last and closes those that
// stay idle for grace.
func (c *Core) Drain(grace time.Duration) {
	c.grace.Store(int64(grace))
	c.draining.Store(true)
	c.wake()
	c.wheel.each(func(conn *Conn) { conn.drain(grace) })
}

// Finish is Drain for a worker that nobody stands in for: those who wait in the
// listeners' queues are accepted first.
func (c *Core) Finish(grace time.Duration) {
	c.finishing.Store(true)
	c.Drain(grace)
}

// CloseAll cuts every connection.
func (c *Core) CloseAll() {
	c.finishing.Store(false)
	c.draining.Store(true)
	c.wake()
	c.wheel.each(func(conn *Conn) { conn.cut() })
}

// Idle says whether no connection is open.
func (c *Core) Idle() bool { return c.Stats.Open.Load() == 0 }

// WaitIdle waits until the worker drains and its last connection is closed.
func (c *Core) WaitIdle() {
	c.room.L.Lock()
	defer c.room.L.Unlock()
	for !c.draining.Load() || !c.Idle() {
		c.room.Wait()
	}
}

func (c *Core) wake() {
	c.room.L.Lock()
	c.room.Broadcast()
	c.room.L.Unlock()
}

// opened and closed keep the count that Admit and WaitIdle go by.
func (c *Core) opened() {
	c.Stats.Accepted.Add(1)
	c.Stats.Open.Add(1)
}

func (c *Core) closed() {
	n := c.Stats.Open.Add(-1)
	if n == 0 || (c.Connections > 0 && n >= int64(c.Connections)-1) {
		c.wake()
	}
}

func (c *Core) errorLog(line string) {
	if c.Error != nil {
		c.Error(line)
	}
}

// serve calls the app where it may run.
func (c *Core) serve(ex *Exchange) {
	if c.inline {
		c.App.Serve(ex)
		return
	}
	c.calls.Add(1)
	go func() {
		defer c.calls.Done()
		c.App.Serve(ex)
	}()
}
