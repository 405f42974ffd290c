package workers

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrFileShort says that a file has not the content that was announced.
var ErrFileShort = errors.New("it is shorter than it was announced to be")

// fileChunk is how much of a file is sent in one go, so that nobody who waits for
// the same event loop waits for long.
const fileChunk = 1 << 20

// TryWriteMore is TryWrite for what is to wait a moment for a file that follows.
func TryWriteMore(fd int, p []byte) (int, error) {
	for {
		n, err := unix.SendmsgN(fd, p, nil, nil, unix.MSG_MORE|unix.MSG_NOSIGNAL)
		switch {
		case err == nil:
			return n, nil
		case err == unix.EAGAIN:
			return 0, nil
		case err != unix.EINTR:
			return 0, os.NewSyscallError("sendmsg", err)
		}
	}
}

// SendFile sends what the socket fd, which does not block, takes now of the n
// bytes of f from at, but no more than a megabyte; 0 when it takes nothing. The
// file's own position stays as it is. ErrFileShort when there is nothing at at.
func SendFile(fd int, f *os.File, at, n int64) (int64, error) {
	for {
		sent, err := unix.Sendfile(fd, int(f.Fd()), &at, int(min(n, fileChunk)))
		switch {
		case sent > 0:
			return int64(sent), nil
		case err == nil:
			return 0, ErrFileShort
		case err == unix.EAGAIN:
			return 0, nil
		case err != unix.EINTR:
			return 0, os.NewSyscallError("sendfile", err)
		}
	}
}

// TryWriteMore implements that part of FileSender.
func (f *FD) TryWriteMore(p []byte) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state == closed {
		return 0, ErrClosed
	}
	return TryWriteMore(f.fd, p)
}

// TrySendFile implements that part of FileSender.
func (f *FD) TrySendFile(file *os.File, at, n int64) (int64, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.state == closed {
		return 0, ErrClosed
	}
	return SendFile(f.fd, file, at, n)
}

// sendFileOver sends some of the n bytes of f from at over conn; it waits for the
// client, but no longer than conn's deadline for writing.
func sendFileOver(conn syscall.RawConn, f *os.File, at, n int64) (sent int64, err error) {
	over := conn.Write(func(fd uintptr) bool {
		sent, err = SendFile(int(fd), f, at, n)
		return sent > 0 || err != nil
	})
	if err == nil {
		err = over
	}
	return sent, err
}

// cached says whether the beginning and the end of what would be sent at once are
// in memory, and so, likely, what is between. Where the kernel cannot tell they
// are not: an event loop does not wait for a disk.
func cached(p part) bool {
	var octet [1]byte
	to := [][]byte{octet[:]}
	for _, at := range [...]int64{p.at, p.at + min(p.size, fileChunk) - 1} {
		if n, err := unix.Preadv2(int(p.file.Fd()), to, at, unix.RWF_NOWAIT); n < 1 || err != nil {
			return false
		}
	}
	return true
}

// dupFile makes a file of its own that f's closing does not close.
func dupFile(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
