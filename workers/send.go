package workers

// buffer is where the bytes to send gather until flush.
func (c *Conn) buffer() *buffer {
	if c.out == nil {
		c.out = getBuffer()
	}
	return c.out
}

// flush sends what has gathered.
func (c *Conn) flush() {
	o := c.out
	if o == nil {
		return
	}
	c.out = nil
	if len(o.b) > 0 {
		c.send(o.b)
	}
	putBuffer(o)
}

// send sends p, behind all that was sent before; p is free when it returns.
func (c *Conn) send(p []byte) {
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
	n, err := c.tr.TryWrite(p)
	if err != nil {
		c.broken.Store(true)
		return
	}
	if n < len(p) {
		c.startTail(p[n:])
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
