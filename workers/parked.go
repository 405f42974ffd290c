package workers

// maxBehind is how many bytes of responses may wait for a client that asks for
// more. Past it the client has to read first: with a few octets for each request it
// would otherwise have us make, and store, as many large responses as it likes.
const maxBehind = 1 << 20

// behind says whether so much waits for the client, or as many open files as it may
// have. The runner asks between requests.
func (c *Conn) behind() bool {
	t := c.tail.Load()
	return t != nil && (t.pending.Load() > maxBehind || t.hoards())
}

// park ends the run before the next request, which begins in b, until the client
// has taken nearly all that waits for it; the tail has a time limit for that.
// Always true.
func (c *Conn) park(b []byte, own *buffer) (open bool) {
	t := c.tail.Load()
	c.mu.Lock()
	if c.in != nil {
		c.in = c.join(b, own)
	} else {
		c.stow(b, own)
	}
	c.phase, c.busy = parked, false
	c.deadline.Store(never)
	c.mu.Unlock()
	// On a goroutine of its own: the app may wait for the tail, whose goroutine this is.
	t.whenDrained(func() { c.core.calls.Go(c.resume) })
	return true
}

// resume goes on where park has stopped.
func (c *Conn) resume() {
	c.mu.Lock()
	if c.phase != parked { // closed meanwhile
		c.mu.Unlock()
		return
	}
	in := c.take()
	c.phase = waiting
	c.mu.Unlock()
	open := false
	if c.broken.Load() {
		open = c.shut(in)
	} else {
		c.setDeadline(c.idleTime())
		open = c.run(in.b, in)
	}
	if !open {
		c.tr.Close()
	}
}
