package workers

import (
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// FD is a client's socket that an event loop reads and closes, and anybody may
// write: most of a Transport for the classes with loops.
//
// Loops close a descriptor as soon as the client has sent all. One that only shut
// down its sending side still wants its response; Keep goes on with a duplicate.
type FD struct {
	mu    sync.RWMutex // held for reading while the descriptor is used, so that its number cannot become another's
	fd    int
	state fdState
	asked bool // Ask was called
}

type fdState uint8

const (
	inLoop fdState = iota // the loop closes the descriptor
	kept                  // the descriptor is a duplicate of our own
	closed
)

// Set gives the descriptor, before any other use.
func (f *FD) Set(fd int) { f.fd = fd }

// Keep goes on with a duplicate, because the loop is about to close what it has
// and a response is still to come.
func (f *FD) Keep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state != inLoop || f.asked {
		return
	}
	fd, err := unix.FcntlInt(uintptr(f.fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return // the response is lost with the loop's descriptor
	}
	f.fd, f.state = fd, kept
}

// LoopCloses is called on the loop right before it closes the descriptor; nobody
// uses the number after. True: the connection is over.
func (f *FD) LoopCloses() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.state != inLoop {
		return false
	}
	f.state = closed
	return true
}

// Ask is called when the session wants the socket closed. True: it was a kept
// one and is closed now; false: the loop has to close it.
func (f *FD) Ask() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = true
	if f.state != kept {
		return false
	}
	unix.Close(f.fd)
	f.state = closed
	return true
}

// TryWrite implements that part of Transport.
func (f *FD) TryWrite(p []byte) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state == closed {
		return 0, ErrClosed
	}
	return TryWrite(f.fd, p)
}

// CloseWrite implements that part of Transport.
func (f *FD) CloseWrite() {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state != closed {
		unix.Shutdown(f.fd, unix.SHUT_WR)
	}
}

// Reset implements Resetter.
func (f *FD) Reset() {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state != closed {
		resetOnClose(f.fd)
	}
}

// CloseRead makes the loop see the end of the input, and close the socket.
func (f *FD) CloseRead() {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state != closed {
		unix.Shutdown(f.fd, unix.SHUT_RD)
	}
}

// Tail implements that part of Transport.
func (f *FD) Tail() (net.Conn, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state == closed {
		return nil, ErrClosed
	}
	return DupConn(f.fd)
}

// TryWrite sends what the socket fd, which does not block, takes now; 0 when it
// takes nothing.
func TryWrite(fd int, p []byte) (int, error) {
	for {
		n, err := unix.Write(fd, p)
		switch {
		case err == nil:
			return n, nil
		case err == unix.EAGAIN:
			return 0, nil
		case err != unix.EINTR:
			return 0, os.NewSyscallError("write", err)
		}
	}
}

// DupConn makes a net.Conn on a duplicate of the socket fd.
func DupConn(fd int) (net.Conn, error) {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	file := os.NewFile(uintptr(dup), "client")
	defer file.Close()
	return net.FileConn(file)
}

// unsent is how much of what was written to the socket below nc the client has
// not acknowledged; 0 where that cannot be told.
func unsent(nc net.Conn) (n int64) {
	control(nc, func(fd int) {
		v, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
		n = int64(v)
	})
	return n
}

// ResetOnClose makes the closing of the socket below nc reset the connection.
func ResetOnClose(nc net.Conn) { control(nc, resetOnClose) }

func resetOnClose(fd int) {
	unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

// control calls f with the descriptor below nc, if there is one.
func control(nc net.Conn, f func(fd int)) {
	if over, ok := nc.(interface{ NetConn() net.Conn }); ok { // TLS
		nc = over.NetConn()
	}
	if raw := rawConn(nc); raw != nil {
		raw.Control(func(fd uintptr) { f(int(fd)) })
	}
}

// rawConn is nc as the kernel has it; nil where it is something else.
func rawConn(nc net.Conn) syscall.RawConn {
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}
