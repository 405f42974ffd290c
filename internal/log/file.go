package log

import (
	"fmt"
	"os"
	"syscall"
)

// File is where a log goes: a file that is opened for appending, which may be
// opened again after it was rotated, or one of the standard streams.
type File struct {
	path string // "" of a standard stream
	file *os.File
}

// Open opens the log file at path, creating it when it is not there; "-" is
// the given standard stream.
func Open(path string, std *os.File) (*File, error) {
	if path == "-" {
		return &File{file: std}, nil
	}
	f, err := openAppend(path)
	if err != nil {
		return nil, err
	}
	return &File{path: path, file: f}, nil
}

// is says whether it is what Open gives for that path.
func (f *File) is(path string) bool { return f.path == path || f.path == "" && path == "-" }

// openAppend opens the file without the runtime's poller, which would hold on
// to the descriptor that Reopen replaces.
func openAppend(path string) (*os.File, error) {
	const flags = syscall.O_WRONLY | syscall.O_APPEND | syscall.O_CREAT | syscall.O_CLOEXEC
	for {
		fd, err := syscall.Open(path, flags, 0o666)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open log file %s: %w", path, err)
		}
		return os.NewFile(uintptr(fd), path), nil
	}
}

// Write appends p by one system call, unless the disk takes less.
func (f *File) Write(p []byte) (int, error) { return f.file.Write(p) }

// Reopen opens the path again, under the same descriptor, so that whoever
// writes meanwhile, and whoever holds OS, goes on without knowing. Standard output
// and error come along if they went to the same file. When it fails the old file
// stays. A standard stream is left alone.
func (f *File) Reopen() error {
	if f.path == "" {
		return nil
	}
	again, err := openAppend(f.path)
	if err != nil {
		return err
	}
	defer again.Close()
	streams := sameFile(f.file, os.Stdout, os.Stderr)
	if err := dup(int(again.Fd()), int(f.file.Fd())); err != nil {
		return fmt.Errorf("reopen log file %s: %w", f.path, err)
	}
	for _, s := range streams {
		if err := dupStream(int(again.Fd()), int(s.Fd())); err != nil {
			return fmt.Errorf("reopen log file %s as %s: %w", f.path, s.Name(), err)
		}
	}
	return nil
}

// sameFile lists those of others that are the same file as f.
func sameFile(f *os.File, others ...*os.File) (same []*os.File) {
	mine, err := f.Stat()
	if err != nil {
		return nil
	}
	for _, o := range others {
		if s, err := o.Stat(); err == nil && os.SameFile(mine, s) {
			same = append(same, o)
		}
	}
	return same
}

// OS is the open file, for a child process to inherit. It is f's own: it is
// not to be closed.
func (f *File) OS() *os.File { return f.file }

// Close closes the file; a standard stream stays open.
func (f *File) Close() error {
	if f.path == "" {
		return nil
	}
	return f.file.Close()
}
