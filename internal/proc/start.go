package proc

import (
	"os"
	"runtime"
	"sync"
	"syscall"
)

// devNull is every child's standard input that has no other.
var devNull = sync.OnceValues(func() (*os.File, error) { return os.Open(os.DevNull) })

// fork starts a process from the one thread that starts all of them. The
// kernel ties the parent-death signal to the THREAD that forked: a thread that the
// runtime retires would take its children along, while the process lives.
func fork(path string, args []string, attr *os.ProcAttr) (*os.Process, error) {
	starter.Do(func() { go serveForks() })
	done := make(chan struct{})
	var process *os.Process
	var err error
	forks <- func() {
		defer close(done)
		family.Lock()
		defer family.Unlock()
		if process, err = os.StartProcess(path, args, attr); err == nil {
			family.pids[process.Pid] = true
		}
	}
	<-done
	return process, err
}

// family are the children that are waited for by those who have started them. Its lock
// is held from before a fork until the child is entered, so that whoever holds it
// knows them all.
var family = struct {
	sync.Mutex
	pids map[int]bool
}{pids: map[int]bool{}}

// bury takes a child that is reaped out of the family.
func bury(pid int) {
	family.Lock()
	defer family.Unlock()
	delete(family.pids, pid)
}

var (
	starter sync.Once
	forks   = make(chan func())
)

// serveForks never returns: its thread lives as long as the process.
func serveForks() {
	runtime.LockOSThread()
	for f := range forks {
		f()
	}
}

func controlFiles(pair [2]int) (ours, theirs *os.File, err error) {
	if err := syscall.SetNonblock(pair[0], true); err != nil {
		syscall.Close(pair[0])
		syscall.Close(pair[1])
		return nil, nil, os.NewSyscallError("set nonblocking", err)
	}
	return os.NewFile(uintptr(pair[0]), controlName), os.NewFile(uintptr(pair[1]), controlName), nil
}
