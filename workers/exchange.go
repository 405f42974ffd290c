package workers

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// Exchange is one request with its response; it implements app.Exchange.
type Exchange struct {
	conn     *Conn
	req      protocol.Request
	content  content
	begun    bool // a deadline for the head is set
	headDone bool
	promised bool // chunked content is announced that need not come
	more     bool // behind the request the client had sent another already

	turn    turn        // who answers
	limited atomic.Bool // the connection's deadline is that of Limit
	done    bool        // the app has ended it; under conn.mu unless the app is Immediate
	cut     bool        // the connection ends with this exchange, in the middle if need be

	headAt   int64     // the wheel's tick when the head was complete
	began    time.Time // only with an access log
	status   int
	sent     int64 // bytes of content
	sentHead []byte

	gone   bool // the client has left; this and onGone under conn.mu
	onGone func()
}

// turn decides between the app and a time limit: whoever takes it first answers.
type turn struct{ v atomic.Uint32 }

const (
	nobody uint32 = iota
	apps          // the app has begun to answer
	limits        // the time limit answered; the app is too late
)

func (t *turn) take(who uint32) bool { return t.v.CompareAndSwap(nobody, who) }

var exchanges = sync.Pool{New: func() any { return new(Exchange) }}

func newExchange(c *Conn) *Exchange {
	ex := exchanges.Get().(*Exchange)
	ex.conn = c
	ex.content.share.of = &c.core.memory
	if c.core.Access != nil {
		ex.began = time.Now()
	}
	return ex
}

// recycle makes ex free for another request. Nobody may hold it any more.
func (ex *Exchange) recycle() {
	ex.conn = nil
	ex.req.Reset()
	ex.content.reset()
	ex.begun, ex.headDone, ex.promised = false, false, false
	ex.more, ex.done, ex.cut = false, false, false
	ex.limited.Store(false)
	ex.turn.v.Store(nobody)
	ex.status, ex.sent, ex.sentHead = 0, 0, ex.sentHead[:0]
	ex.gone, ex.onGone = false, nil
	exchanges.Put(ex)
}

func (ex *Exchange) Request() *protocol.Request { return &ex.req }
func (ex *Exchange) Content() *app.Content      { return &ex.content.Content }
func (ex *Exchange) Peer() *app.Peer            { return &ex.conn.peer }

// big is the size from which content is sent by itself, not copied behind its head.
const big = 32 << 10

// Respond implements app.Exchange.
func (ex *Exchange) Respond(head *protocol.Response, content []byte) {
	if !ex.turn.take(apps) {
		ex.end()
		return
	}
	if err := ex.head(head); err != nil {
		ex.fail(err)
		return
	}
	ex.write(content)
	ex.finish(nil)
}

// Inform implements app.Exchange.
func (ex *Exchange) Inform(head *protocol.Response) error {
	if head.Status < 100 || head.Status > 199 {
		return errNotInterim
	}
	if ex.conn.broken.Load() || !ex.turn.take(apps) {
		return app.ErrGone
	}
	c := ex.conn
	o := c.buffer()
	b, err := c.pc.AppendHead(o.b, &ex.req, head)
	o.b = b
	c.flush()
	ex.turn.v.Store(nobody) // the final response is still anybody's
	return err
}

var (
	errNotInterim = &protocol.Error{Status: 500, Reason: "the status of an interim response is not 1xx"}
	errNotFinal   = &protocol.Error{Status: 500, Reason: "the status of a response is 1xx"}
)

// Start implements app.Exchange.
func (ex *Exchange) Start(head *protocol.Response) error {
	if !ex.turn.take(apps) {
		return app.ErrGone
	}
	if err := ex.head(head); err != nil {
		ex.turn.v.Store(nobody)
		return err
	}
	return nil
}

func (ex *Exchange) head(r *protocol.Response) error {
	c := ex.conn
	if r.Status >= 100 && r.Status < 200 {
		return errNotFinal
	}
	if ex.last() {
		c.pc.SetClose()
	}
	o := c.buffer()
	before := len(o.b)
	b, err := c.pc.AppendHead(o.b, &ex.req, r)
	if err != nil {
		return err
	}
	o.b = b
	ex.status = r.Status
	if c.core.Access != nil {
		ex.sentHead = append(ex.sentHead[:0], b[before:]...)
	}
	return nil
}

// last says whether this is to be the connection's last exchange. Where each
// should be, one that the client has already sent is still answered.
func (ex *Exchange) last() bool {
	c := ex.conn
	switch {
	case c.ahead.Load() || c.core.draining.Load():
		return true
	case c.core.oneShot || c.core.KeepAlive <= 0:
		return !ex.more
	}
	return false
}

// complain logs what is wrong with the app's response.
func (ex *Exchange) complain(err error) {
	ex.conn.core.errorLog(fmt.Sprintf("Error handling request %s %s: %v", ex.req.Method(), ex.req.Target(), err))
}

// fail answers 500 where HTTP forbids what the app wanted to say.
func (ex *Exchange) fail(err error) {
	ex.complain(err)
	ex.answer(500, 0)
	ex.end()
}

// Write implements app.Exchange.
func (ex *Exchange) Write(p []byte) error {
	if ex.turn.v.Load() != apps || ex.conn.broken.Load() {
		return app.ErrGone
	}
	return ex.write(p)
}

