package gnet

import (
	"fmt"
	"net"
	"runtime"

	"github.com/panjf2000/gnet/v2"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

func init() { workers.Register("gnet", New) }

// worker is the loops' event handler, and offers them to the app.
type worker struct {
	gnet.BuiltinEventEngine
	core  *workers.Core
	loops *gnet.Client
}

// New makes a worker of this class.
func New(core *workers.Core) (workers.Worker, error) {
	core.OnLoops()
	w := &worker{core: core}
	n := core.Loops
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	var err error
	w.loops, err = gnet.NewClient(w, gnet.WithNumEventLoop(n), gnet.WithTCPNoDelay(gnet.TCPDelay), gnet.WithLogger(quiet{}))
	if err != nil {
		return nil, fmt.Errorf("make the event loops: %w", err)
	}
	if err := w.loops.Start(); err != nil {
		return nil, fmt.Errorf("start the event loops: %w", err)
	}
	if a, ok := core.App.(app.Attacher); ok {
		a.Attach(w)
	}
	return workers.NewAcceptor(core, func(ln net.Listener) { core.Accept(ln, w.enroll) }, w.loops.Stop), nil
}

// enroll gives an accepted client to a loop.
func (w *worker) enroll(nc net.Conn) {
	if _, err := w.loops.EnrollContext(nc, &conn{peer: workers.Peer(nc.LocalAddr(), nc.RemoteAddr())}); err != nil {
		w.core.Error(fmt.Sprintf("enroll a client in an event loop: %v", err))
	}
}

// OnOpen implements gnet.EventHandler.
func (w *worker) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	if nc, ok := c.Context().(*conn); ok {
		nc.open(w.core, c)
	}
	return nil, gnet.None
}

// OnTraffic implements gnet.EventHandler.
func (w *worker) OnTraffic(c gnet.Conn) gnet.Action {
	p, _ := c.Next(-1)
	switch ctx := c.Context().(type) {
	case *conn:
		if !ctx.session.Feed(p) {
			return gnet.Close
		}
	case *stream:
		ctx.h.OnData(p)
	}
	return gnet.None
}

// OnClose implements gnet.EventHandler.
func (w *worker) OnClose(c gnet.Conn, err error) gnet.Action {
	switch ctx := c.Context().(type) {
	case *conn:
		ctx.closed(err)
	case *stream:
		ctx.h.OnClose()
	}
	return gnet.None
}
