package gnet

import (
	"io"
	"net"

	"github.com/seed-77b39ca9/srv/app"
)

// stream is a socket of the app's that a loop reads.
type stream struct{ h app.StreamHandler }

// Watch implements app.Poller.
func (w *worker) Watch(conn *net.UnixConn, h app.StreamHandler) (io.Closer, error) {
	return w.loops.EnrollContext(conn, &stream{h})
}
