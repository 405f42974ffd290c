package wsgi

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// fileWrapper is what has an interpreter pass files.
//
//go:embed filewrapper.py
var fileWrapper []byte

// passed is where the files arrive that an interpreter has the pool send: a socket
// beside those of the slots, because who reads those for us does not take files.
// An interpreter passes a file before it sends the frame that tells of it, so it is
// there when the frame is. Safe for concurrent use.
type passed struct {
	mu     sync.Mutex
	fd     int // -1: closed
	others map[passedKey]*os.File
}

// passedKey says whose a file is; what was passed for a frame that never came is
// nobody's.
type passedKey struct{ slot, stream uint32 }

// passedSize is the size of such a key's message.
const passedSize = 8

var errNotPassed = errors.New("the file that it is to be did not arrive")

// newPassed makes it, and the interpreter's end of the socket.
func newPassed() (*passed, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket for files: %w", os.NewSyscallError("socketpair", err))
	}
	return &passed{fd: fds[0], others: map[passedKey]*os.File{}}, os.NewFile(uintptr(fds[1]), "files"), nil
}

// take takes the file that was passed with a stream's frame; it does not wait. The
// caller closes it.
func (p *passed) take(slot int, stream uint32) (*os.File, error) {
	if p == nil { // of an interpreter that has no way to pass any
		return nil, errNotPassed
	}
	key := passedKey{uint32(slot), stream}
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if f, ok := p.others[key]; ok {
			delete(p.others, key)
			return f, nil
		}
		if err := p.receive(); err != nil {
			return nil, err
		}
	}
}

// receive puts the next file among the others. mu is held.
func (p *passed) receive() error {
	var message [passedSize]byte
	var rights [64]byte // room for one descriptor
	n, m, flags, _, err := unix.Recvmsg(p.fd, message[:], rights[:unix.CmsgSpace(4)], unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
	switch {
	case err == unix.EINTR:
		return nil
	case err == unix.EAGAIN || err == nil && n != passedSize:
		return errNotPassed
	case err != nil:
		return os.NewSyscallError("recvmsg", err)
	case flags&unix.MSG_CTRUNC != 0 || m == 0:
		return fmt.Errorf("%w: no descriptor is free", errNotPassed)
	}
	fd, err := onlyRight(rights[:m])
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), fmt.Sprintf("/proc/self/fd/%d", fd))
	p.others[passedKey{binary.LittleEndian.Uint32(message[:]), binary.LittleEndian.Uint32(message[4:])}] = f
	return nil
}

func onlyRight(control []byte) (fd int, err error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return -1, errNotPassed
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, errNotPassed
	}
	return fds[0], nil
}

// close closes the socket, and what has arrived and was not taken.
func (p *passed) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fd < 0 {
		return
	}
	unix.Close(p.fd)
	p.fd = -1
	for _, f := range p.others {
		f.Close()
	}
	clear(p.others)
}
