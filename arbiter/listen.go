package arbiter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// socket is a listening socket. It is the arbiter's from start to end; the
// workers have it by inheritance.
type socket struct {
	file *os.File
	path string // of a Unix socket that has a file
	name string // for the log: http://127.0.0.1:8000, unix:/run/srv.sock
	bind string // the value of bind that it was made for
}

func (s *socket) close() {
	s.file.Close()
	if s.path != "" {
		os.Remove(s.path)
	}
}

// listen makes the socket for one value of bind.
func listen(bind string, backlog, umask int) (*socket, error) {
	addr, err := parseBind(bind)
	if err != nil {
		return nil, err
	}
	switch addr.network {
	case "fd":
		return adopt(addr)
	case "unix":
		if err := removeStale(addr.value); err != nil {
			return nil, fmt.Errorf("bind %s: %w", bind, err)
		}
		defer syscall.Umask(syscall.Umask(umask))
	}
	ln, err := new(net.ListenConfig).Listen(context.Background(), addr.network, addr.value)
	if err != nil {
		return nil, fmt.Errorf("bind %s: %w", bind, err)
	}
	defer ln.Close()
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	return keep(ln, addr, backlog)
}

// adopt takes a socket that this process was started with.
func adopt(addr address) (*socket, error) {
	fd, _ := strconv.Atoi(addr.value)
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, fmt.Errorf("bind fd://%d: %w", fd, err)
	}
	file := os.NewFile(uintptr(fd), "listener")
	ln, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("bind fd://%d: %w", fd, err)
	}
	defer ln.Close()
	return &socket{file: file, name: display(ln.Addr())}, nil
}

// keep takes the descriptor out of the listener, so that the runtime does not
// poll what only the workers accept from, and gives it its backlog: listen(2)
// may be called again, and then changes only that.
func keep(ln net.Listener, addr address, backlog int) (*socket, error) {
	raw, err := ln.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	fd := -1
	controlErr := raw.Control(func(s uintptr) {
		if err = unix.Listen(int(s), backlog); err == nil {
			fd, err = unix.FcntlInt(s, unix.F_DUPFD_CLOEXEC, 0)
		}
	})
	if err := errors.Join(controlErr, err); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr.value, err)
	}
	s := &socket{file: os.NewFile(uintptr(fd), "listener"), name: display(ln.Addr())}
	if addr.network == "unix" && addr.value[0] != '@' {
		s.path = addr.value
	}
	return s, nil
}

// setBacklog changes how many connections may wait to be accepted.
func setBacklog(s *socket, backlog int) error {
	return os.NewSyscallError("listen", unix.Listen(int(s.file.Fd()), backlog))
}

func display(a net.Addr) string {
	if a.Network() == "unix" {
		return "unix:" + a.String()
	}
	return "http://" + a.String()
}

// removeStale removes the file of a Unix socket that nobody listens on any more. One
// that is in use, or is no socket at all, is an error.
func removeStale(path string) error {
	if path[0] == '@' {
		return nil
	}
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is not a socket", path)
	}
	if conn, err := net.Dial("unix", path); err == nil {
		conn.Close()
		return syscall.EADDRINUSE
	}
	return os.Remove(path)
}

// Listen makes a listener for one value of bind, for a program that serves in
// its own process. Closing it removes the file of a Unix socket.
func Listen(bind string, backlog int) (net.Listener, error) {
	s, err := listen(bind, backlog, 0)
	if err != nil {
		return nil, err
	}
	defer s.file.Close()
	ln, err := net.FileListener(s.file)
	if err != nil {
		return nil, fmt.Errorf("bind %s: %w", bind, err)
	}
	if u, ok := ln.(*net.UnixListener); ok && s.path != "" {
		u.SetUnlinkOnClose(true)
	}
	return ln, nil
}
