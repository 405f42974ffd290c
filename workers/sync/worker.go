package sync

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/workers"
	"github.com/seed-77b39ca9/srv/workers/internal/goconn"
)

func init() { workers.Register("sync", New) }

// New makes a worker of this class.
func New(core *workers.Core) (workers.Worker, error) {
	core.OneShot()
	return goconn.NewWorker(core, func(ln net.Listener, serve func(net.Conn)) {
		core.Accept(ln, func(nc net.Conn) {
			if isReset(nc) {
				nc.Close()
				return
			}
			serve(nc)
		})
	}), nil
}

// isReset says whether the client has reset the connection already.
func isReset(nc net.Conn) bool {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	errno := 0
	err = raw.Control(func(fd uintptr) {
		errno, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	})
	return err != nil || errno != 0
}
