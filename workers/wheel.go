package workers

import (
	"sync"
	"sync/atomic"
	"time"
)

// wheel keeps the deadlines of all connections. Each stands in one slot of a
// ring, by a deadline that may since have moved: changing a deadline is one
// atomic store, and only when its slot comes round is the connection looked at,
// and moved on or expired. So a deadline that changes with every request costs
// nothing, and 10,000 idle connections cost a list walk each few seconds.
type wheel struct {
	mu    sync.Mutex
	slots [wheelSlots]*Conn // heads of doubly linked lists
	at    int64             // tick up to which slots are done
	now   atomic.Int64      // tick
	epoch time.Time
}

const (
	wheelTick  = 100 * time.Millisecond
	wheelSlots = 256 // 25.6 s around; longer deadlines go round again
	never      = int64(1) << 62
)

func (w *wheel) init(now time.Time) { w.epoch = now }

// after turns a time from now into the tick when it has passed for certain.
func (w *wheel) after(d time.Duration) int64 {
	if d <= 0 {
		return never
	}
	return w.now.Load() + ticks(d)
}

// ticks is how many ticks it takes for d to have passed for certain.
func ticks(d time.Duration) int64 { return int64(d/wheelTick) + 1 }

func (w *wheel) add(c *Conn) {
	w.mu.Lock()
	w.link(c)
	w.mu.Unlock()
}

// link puts c in the slot of its deadline, or the last one before it that the
// ring can hold. mu is held.
func (w *wheel) link(c *Conn) {
	at := c.deadline.Load()
	if at <= w.at {
		at = w.at + 1
	}
	if at >= w.at+wheelSlots {
		at = w.at + wheelSlots - 1
	}
	c.slot = int32(at % wheelSlots)
	c.visit.Store(at)
	c.prev, c.next = nil, w.slots[c.slot]
	if c.next != nil {
		c.next.prev = c
	}
	w.slots[c.slot] = c
	c.linked = true
}

// hasten moves c to the slot of a deadline that has become earlier.
func (w *wheel) hasten(c *Conn) {
	w.mu.Lock()
	if c.linked {
		w.unlink(c)
		w.link(c)
	}
	w.mu.Unlock()
}

func (w *wheel) remove(c *Conn) {
	w.mu.Lock()
	if c.linked {
		w.unlink(c)
	}
	w.mu.Unlock()
}

func (w *wheel) unlink(c *Conn) {
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		w.slots[c.slot] = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.prev, c.next, c.linked = nil, nil, false
}

// advance expires what is due.
func (w *wheel) advance(now time.Time) {
	tick := int64(now.Sub(w.epoch) / wheelTick)
	w.now.Store(tick)
	for _, c := range w.due(tick) {
		c.expire(tick)
	}
}

// due takes the connections out whose deadline has come and moves the others
// of the passed slots on. Those taken out are put back: expire may find that
// they have moved on, and only Closed removes for good.
func (w *wheel) due(tick int64) []*Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []*Conn
	for w.at < tick {
		w.at++
		c := w.slots[w.at%wheelSlots]
		w.slots[w.at%wheelSlots] = nil
		for c != nil {
			next := c.next
			if c.deadline.Load() <= tick {
				due = append(due, c)
			} else {
				w.link(c)
			}
			c = next
		}
	}
	for _, c := range due {
		w.link(c)
	}
	return due
}

// each calls f for every connection there was when it began.
func (w *wheel) each(f func(*Conn)) {
	w.mu.Lock()
	var all []*Conn
	for _, c := range w.slots {
		for ; c != nil; c = c.next {
			all = append(all, c)
		}
	}
	w.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}

// closeOneIdle closes the idle connection that can best be spared.
func (w *wheel) closeOneIdle() {
	var first *Conn
	least := never
	w.mu.Lock()
	for _, c := range w.slots {
		for ; c != nil; c = c.next {
			if rank := c.spare(); rank < least {
				first, least = c, rank
			}
		}
	}
	w.mu.Unlock()
	if first != nil {
		first.closeIfIdle()
	}
}
