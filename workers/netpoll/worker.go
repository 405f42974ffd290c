package netpoll

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"

	"github.com/cloudwego/netpoll"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

func init() { workers.Register("netpoll", New) }

// nodeSize is what netpoll keeps allocated for an idle connection's input; it
// grows by itself for who sends more.
const nodeSize = 512

// worker offers the pollers to the app.
type worker struct {
	core    *workers.Core
	streams sync.WaitGroup
}

// New makes a worker of this class. netpoll's pollers are the process's: its first
// worker decides how many there are.
func New(core *workers.Core) (workers.Worker, error) {
	core.OnLoops()
	if err := configure(core.Loops); err != nil {
		return nil, fmt.Errorf("configure the pollers: %w", err)
	}
	w := &worker{core: core}
	if a, ok := core.App.(app.Attacher); ok {
		a.Attach(w)
	}
	return workers.NewAcceptor(core,
		func(ln net.Listener) { core.Accept(ln, w.enroll) },
		func() error { w.streams.Wait(); return nil }), nil
}

var configured struct {
	sync.Once
	err error
}

// configure sets netpoll up, once: connections read what it sets, all the time.
func configure(pollers int) error {
	configured.Do(func() {
		if pollers <= 0 {
			pollers = runtime.GOMAXPROCS(0)
		}
		netpoll.LinkBufferCap = nodeSize
		configured.err = netpoll.Configure(netpoll.Config{
			PollerNum:    pollers,
			BufferSize:   nodeSize,
			Runner:       func(_ context.Context, f func()) { f() },
			LoggerOutput: io.Discard, // what goes wrong with a client is no news
			LoadBalance:  netpoll.RoundRobin,
		})
	})
	return configured.err
}

// enroll gives an accepted client to a poller.
func (w *worker) enroll(nc net.Conn) {
	c := &conn{peer: workers.Peer(nc.LocalAddr(), nc.RemoteAddr())}
	if err := c.open(w.core, nc); err != nil {
		w.core.Error(fmt.Sprintf("enroll a client in a poller: %v", err))
	}
}
