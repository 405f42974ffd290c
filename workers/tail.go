package workers

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// tail sends what a client does not take at once. It is a goroutine that lives
// while there is something to send, so only slow readers cost one, and nobody
// else ever waits for a client.
type tail struct {
	conn    *Conn
	nc      net.Conn
	limit   time.Duration // without progress
	pending atomic.Int64

	mu      sync.Mutex
	queue   []byte // taken whole by the goroutine
	spare   []byte // the slice that it sent last, to be filled again
	done    bool   // the goroutine has ended; nothing more is taken
	failed  bool
	onDrain func()
}

// tailLow is how many pending bytes count as drained: the app goes on while
// there is still something to send.
const tailLow = 64 << 10

// startTail begins to send p, which is copied.
func (c *Conn) startTail(p []byte) {
	t := &tail{conn: c, limit: c.core.SendTimeout}
	t.queue = append(t.queue, p...)
	t.pending.Store(int64(len(p)))
	var err error
	if t.nc, err = c.tr.Tail(); err != nil {
		c.sendFailed()
		return
	}
	c.hold()
	c.tail.Store(t)
	go t.run()
}

// cut ends it where it stands; conn.broken is set before.
func (t *tail) cut() { t.nc.SetWriteDeadline(time.Unix(1, 0)) }

// append queues p behind what is pending. taken is false when the goroutine
// has ended; the caller then starts over, or gives up when failed.
func (t *tail) append(p []byte) (taken, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return false, t.failed
	}
	t.queue = append(t.queue, p...)
	t.pending.Add(int64(len(p)))
	return true, false
}

func (t *tail) run() {
	err := t.send(t.nc)
	t.nc.Close()
	if err != nil {
		t.conn.sendFailed()
	}
	t.drained()
	t.conn.release()
}

// send returns when the queue is empty: then done is set in the same breath.
func (t *tail) send(nc net.Conn) error {
	for {
		p := t.take()
		if p == nil {
			return nil
		}
		if err := t.sendAll(nc, p); err != nil {
			t.mu.Lock()
			t.done, t.failed, t.queue = true, true, nil
			t.mu.Unlock()
			t.pending.Store(0)
			return err
		}
	}
}

func (t *tail) take() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.queue) == 0 {
		t.done = true
		return nil
	}
	p := t.queue
	t.queue, t.spare = t.spare[:0], p
	return p
}

// sendAll sends p in pieces, so that the time limit is one on progress.
func (t *tail) sendAll(nc net.Conn, p []byte) error {
	const piece = 64 << 10
	for len(p) > 0 {
		if t.limit > 0 {
			if err := nc.SetWriteDeadline(time.Now().Add(t.limit)); err != nil {
				return err
			}
		}
		if t.conn.broken.Load() {
			return ErrClosed
		}
		n, err := nc.Write(p[:min(len(p), piece)])
		p = p[n:]
		if left := t.pending.Add(-int64(n)); left < tailLow {
			t.drained()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// whenDrained has f called once when little is pending; at once if that is so.
func (t *tail) whenDrained(f func()) {
	t.mu.Lock()
	if t.done || t.pending.Load() < tailLow {
		t.mu.Unlock()
		f()
		return
	}
	t.onDrain = f
	t.mu.Unlock()
}

func (t *tail) drained() {
	t.mu.Lock()
	f := t.onDrain
	t.onDrain = nil
	t.mu.Unlock()
	if f != nil {
		f()
	}
}
