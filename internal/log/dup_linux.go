package log

import "syscall"

// dup makes fd to another name of fd from, in one step, and keeps it from
// being inherited by accident.
func dup(from, to int) error { return syscall.Dup3(from, to, syscall.O_CLOEXEC) }

// dupStream is dup to a standard stream, which children do inherit.
func dupStream(from, to int) error { return syscall.Dup3(from, to, 0) }
