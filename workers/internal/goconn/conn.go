// Package goconn is a client's connection that a goroutine of its own reads:
// what the classes sync and threaded share.
package goconn

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/workers"
)

// Conn implements workers.Transport and workers.Watcher.
type Conn struct {
	nc      net.Conn
	raw     syscall.RawConn
	session *workers.Conn
	gated   bool // connections are accepted only while a call is free

	try    func(fd uintptr) bool // TryWrite's body, made once so that it does not allocate
	more   bool                  // it is to wait for what follows
	tryP   []byte
	tryN   int
	tryErr error

	mu       sync.Mutex
	closed   bool
	onClose  chan struct{} // made by who waits for Close
	inApp    bool          // the goroutine is in Feed
	watching chan struct{} // closed when the background reader has ended; nil: there is none
	ended    bool          // the background reader's: there is nothing more to read
}

// open begins a connection: from now on it counts.
func open(core *workers.Core, nc net.Conn) *Conn {
	c := &Conn{nc: nc, gated: core.OneShotClass()}
	c.try = c.tryWrite
	if sc, ok := nc.(syscall.Conn); ok {
		c.raw, _ = sc.SyscallConn()
	}
	c.session = core.NewConn(c, workers.Peer(nc.LocalAddr(), nc.RemoteAddr()))
	return c
}

// serve reads the connection until it is closed.
func (c *Conn) serve() {
	if err := c.read(); err == io.EOF && c.session.EOF() {
		c.waitClosed() // the response is on its way
	}
	c.Close()
	c.session.Closed()
}

// The small buffer is large enough for nearly every request; who fills it sends
// much, and gets the large one for as long as that goes on.
const small, large = 4 << 10, 64 << 10

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, small); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, large); return &b }}
)

// poolFor has the buffers for who has just sent n bytes at once.
func poolFor(n int) *sync.Pool {
	if n < small {
		return &smallBuffers
	}
	return &largeBuffers
}

// read returns io.EOF at the end of the input, and nil when the session wants
// the connection closed.
func (c *Conn) read() error {
	pool := &smallBuffers
	buf := pool.Get().(*[]byte)
	defer func() { pool.Put(buf) }()
	n, err := c.first(*buf)
	for {
		if n > 0 && !c.feed((*buf)[:n]) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.ended {
			return io.EOF
		}
		if fits := poolFor(n); fits != pool {
			pool.Put(buf)
			pool = fits
			buf = pool.Get().(*[]byte)
		}
		n, err = c.nc.Read(*buf)
	}
}

// first reads what the client has sent by now, if it matters to tell it from what
// it sends later: nothing is 0 and no error.
func (c *Conn) first(buf []byte) (n int, err error) {
	if !c.gated {
		return c.nc.Read(buf)
	}
	err = syscall.EAGAIN
	c.raw.Read(func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), buf)
		return true // do not wait
	})
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		c.session.Settle()
		return 0, nil
	case err == nil && n == 0:
		err = io.EOF
	}
	return max(n, 0), err
}

// feed gives bytes to the session. The app may run in there and want to know
// whether the client leaves: then a reader runs in the background until feed is done.
func (c *Conn) feed(p []byte) (open bool) {
	c.setInApp(true)
	open = c.session.Feed(p)
	if watching := c.setInApp(false); watching != nil {
		c.nc.SetReadDeadline(time.Unix(1, 0))
		<-watching
		c.nc.SetReadDeadline(time.Time{})
	}
	return open
}

func (c *Conn) setInApp(in bool) (watching chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	watching, c.inApp, c.watching = c.watching, in, nil
	return watching
}

// Watch implements workers.Watcher.
func (c *Conn) Watch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inApp && c.watching == nil {
		c.watching = make(chan struct{})
		go c.watch(c.watching)
	}
}

func (c *Conn) watch(done chan struct{}) {
	defer close(done)
	buf := smallBuffers.Get().(*[]byte)
	defer smallBuffers.Put(buf)
	for {
		n, err := c.nc.Read(*buf)
		if n > 0 && !c.session.Feed((*buf)[:n]) {
			c.Close()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
		if err != nil {
			c.ended = true
			c.session.EOF()
			return
		}
	}
}

// Close implements workers.Transport. The reading goroutine sees it.
func (c *Conn) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	c.nc.Close()
	if c.onClose != nil {
		close(c.onClose)
	}
}

// waitClosed waits until somebody calls Close: the session does when it has
// sent what there is to send, or at its deadline.
func (c *Conn) waitClosed() {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return
	}
	c.onClose = make(chan struct{})
	c.mu.Unlock()
	<-c.onClose
}

// CloseWrite implements workers.Transport.
func (c *Conn) CloseWrite() {
	if w, ok := c.nc.(interface{ CloseWrite() error }); ok {
		w.CloseWrite()
	}
}

// Reset implements workers.Resetter.
func (c *Conn) Reset() { workers.ResetOnClose(c.nc) }

// Tail implements workers.Transport.
func (c *Conn) Tail() (nc net.Conn, err error) {
	err = workers.ErrClosed
	c.raw.Control(func(fd uintptr) { nc, err = workers.DupConn(int(fd)) })
	return nc, err
}

// TryWriteMore implements workers.FileSender.
func (c *Conn) TryWriteMore(p []byte) (int, error) {
	c.more = true
	defer func() { c.more = false }()
	return c.TryWrite(p)
}

// TryWrite implements workers.Transport.
func (c *Conn) TryWrite(p []byte) (int, error) {
	c.tryP, c.tryN, c.tryErr = p, 0, nil
	if err := c.raw.Write(c.try); err != nil {
		return 0, workers.ErrClosed
	}
	c.tryP = nil
	return c.tryN, c.tryErr
}

// TrySendFile implements workers.FileSender.
func (c *Conn) TrySendFile(f *os.File, at, n int64) (sent int64, err error) {
	closed := c.raw.Write(func(fd uintptr) bool {
		sent, err = workers.SendFile(int(fd), f, at, n)
		return true // do not wait
	})
	if closed != nil {
		return 0, workers.ErrClosed
	}
	return sent, err
}

func (c *Conn) tryWrite(fd uintptr) bool {
	write := workers.TryWrite
	if c.more {
		write = workers.TryWriteMore
	}
	c.tryN, c.tryErr = write(int(fd), c.tryP)
	return true // do not wait
}
