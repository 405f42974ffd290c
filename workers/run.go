package workers

// One goroutine at a time runs a Conn: request after request, until it has to wait.

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
