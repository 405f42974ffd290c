package goconn

import (
	"net"
	"sync"

	"github.com/seed-77b39ca9/srv/workers"
)

// NewWorker makes a worker that accepts by accept and has a goroutine for each
// connection.
func NewWorker(core *workers.Core, accept func(ln net.Listener, serve func(net.Conn))) workers.Worker {
	var running sync.WaitGroup
	serve := func(nc net.Conn) {
		c := open(core, nc) // here, so that no moment sees it neither accepted nor open
		running.Go(c.serve)
	}
	return workers.NewAcceptor(core,
		func(ln net.Listener) { accept(ln, serve) },
		func() error { running.Wait(); return nil })
}
