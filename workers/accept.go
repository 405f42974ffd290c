package workers

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Acceptor is a Worker whose listeners are accepted from by goroutines: all of a
// class but what it does with the connections.
type Acceptor struct {
	core   *Core
	accept func(net.Listener) // returns when the listener is closed or the worker drains
	finish func() error       // ends the class's own goroutines, when no connection is left

	mu        sync.Mutex
	stopped   bool
	listeners []net.Listener
}

// NewAcceptor makes a worker that calls accept on a goroutine for each listener,
// and finish last.
func NewAcceptor(core *Core, accept func(net.Listener), finish func() error) *Acceptor {
	return &Acceptor{core: core, accept: accept, finish: finish}
}

// Serve implements Worker.
func (a *Acceptor) Serve(listeners []net.Listener) error {
	a.mu.Lock()
	a.listeners = listeners
	if a.stopped {
		a.closeListeners()
	}
	a.mu.Unlock()
	var accepting sync.WaitGroup
	for _, ln := range listeners {
		accepting.Go(func() {
			a.accept(ln)
			ln.Close()
		})
	}
	accepting.Wait()
	a.core.WaitIdle()
	if a.core.Drained != nil {
		a.core.Drained()
	}
	a.core.Close()
	return a.finish()
}

// Drain implements Worker.
func (a *Acceptor) Drain(idleGrace time.Duration) {
	a.core.Drain(idleGrace)
	a.stop()
}

// Finish implements Worker. The listeners are closed by who accepts from them.
func (a *Acceptor) Finish(idleGrace time.Duration) {
	a.core.Finish(idleGrace)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listeners == nil {
		a.stopped = true // before Serve: there is no queue yet
	}
	for _, ln := range a.listeners {
		if !expire(ln, 0) { // which wakes who is in Accept
			ln.Close()
		}
	}
}

// Close implements Worker.
func (a *Acceptor) Close() {
	a.core.CloseAll()
	a.stop()
}

func (a *Acceptor) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	a.closeListeners()
}

func (a *Acceptor) closeListeners() {
	for _, ln := range a.listeners {
		ln.Close()
	}
}

// Accept accepts clients from ln and gives each to take, until the worker drains
// or ln is closed; a worker that finishes takes those first who are in ln's queue.
// It accepts no more than Admit and AdmitCall allow, and waits a moment when the
// process runs out of descriptors.
func (c *Core) Accept(ln net.Listener, take func(net.Conn)) {
	for !c.finishing.Load() {
		if err := c.acceptOne(ln, 0, take); errors.Is(err, net.ErrClosed) {
			return
		}
	}
	c.acceptQueue(ln, take)
}

// queueTime is how long Finish waits for clients that are just connecting.
const queueTime = 50 * time.Millisecond

// acceptQueue takes who comes within queueTime, and then as many as still wait: a
// sync worker may be long about it, and where nobody keeps new clients away the
// queue might never be empty.
func (c *Core) acceptQueue(ln net.Listener, take func(net.Conn)) {
	for end := time.Now().Add(queueTime); time.Now().Before(end); {
		if err := c.acceptOne(ln, queueTime, take); errors.Is(err, net.ErrClosed) {
			return
		}
	}
	for n := queued(ln); n > 0; n-- {
		if err := c.acceptOne(ln, queueTime, take); err != nil {
			return // others have taken them
		}
	}
}

// acceptOne accepts one client when there is room for it. It waits for room as
// long as it takes, and then for the client as long as limit says; 0 is no limit.
// The error is that the listener is closed, as far as this worker is concerned,
// or that nobody came.
func (c *Core) acceptOne(ln net.Listener, limit time.Duration, take func(net.Conn)) error {
	if !c.Admit() || c.oneShot && !c.AdmitCall() {
		return net.ErrClosed
	}
	if limit > 0 && !expire(ln, limit) {
		return net.ErrClosed
	}
	nc, err := ln.Accept()
	switch {
	case err == nil:
		c.enough()
		take(nc)
	case errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded):
		return err
	default:
		c.short(err)
		return c.breathe()
	}
	return nil
}

// breathe waits a moment for what the process has run out of.
func (c *Core) breathe() error {
	const pause = 50 * time.Millisecond
	select {
	case <-c.stop:
		return net.ErrClosed
	case <-time.After(pause):
		return nil
	}
}

// expire gives Accept a deadline; false: this listener knows none, or is closed.
func expire(ln net.Listener, in time.Duration) bool {
	d, ok := ln.(interface{ SetDeadline(time.Time) error })
	return ok && d.SetDeadline(time.Now().Add(in)) == nil
}
