package wsgi

import (
	"io"
	"net"

	"github.com/seed-77b39ca9/srv/app"
)

// goroutines is the app.Poller of engines that have none: a goroutine for each
// slot, which ends with the slot's socket.
type goroutines struct{}

// Watch implements app.Poller.
func (goroutines) Watch(conn *net.UnixConn, h app.StreamHandler) (io.Closer, error) {
	go func() {
		defer h.OnClose()
		defer conn.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := conn.Read(buf)
			if n > 0 {
				h.OnData(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return conn, nil
}
