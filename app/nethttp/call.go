package nethttp

import (
	"context"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// call is one call of the handler. It is the request's context: one that costs
// nothing until somebody asks for Done.
type call struct {
	using sync.Mutex   // held while ex is used
	ex    app.Exchange // nil when the call is over

	mu   sync.Mutex
	over error         // why the context has ended
	done chan struct{} // made when asked for
}

// Deadline implements context.Context.
func (c *call) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value implements context.Context.
func (c *call) Value(any) any { return nil }

// Err implements context.Context.
func (c *call) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// Done implements context.Context. Only from here on the connection is watched.
func (c *call) Done() <-chan struct{} {
	c.mu.Lock()
	first := c.done == nil
	if first {
		c.done = make(chan struct{})
		if c.over != nil {
			close(c.done)
		}
	}
	done := c.done
	c.mu.Unlock()
	if first {
		c.watch()
	}
	return done
}

// watch asks to be told when the client leaves, unless the call is over: then the
// exchange may be somebody else's.
func (c *call) watch() {
	c.using.Lock()
	defer c.using.Unlock()
	if c.ex != nil {
		c.ex.OnGone(func() { c.cancel(context.Canceled) })
	}
}

// end ends the context, and the call's hold on the exchange.
func (c *call) end() {
	c.cancel(context.Canceled)
	c.using.Lock()
	c.ex = nil
	c.using.Unlock()
}

// cancel ends the context; the first reason counts.
func (c *call) cancel(why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over != nil {
		return
	}
	c.over = why
	if c.done != nil {
		close(c.done)
	}
}
