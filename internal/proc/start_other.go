//go:build !linux

package proc

import (
	"os"
	"syscall"
)

// dieWithParent relies on the control channel: there is no parent-death signal.
func dieWithParent() *syscall.SysProcAttr { return new(syscall.SysProcAttr) }

// socketpair makes the control channel; our end does not block. The lock is
// for close-on-exec, which is a second step here.
func socketpair() (ours, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return controlFiles(pair)
}
