package workers

// buffer is where the bytes to send gather until flush.
func (c *Conn) buffer() *buffer {
	if c.out == nil {
		c.out = getBuffer()
	}
	return c.out
}

// flush sends what has gathered.
func (c *Conn) flush() { c.flushBefore(false) }

// flushBefore is flush where more is to come at once, or nothing.
func (c *Conn) flushBefore(more bool) {
	o := c.out
	if o == nil {
		return
	}
	c.out = nil
	if len(o.b) > 0 {
		c.sendPart(part{bytes: o.b, more: more})
	}
	putBuffer(o)
}

// send sends p, behind all that was sent before; p is free when it returns.
func (c *Conn) send(p []byte) { c.sendPart(part{bytes: p}) }

// sendPart is send for bytes or a file, which may be closed when it returns.
func (c *Conn) sendPart(p part) {
	if c.broken.Load() {
		return // also what would make a response look whole that was cut
	}
	if t := c.tail.Load(); t != nil {
		taken, failed := t.append(p)
		if failed {
			c.broken.Store(true)
			t.cut()
		}
		if taken || failed {
			return
		}
		c.tail.Store(nil)
	}
	n, err := c.trySend(p)
	if err != nil {
		c.broken.Store(true)
		return
	}
	if n < p.length() {
		c.startTail(p.without(n))
	}
}

// sendFailed says that the client does not take the response.
func (c *Conn) sendFailed() {
	c.broken.Store(true)
	c.tr.Close()
}

// full says whether so much waits for the client that the app had better wait too.
func (c *Conn) full() bool {
	t := c.tail.Load()
	return t != nil && t.full()
}

// pending is how much waits for the client.
func (c *Conn) pending() int {
	n := 0
	if t := c.tail.Load(); t != nil {
		n = int(t.pending.Load())
	}
	if c.out != nil {
		n += len(c.out.b)
	}
	return n
}
