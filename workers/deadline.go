package workers

import "time"

// setDeadline moves the connection's one deadline.
func (c *Conn) setDeadline(d time.Duration) { c.setDeadlineAt(c.core.wheel.after(d)) }

// setDeadlineAt is setDeadline for a tick. An earlier one than the wheel waits
// for makes it look sooner.
func (c *Conn) setDeadlineAt(at int64) {
	c.deadline.Store(at)
	if at < c.visit.Load() {
		c.core.wheel.hasten(c)
	}
}

// limitReading sets the time limit for the rest of a request, on its first
// pause for the head, and anew with each piece of the content. mu is held.
func (c *Conn) limitReading() {
	if c.ex.promised {
		c.setDeadline(promiseTime)
	} else if c.ex.headDone {
		c.setDeadlineAt(c.contentDeadline())
	} else if !c.ex.begun {
		c.ex.begun = true
		c.setDeadline(c.core.HeadTimeout)
	}
}

// contentDeadline is when the next piece of the content must have come.
func (c *Conn) contentDeadline() int64 {
	o, w := &c.core.Options, &c.core.wheel
	at := w.after(o.BodyTimeout)
	if o.BodyTimeout <= 0 || o.BodyRate <= 0 {
		return at
	}
	return min(at, c.ex.headAt+ticks(within(o.BodyTimeout, o.BodyRate, c.ex.content.Size)))
}

// promiseTime is how long a GET or HEAD that announces chunked content may keep us
// waiting for the first octet of it. Content has no meaning there (RFC 9110
// §9.3.1), and some clients announce it and send none, not even its end.
const promiseTime = 500 * time.Millisecond

// callWithout calls the app for such a request as if nothing had been announced.
// Whatever the client sends after all is not looked at: the connection ends.
func (c *Conn) callWithout(own *buffer) {
	c.pc.SetClose()
	if c.call(nil, own) {
		c.ended()
		c.shut(own)
		c.tr.Close()
	}
}

// idleTime is how long the connection may wait for the next request.
func (c *Conn) idleTime() time.Duration {
	d := c.core.KeepAlive
	if c.tls != nil && !c.tls.ready.Load() {
		d = c.core.HandshakeTimeout
	} else if !c.used || d <= 0 {
		d = c.core.FirstByte
	}
	if c.core.draining.Load() {
		grace := max(time.Duration(c.core.grace.Load()), 1) // 0 would be no limit
		if d <= 0 || grace < d {
			return grace
		}
	}
	return d
}

// expire is the wheel's: tick has come, and with it perhaps the deadline. What it
// does about that depends on what the connection is doing; each of the functions
// below unlocks mu.
func (c *Conn) expire(tick int64) {
	c.mu.Lock()
	switch {
	case c.deadline.Load() > tick: // it has moved on
		c.mu.Unlock()
	case c.phase == called:
		c.expireCall()
	case c.busy:
		c.deadline.Store(tick + 1)
		c.mu.Unlock()
	case c.phase == reading:
		c.expireRequest()
	default:
		c.expireIdle()
	}
}

// expireCall ends a call that has taken longer than Limit allows.
func (c *Conn) expireCall() {
	c.deadline.Store(never)
	ex := c.ex
	if ex != nil && !ex.limited.Load() { // it was the time to idle that has passed
		c.mu.Unlock()
		return
	}
	if ex == nil || !ex.turn.take(limits) {
		c.mu.Unlock()
		c.cut() // in the middle of its response
		return
	}
	gone := ex.left()
	c.phase, c.ex = closing, nil // ex is the app's to drop
	c.mu.Unlock()
	ex.expire(gone)
}

// expireRequest refuses a request that does not get on.
func (c *Conn) expireRequest() {
	in := c.take()
	c.mu.Unlock()
	if c.ex.promised {
		c.core.calls.Go(func() { c.callWithout(in) })
		return
	}
	if !c.ex.headDone {
		c.read(in.b) // the log is to say what has come, which was moved since
	}
	c.refuse(errTimeout)
	if !c.linger(in) {
		c.tr.Close()
	}
}

// expireIdle closes a connection that nobody uses.
func (c *Conn) expireIdle() {
	c.deadline.Store(never)
	if c.gone { // and only a tail is left, which has a limit of its own
		c.mu.Unlock()
		return
	}
	c.phase = closing
	c.mu.Unlock()
	c.tr.Close()
}

// settled is how many ticks a connection that never had a request is given
// before it may have to make room.
const settled = int64(time.Second / wheelTick)

// spare ranks the connection among those that may make room for another: the
// lowest goes first, never means that it may not. First come those that idle
// after a response, by how long they have; then those whose client connected and
// says nothing. It is a guess that does not wait.
func (c *Conn) spare() int64 {
	if !c.mu.TryLock() {
		return never
	}
	defer c.mu.Unlock()
	deadline := c.deadline.Load()
	switch {
	case c.phase != waiting || c.busy || c.in != nil:
		return never
	case c.used:
		return deadline
	case c.core.wheel.after(c.idleTime())-deadline < settled:
		return never
	}
	return min(deadline+never/2, never-1)
}

// closeIfIdle makes room for another connection.
func (c *Conn) closeIfIdle() {
	c.mu.Lock()
	if c.phase != waiting || c.busy || c.in != nil {
		c.mu.Unlock()
		return
	}
	c.phase = closing
	c.mu.Unlock()
	c.tr.Close()
}

// drain gives an idle connection grace for a request that may be on its way.
func (c *Conn) drain(grace time.Duration) {
	c.mu.Lock()
	idle := c.phase == waiting || c.phase == lingering
	c.mu.Unlock()
	if !idle {
		return
	}
	if grace <= 0 {
		c.closeIfIdle()
		return
	}
	if at := c.core.wheel.after(grace); at < c.deadline.Load() {
		c.setDeadline(grace)
	}
}

// cut closes the connection whatever it is doing. The app, if it has the
// exchange, is told like one whose client leaves: it may wait for that.
func (c *Conn) cut() {
	c.broken.Store(true)
	gone := func() {}
	c.mu.Lock()
	if c.phase == called && c.ex != nil {
		gone = c.ex.left()
	} else {
		c.phase = closing
	}
	c.mu.Unlock()
	gone()
	if t := c.tail.Load(); t != nil {
		t.cut()
	}
	c.tr.Close()
}
