package stacks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Signal asks a process for its stacks. It is a real-time signal that no
// application is known to use: C libraries take the lowest, valgrind the highest.
const Signal = syscall.Signal(63)

// fileName is what the file in memory is called, and link what /proc says of it.
const (
	fileName = "srv-stacks"
	link     = "/memfd:" + fileName + " (deleted)"
)

const (
	lookEvery  = 5 * time.Millisecond
	quietLooks = 4       // looks without news after which all is written
	slowLooks  = 40      // the same when the process still seems to be at it
	maxKept    = 1 << 20 // bytes of older stacks in the file; then it is emptied
)

// The reasons why a process has no stacks to show.
var (
	ErrNoProcess  = errors.New("there is no such process")
	ErrStranger   = errors.New("it is not a process of srv")
	ErrPermission = errors.New("permission denied: its stacks are for its own user and for root")
)

// NewFile makes the file for a process's stacks. It is the caller's.
func NewFile() (*os.File, error) {
	fd, err := unix.MemfdCreate(fileName, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fileName, os.NewSyscallError("memfd_create", err))
	}
	// Append mode belongs to the open file, so whoever inherits it has it too.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, unix.O_APPEND); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("%s: %w", fileName, os.NewSyscallError("fcntl", err))
	}
	return os.NewFile(uintptr(fd), fileName), nil
}

// Take has the process write its stacks down and returns them. The given function
// sends it the signal; limit is how long it may take to write. An error says why
// there are none: one of the above, or that the process did not answer.
func Take(pid int, signal func(syscall.Signal) error, limit time.Duration) (string, error) {
	f, err := open(pid)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if !catches(pid) {
		return "", errors.New("it is just starting, or cannot write its stacks")
	}
	before, err := makeRoom(f)
	if err != nil {
		return "", err
	}
	if err := signal(Signal); errors.Is(err, syscall.EPERM) {
		return "", ErrPermission
	} else if err != nil {
		return "", err
	}
	if !await(pid, f, before, limit) {
		return "", fmt.Errorf("it does not answer, %s", state(pid))
	}
	text, err := io.ReadAll(io.NewSectionReader(f, before, 1<<40))
	return string(text), err
}

// open opens the process's file. One that has several got its own first: the
// others are on their way to its children.
func open(pid int) (*os.File, error) {
	dir := filepath.Join(proc(pid), "fd")
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, ErrNoProcess
	case errors.Is(err, fs.ErrPermission):
		return nil, ErrPermission
	case err != nil:
		return nil, err
	}
	var found []int
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil && to == link {
			fd, _ := strconv.Atoi(e.Name())
			found = append(found, fd)
		}
	}
	switch {
	case len(found) > 0:
	case strings.HasPrefix(field(pid, "State"), "Z"): // dead, and not reaped yet
		return nil, ErrNoProcess
	default:
		return nil, ErrStranger
	}
	f, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(slices.Min(found))), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		err = ErrPermission
	}
	return f, err
}

// makeRoom empties a file that has grown large, and gives its size.
func makeRoom(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil || info.Size() < maxKept {
		return size(f), err
	}
	return 0, f.Truncate(0)
}

func size(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// await waits until the file has grown and does not grow any more. A main thread
// that has the signal blocked is probably in the handler still; it is not waited
// for without end, because some block it for good.
func await(pid int, f *os.File, before int64, limit time.Duration) bool {
	last, quiet := before, 0
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(lookEvery) {
		now := size(f)
		if now != last || now <= before {
			last, quiet = now, 0
			continue
		}
		if quiet++; quiet >= slowLooks || quiet >= quietLooks && !blocks(pid) {
			return true
		}
	}
	return last > before
}