func (ex *Exchange) write(p []byte) error {
	c := ex.conn
	if ex.req.IsHead() {
		return ex.append(p) // which sends nothing
	}
	ex.sent += int64(len(p))
	if len(p) < big {
		return ex.append(p)
	}
	// The beginning goes with the head in one packet, the rest without a copy.
	if err := ex.append(p[:big/2]); err != nil {
		return err
	}
	rest := p[big/2:]
	o := c.buffer()
	b, n, err := c.pc.BeginContent(o.b, len(rest))
	o.b = b
	c.flush()
	if n > 0 {
		c.send(rest[:n])
	}
	o = c.buffer()
	o.b = c.pc.EndContent(o.b, n)
	if err != nil {
		ex.complain(err)
	}
	return err
}

func (ex *Exchange) append(p []byte) error {
	o := ex.conn.buffer()
	b, err := ex.conn.pc.AppendContent(o.b, p)
	o.b = b
	if len(b) >= big {
		ex.conn.flush()
	}
	if err != nil {
		ex.complain(err)
	}
	return err
}

// WriteFile implements app.Exchange.
func (ex *Exchange) WriteFile(f *os.File, offset, n int64) error {
	if ex.turn.v.Load() != apps || ex.conn.broken.Load() {
		return app.ErrGone
	}
	c := ex.conn
	o := c.buffer()
	b, send, err := c.pc.BeginContent(o.b, int(n))
	o.b = b
	if send > 0 { // nothing is, to HEAD
		c.flushBefore(true)
		c.sendPart(part{file: f, at: offset, size: int64(send)})
		ex.sent += int64(send)
		o = c.buffer()
		o.b = c.pc.EndContent(o.b, send)
	}
	if err != nil {
		ex.complain(err)
	}
	return err
}

// Flush implements app.Exchange.
func (ex *Exchange) Flush() {
	if ex.turn.v.Load() == apps {
		ex.conn.flush()
	}
}

// Finish implements app.Exchange.
func (ex *Exchange) Finish(trailers ...protocol.Field) error {
	if ex.turn.v.Load() != apps {
		ex.end()
		return app.ErrGone
	}
	gone := ex.conn.broken.Load()
	if err := ex.finish(trailers); !gone {
		return err
	}
	return app.ErrGone // what is missing is not the app's fault
}

func (ex *Exchange) finish(trailers []protocol.Field) error {
	c := ex.conn
	o := c.buffer()
	chunked := c.pc.Chunked() // then it has its end, whatever is wrong with the trailers
	b, err := c.pc.AppendEndWith(o.b, trailers)
	o.b = b
	if err != nil && !chunked {
		ex.cut = true
	}
	if err != nil && !c.broken.Load() { // what a client that left did not get is not the app's fault
		ex.complain(err)
	}
	ex.log()
	ex.end()
	return err
}

// Abort implements app.Exchange.
func (ex *Exchange) Abort(status, retryAfter int) {
	if status == 0 {
		status = 500
	}
	switch first := ex.turn.take(apps); {
	case ex.turn.v.Load() == limits: // it is answered and logged
	case status == app.StatusGone:
		ex.cut, ex.status = true, status
		ex.log()
	case first:
		ex.answer(status, retryAfter)
	default:
		ex.cut = true
		ex.log()
	}
	ex.end()
}

// answer is a whole response that the server makes itself.
func (ex *Exchange) answer(status, retryAfter int) {
	c := ex.conn
	o := c.buffer()
	keep := !ex.last() && status != 504
	ex.status = status
	before := len(o.b)
	o.b = c.pc.AppendError(o.b, status, retryAfter, ex.req.IsHead(), keep)
	if c.core.Access != nil {
		ex.sent = contentBytes(o.b[before:])
	}
	ex.log()
}

// end gives the connection back to its runner. The app must not touch ex after.
func (ex *Exchange) end() {
	if ex.turn.v.Load() == limits {
		ex.conn.core.callEnded()
		return // the connection went its way without the app; ex is the collector's
	}
	ex.conn.answered(ex)
}

// expire answers for an app that took longer than Limit allows. conn.mu was
// held when take decided that it may.
func (ex *Exchange) expire(gone func()) {
	c := ex.conn
	c.core.errorLog(fmt.Sprintf("Timeout: %s %s took too long", ex.req.Method(), ex.req.Target()))
	ex.answer(504, 0)
	gone()
	c.flush()
	c.tr.Close()
}

// Limit implements app.Exchange.
func (ex *Exchange) Limit(d time.Duration) {
	ex.limited.Store(d > 0)
	ex.conn.setDeadline(d)
}

// Pending implements app.Exchange.
func (ex *Exchange) Pending() int { return ex.conn.pending() }

// Full implements app.Exchange.
func (ex *Exchange) Full() bool { return ex.conn.full() }

// OnDrain implements app.Exchange.
func (ex *Exchange) OnDrain(f func()) {
	if t := ex.conn.tail.Load(); t != nil {
		t.whenDrained(f)
		return
	}
	f()
}

// Gone implements app.Exchange.
func (ex *Exchange) Gone() bool {
	ex.conn.mu.Lock()
	defer ex.conn.mu.Unlock()
	return ex.gone || ex.conn.broken.Load()
}

// OnGone implements app.Exchange.
func (ex *Exchange) OnGone(f func()) {
	ex.conn.mu.Lock()
	gone := ex.gone
	if !gone {
		ex.onGone = f
	}
	ex.conn.mu.Unlock()
	if f == nil {
		return
	}
	if gone {
		f()
	} else if w, ok := ex.conn.tr.(Watcher); ok {
		w.Watch()
	}
}

// left says that the client has, and gives the function to call when conn.mu,
// which is held, is free again. By then the exchange may be over.
func (ex *Exchange) left() (f func()) {
	f = ex.onGone
	ex.gone, ex.onGone = true, nil
	if f == nil {
		f = func() {}
	}
	return f
}
