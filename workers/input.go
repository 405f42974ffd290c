package workers

// What has arrived, from the engine to whoever runs the connection.

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
