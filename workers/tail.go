package workers

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// tail sends what a client does not take at once. It is a goroutine that lives
// while there is something to send, so only slow readers cost one, and nobody
// else ever waits for a client.
type tail struct {
	conn    *Conn
	nc      net.Conn
	raw     syscall.RawConn // nc's, to send files over; nil: they have to be read
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

// startTail begins to send p; bytes are copied.
func (c *Conn) startTail(p part) {
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
	if _, can := c.tr.(FileSender); can {
		t.raw = rawConn(t.nc)
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

// append queues p, of which bytes are copied, behind what is pending. taken is
// false when the goroutine has ended; the caller then starts over, or gives up when
// failed.
func (t *tail) append(p part) (taken, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done {
		return false, t.failed
	}
	had := t.backlog.failed
	err := t.keep(p)
	if now := t.backlog.failed; now != nil && had == nil {
		t.conn.core.errorLog("A slow client's response stays in memory: " + now.Error())
	}
	if err != nil {
		t.conn.core.errorLog("A slow client's response is cut, there is no room for it: " + err.Error())
		return false, true
	}
	t.pending.Add(p.length())
	return true, false
}

func (t *tail) keep(p part) error {
	if p.file != nil {
		return t.backlog.appendFile(p.file, p.at, p.size)
	}
	return t.backlog.append(p.bytes)
}

// full says whether the app had better wait until the client has taken more.
func (t *tail) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.backlog.full(t.pending.Load())
}

// hoards says whether the client keeps as many files open as it may.
func (t *tail) hoards() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.backlog.files >= manyFiles
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
		p, more := t.next()
		if !more {
			return nil
		}
		n, err := t.sendPiece(p)
		t.mu.Lock()
		t.backlog.release(p, n)
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

// next gives what is to be sent next; false when there is nothing.
func (t *tail) next() (p piece, more bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.backlog.empty() {
		t.end(false)
		return piece{}, false
	}
	return t.backlog.next(), true
}

// sendPiece sends p, and waits for the client as long as check lets it. Without the
// lock: a slow disk holds up this client, and not who sends to it.
func (t *tail) sendPiece(p piece) (n int64, err error) {
	if t.conn.broken.Load() {
		return 0, ErrClosed
	}
	if p.file != nil {
		n, err = t.sendFile(p)
	} else if err = t.load(p); err == nil {
		n, err = t.write(p.chunk.b[:p.size])
	}
	t.sent.Add(n)
	if left := t.pending.Add(-n); left < tailLow {
		t.drained()
	}
	return n, err
}

// load reads what next gave, if it is in the spool file.
func (t *tail) load(p piece) error {
	if p.chunk != t.backlog.scratch { // which only this goroutine sets
		return nil
	}
	err := t.backlog.spool.read(p.chunk.b[:p.size], p.at)
	if err != nil {
		t.conn.core.errorLog(err.Error())
	}
	return err
}

func (t *tail) write(p []byte) (int64, error) {
	n, err := t.nc.Write(p)
	return int64(n), err
}

// sendFile sends some of the range of a file: where the kernel cannot do that by
// itself, as much as a chunk holds.
func (t *tail) sendFile(p piece) (n int64, err error) {
	if t.raw != nil {
		n, err = sendFileOver(t.raw, p.file, p.at, p.size)
	} else {
		n, err = t.copyFile(p)
	}
	if errors.Is(err, ErrFileShort) {
		t.conn.complainOfFile(p.file, err)
	}
	return n, err
}

func (t *tail) copyFile(p piece) (int64, error) {
	b := t.backlog.room().b[:min(p.size, grain)]
	n, err := p.file.ReadAt(b, p.at)
	switch {
	case n > 0:
		return t.write(b[:n])
	case err == io.EOF:
		return 0, ErrFileShort
	}
	return 0, err
}

// end takes no more; mu is held.
func (t *tail) end(failed bool) {
	t.done, t.failed = true, failed
	t.backlog.drop()
	if t.watch != nil {
		t.watch.Stop()
	}
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
