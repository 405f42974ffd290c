//go:build !linux

package log

import "syscall"

// dup makes fd to another name of fd from, and keeps it from being inherited
// by accident; the lock, because these are two steps here.
func dup(from, to int) error {
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	if err := syscall.Dup2(from, to); err != nil {
		return err
	}
	syscall.CloseOnExec(to)
	return nil
}

// dupStream is dup to a standard stream, which children do inherit.
func dupStream(from, to int) error { return syscall.Dup2(from, to) }
