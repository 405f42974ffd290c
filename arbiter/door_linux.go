package arbiter

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// closeDoor keeps new clients out of the socket's queue, so that the workers can
// empty it: who is still in it when the last of them closes the socket is reset.
// The kernel drops what would open a connection; that client tries again a second
// later and is then refused. Handshakes under way are finished.
func (s *socket) closeDoor() error {
	const flags, syn, ack = 13, 0x02, 0x10 // of a TCP header: the byte, and bits in it
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: flags},
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: syn | ack},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: syn, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0},          // drop
		{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff}, // keep all of it
	}
	program := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	raw, err := s.file.SyscallConn()
	if err != nil {
		return err
	}
	controlErr := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, program)
	})
	if err := errors.Join(controlErr, os.NewSyscallError("setsockopt", err)); err != nil {
		return fmt.Errorf("close %s for new clients: %w", s.name, err)
	}
	return nil
}
