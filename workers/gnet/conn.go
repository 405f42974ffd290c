package gnet

import (
	"errors"
	"io"

	"github.com/panjf2000/gnet/v2"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

// conn is a client's connection; it implements workers.Transport.
type conn struct {
	workers.FD
	c       gnet.Conn
	peer    app.Peer
	session *workers.Conn
}

func (c *conn) open(core *workers.Core, gc gnet.Conn) {
	c.c = gc
	c.Set(gc.Fd())
	c.session = core.NewConn(c, c.peer)
}

// Close implements workers.Transport.
func (c *conn) Close() {
	if c.Ask() {
		c.session.Closed()
		return
	}
	c.c.Close() // queued to the loop; OnClose follows
}

// closed is called on the loop, before gnet closes the descriptor.
func (c *conn) closed(err error) {
	if errors.Is(err, io.EOF) && c.session.EOF() {
		c.Keep()
	}
	if c.LoopCloses() {
		c.session.Closed()
	}
}
