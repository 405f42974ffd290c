package workers

import (
	"math"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// queued is how many clients have connected and were not accepted: for TCP, as
// the kernel counts them; in the queue of a Unix socket, whose file is gone by
// then, there can only be fewer and fewer.
func queued(ln net.Listener) (n int) {
	if _, ok := ln.Addr().(*net.TCPAddr); !ok {
		return math.MaxInt
	}
	sc, ok := ln.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return 0
	}
	raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = int(info.Unacked) // of a listening socket: the length of its queue
		}
	})
	return n
}
