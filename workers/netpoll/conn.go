package netpoll

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/cloudwego/netpoll"
	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// conn is a client's connection; it implements workers.Transport.
type conn struct {
	workers.FD
	c       netpoll.Connection
	peer    app.Peer
	session *workers.Conn
	opening sync.Mutex // held while open feeds what came before it
	ended   sync.Once  // the client has sent all
}

func (c *conn) open(core *workers.Core, nc net.Conn) error {
	fd, err := takeFD(nc)
	if err != nil {
		return err
	}
	c.Set(fd)
	c.opening.Lock()
	defer c.opening.Unlock()
	c.session = core.NewConn(c, c.peer)
	if c.c, err = netpoll.NewFDConnection(fd); err != nil {
		unix.Close(fd)
		c.session.Closed()
		return err
	}
	c.c.AddCloseCallback(c.onClose)
	c.c.(disconnecter).SetOnDisconnect(c.onDisconnect)
	if err := c.c.SetOnRequest(c.onRequest); err != nil {
		return err
	}
	if !c.c.IsActive() { // it said all it had before netpoll knew whom to tell
		c.c.Close()
	}
	return nil
}

// disconnecter is a part of netpoll's connections that its interface leaves out.
type disconnecter interface {
	SetOnDisconnect(netpoll.OnDisconnect) error
}

// takeFD takes the descriptor out of nc, for which the runtime's own poller has
// no use any more.
func takeFD(nc net.Conn) (fd int, err error) {
	defer nc.Close()
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return -1, fmt.Errorf("%T has no descriptor", nc)
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return -1, err
	}
	if cerr := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) }); cerr != nil {
		return -1, cerr
	}
	return fd, os.NewSyscallError("fcntl", err)
}

// onRequest is called on a poller.
func (c *conn) onRequest(_ context.Context, nc netpoll.Connection) error {
	r := nc.Reader()
	p, err := r.Next(r.Len())
	if err != nil {
		return err
	}
	open := c.session.Feed(p)
	r.Release()
	if !open {
		c.Close()
	}
	return nil
}

// onDisconnect is called, on a goroutine of its own, when the client has sent
// all; netpoll closes the descriptor after it. What came before open had told
// netpoll of us is fed first.
func (c *conn) onDisconnect(context.Context, netpoll.Connection) {
	c.opening.Lock()
	c.opening.Unlock()
	c.ended.Do(c.endOfInput)
}

func (c *conn) endOfInput() {
	if c.session.EOF() {
		c.Keep()
	}
}

// onClose is called once, before netpoll closes the descriptor.
func (c *conn) onClose(netpoll.Connection) error {
	c.ended.Do(c.endOfInput) // open may be the one that finds the connection ended
	if c.LoopCloses() {
		c.session.Closed()
	}
	return nil
}

// Close implements workers.Transport. netpoll's own Close waits for the poller to
// be done with the connection, and we may be on the poller, doing just that. So
// the poller is made to close it, as if the client had.
func (c *conn) Close() {
	if c.Ask() {
		c.session.Closed()
		return
	}
	c.CloseRead()
}
