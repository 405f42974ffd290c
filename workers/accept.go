package workers

import (
	"errors"
	"fmt"
	"net"
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
		accepting.Go(func() { a.accept(ln) })
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
// or ln is closed. It accepts no more than Admit allows, and waits a moment when
// the process runs out of descriptors.
func (c *Core) Accept(ln net.Listener, take func(net.Conn)) {
	const pause = 50 * time.Millisecond
	for c.Admit() {
		nc, err := ln.Accept()
		switch {
		case err == nil:
			take(nc)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			c.errorLog(fmt.Sprintf("accept: %v", err))
			select {
			case <-c.stop:
				return
			case <-time.After(pause):
			}
		}
	}
}
