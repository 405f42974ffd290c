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
	tcp  bool   // made by this process, for TCP
	path string // of a Unix socket that has a file
	name string // for the log: http://127.0.0.1:8000, unix:/run/srv.sock
	bind string // the value of bind that it was made for
}

// close closes our side; the socket ends with the last process that has it. With
// unlink the file of a Unix socket goes too: nobody else serves on it.
func (s *socket) close(unlink bool) {
	s.file.Close()
	if unlink && s.path != "" {
		os.Remove(s.path)
	}
}

// socketOptions are what the settings say of listening sockets, besides where.
type socketOptions struct {
	backlog   int
	umask     int    // for the file of a Unix socket
	owner     *Owner // of that file; nil: this process's user
	reusePort bool
}

func (cfg *Config) socketOptions() socketOptions {
	return socketOptions{backlog: cfg.Backlog, umask: cfg.Umask, owner: cfg.Owner, reusePort: cfg.ReusePort}
}

// listen makes the socket for one value of bind.
func listen(bind string, o socketOptions) (*socket, error) {
	addr, err := parseBind(bind)
	if err != nil {
		return nil, err
	}
	var s *socket
	switch addr.network {
	case "fd":
		s, err = adopt(addr)
	case "unix":
		s, err = listenUnix(addr, o)
	default:
		s, err = listenOn(addr, o)
	}
	if err != nil {
		return nil, fmt.Errorf("bind %s: %w", bind, err)
	}
	s.bind = bind
	return s, nil
}

// listenUnix makes a Unix socket, in place of a stale file. Two servers that find the same
// one are let in one after the other, or the second would remove the first one's
// fresh socket.
func listenUnix(addr address, o socketOptions) (*socket, error) {
	if addr.value[0] == '@' {
		return listenOn(addr, o) // an abstract name: no file
	}
	defer lockDirOf(addr.value)()
	if err := removeStale(addr.value); err != nil {
		return nil, err
	}
	defer syscall.Umask(syscall.Umask(o.umask))
	s, err := listenOn(addr, o)
	if err != nil {
		return nil, err
	}
	s.path = addr.value
	if err := o.owner.own(s.path); err != nil {
		s.close(true)
		return nil, err
	}
	return s, nil
}

func listenOn(addr address, o socketOptions) (*socket, error) {
	lc := net.ListenConfig{}
	lc.SetMultipathTCP(false) // it knows no filters, see closeDoor
	if o.reusePort && addr.network != "unix" {
		lc.Control = reusePort
	}
	ln, err := lc.Listen(context.Background(), addr.network, addr.value)
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	return keep(ln, addr, o.backlog)
}

// reusePort lets another server listen on the same address.
func reusePort(_, _ string, conn syscall.RawConn) error {
	var err error
	controlErr := conn.Control(func(fd uintptr) {
		err = os.NewSyscallError("SO_REUSEPORT", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
	})
	return errors.Join(controlErr, err)
}

// adopt takes a socket that this process was started with.
func adopt(addr address) (*socket, error) {
	fd, _ := strconv.Atoi(addr.value)
	return adoptFile(inheritedFile(fd, "listener"))
}

func adoptFile(file *os.File) (*socket, error) {
	if err := syscall.SetNonblock(int(file.Fd()), true); err != nil {
		return nil, err
	}
	ln, err := net.FileListener(file)
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
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
	return &socket{file: os.NewFile(uintptr(fd), "listener"), name: display(ln.Addr()), tcp: addr.network != "unix"}, nil
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
	s, err := listen(bind, socketOptions{backlog: backlog})
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
