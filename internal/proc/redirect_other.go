//go:build !linux

package proc

import (
	"os"
	"syscall"
)

// Redirect has a standard stream lead to where the file leads, for this process and for its
// children; the file may be closed afterwards.
func Redirect(stream, file *os.File) error {
	return os.NewSyscallError("dup2", syscall.Dup2(int(file.Fd()), int(stream.Fd())))
}
