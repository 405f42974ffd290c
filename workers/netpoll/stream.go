package netpoll

import (
	"errors"
	"io"
	"net"
	"sync"

	"github.com/cloudwego/netpoll"
	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
)

// stream is a socket of the app's that a poller reads. netpoll's connections
// gather their input in chains of buffers, which costs an interpreter's long
// answers more than reading them; of a listener it only says that it is readable,
// and calls Accept on the poller. So a stream is a listener without clients.
type stream struct {
	fd   int
	h    app.StreamHandler
	buf  []byte
	once sync.Once
}

const streamBuffer = 64 << 10

// errEnd ends the stream: "closed" is what netpoll looks for.
var errEnd = errors.New("the stream is closed")

// Watch implements app.Poller.
func (w *worker) Watch(conn *net.UnixConn, h app.StreamHandler) (io.Closer, error) {
	fd, err := takeFD(conn)
	if err != nil {
		return nil, err
	}
	s := &stream{fd: fd, h: h, buf: make([]byte, streamBuffer)}
	loop, err := netpoll.NewEventLoop(nil)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	w.streams.Go(func() {
		loop.Serve(s) // until Accept says that it is over; by then the poller has let go
		unix.Close(fd)
		h.OnClose()
	})
	return s, nil
}

// Accept implements net.Listener: what has arrived is read. It reads all there is,
// because netpoll asks no more when the other side has closed.
func (s *stream) Accept() (net.Conn, error) {
	for {
		n, err := unix.Read(s.fd, s.buf)
		switch {
		case n > 0:
			s.h.OnData(s.buf[:n])
			if n == len(s.buf) {
				continue
			}
			return nil, nil
		case err == unix.EAGAIN:
			return nil, nil
		case err == unix.EINTR:
			continue
		}
		return nil, errEnd
	}
}

// Close implements io.Closer and net.Listener: Accept sees the end.
func (s *stream) Close() error {
	s.once.Do(func() { unix.Shutdown(s.fd, unix.SHUT_RD) })
	return nil
}

// Addr implements net.Listener.
func (s *stream) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// Fd implements netpoll.Listener.
func (s *stream) Fd() int { return s.fd }
