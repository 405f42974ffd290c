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
	pending atomic.Int64
	sent    atomic.Int64 // what the kernel has taken from us
	unacked int64        // what the kernel had not got rid of when the tail began

	mu      sync.Mutex
	backlog backlog
	pace    pace
	watch   *time.Timer // calls check; nil: the client may take its time
	done    bool        // the goroutine has ended; nothing more is taken
	failed  bool
	onDrain func()
}

// tailLow is how many pending bytes count as drained: the app goes on while
// there is still something to send.
const tailLow = 64 << 10

// startTail begins to send p, which is copied.
func (c *Conn) startTail(p []byte) {
	if !c.hold() {
		c.broken.Store(true)
		return
	}
	t := &tail{conn: c}
	t.backlog.init(c.core)
	var err error
	if t.nc, err = c.tr.Tail(); err != nil {
		c.sendFailed()
		c.release()
		return
	}
	t.pace = newPace(c.core.SendTimeout, c.core.SendRate, time.Now())
	t.unacked = unsent(t.nc)
	if t.pace.timeout > 0 {
		t.mu.Lock() // check may come before AfterFunc has returned
		t.watch = time.AfterFunc(t.pace.interval(), t.check)
		t.mu.Unlock()
	}
	c.tail.Store(t)
	if _, failed := t.append(p); failed {
		c.broken.Store(true)
	}
	go t.run()
}

// cut ends it where it stands; conn.broken is set before.
func (t *tail) cut() { t.nc.SetWriteDeadline(time.Unix(1, 0)) }

// check cuts a client off that takes too little. What counts is what the client
// has acknowledged: the kernel keeps megabytes for a slow one, and takes no more
// until a third of that is gone. Nor may the kernel go on with them: the
// connection is reset.
func (t *tail) check() {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.done:
	case t.pace.late(time.Now(), t.sent.Load()+t.unacked-unsent(t.nc)):
		t.conn.broken.Store(true)
		ResetOnClose(t.nc)
		t.cut()
	default:
		t.watch.Reset(t.pace.interval())
	}
}

// append queues p behind what is pending. taken is false when the goroutine
// has ended; the caller then starts over, or gives up when failed.
func (t *tail) append(p []byte) (taken, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return false, t.failed
	}
	had := t.backlog.failed
	err := t.backlog.append(p)
	if now := t.backlog.failed; now != nil && had == nil {
		t.conn.core.errorLog("A slow client's response stays in memory: " + now.Error())
	}
	if err != nil {
		t.conn.core.errorLog("A slow client's response is cut, there is no room for it: " + err.Error())
		return false, true
	}
	t.pending.Add(int64(len(p)))
	return true, false
}

// full says whether the app had better wait until the client has taken more.
func (t *tail) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.backlog.full(t.pending.Load())
}

func (t *tail) run() {
	err := t.send()
	t.nc.Close()
	if err != nil {
		t.conn.sendFailed()
	}
	t.drained()
	t.conn.release()
}

// send returns when nothing is left: then done is set in the same breath.
func (t *tail) send() error {
	for {
		c, at, n := t.next()
		if c == nil {
			return nil
		}
		err := t.load(c, at, n)
		if err == nil {
			err = t.write(c.b[:n])
		}
		t.mu.Lock()
		t.backlog.release(c, n)
		if err != nil {
			t.end(true)
		}
		t.mu.Unlock()
		if err != nil {
			t.pending.Store(0)
			return err
		}
	}
}

// next takes out what is to be sent next; nil when there is nothing.
func (t *tail) next() (c *chunk, at int64, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.backlog.empty() {
		t.end(false)
		return nil, 0, 0
	}
	return t.backlog.next()
}

// load reads what next gave, if it is in the file. Without the lock: a slow disk
// holds up this client, and not who sends to it.
func (t *tail) load(c *chunk, at int64, n int) error {
	if c != t.backlog.scratch { // which only this goroutine sets
		return nil
	}
	err := t.backlog.spool.read(c.b[:n], at)
	if err != nil {
		t.conn.core.errorLog(err.Error())
	}
	return err
}

// end takes no more; mu is held.
func (t *tail) end(failed bool) {
	t.done, t.failed = true, failed
	t.backlog.drop()
	if t.watch != nil {
		t.watch.Stop()
	}
}

// write sends p, and waits for the client as long as check lets it.
func (t *tail) write(p []byte) error {
	if t.conn.broken.Load() {
		return ErrClosed
	}
	n, err := t.nc.Write(p)
	t.sent.Add(int64(n))
	if left := t.pending.Add(-int64(n)); left < tailLow {
		t.drained()
	}
	return err
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
