package proc

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Spec says which process to start.
type Spec struct {
	Path string   // the program; not looked up in $PATH
	Args []string // with the name that it is to see as its own at the front
	Env  []string // NAME=value; nil is this process's own environment
	Dir  string   // "" is this process's own

	// Files are passed by name. They stay the caller's, who may close them as
	// soon as Start has returned. A net.Listener's or net.Conn's File method
	// gives a file that becomes blocking when it is passed, for this process
	// too; files made by os.NewFile are passed as they are.
	Files map[string]*os.File

	// Credential is who the process runs as; nil is as this one does.
	Credential *syscall.Credential

	// The standard streams; nil is /dev/null for Stdin, and this process's own for the others.
	Stdin, Stdout, Stderr *os.File
}

// Process is a child process. Its methods may be called from any goroutine, at any
// time: a signal never reaches a stranger that has got the process's number.
type Process struct {
	process *os.Process
	control *Control
	done    chan struct{}
	exit    Exit // written before done is closed
	memory  *oomWatch
	killed  atomic.Bool // by us
}

// Start starts a process. It is reaped as soon as it ends, whether anybody
// waits for it or not.
func Start(spec Spec) (*Process, error) {
	ours, theirs, err := socketpair()
	if err != nil {
		return nil, fmt.Errorf("start %s: control channel: %w", spec.Path, err)
	}
	defer theirs.Close()
	attr, err := spec.attr(theirs)
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	process, err := fork(spec.Path, spec.Args, attr)
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("start %s: %w", spec.Path, err)
	}
	return watch(process, ours), nil
}

// watch is a child process, from the moment that it exists.
func watch(process *os.Process, control *os.File) *Process {
	p := &Process{process: process, control: newControl(control, func() {}), done: make(chan struct{}), memory: kernel.watchOOM(process.Pid)}
	go p.reap()
	return p
}

// ControlPair makes a control channel for a child that another process forks: ours
// for [Adopt], theirs to be passed on. Both are the caller's.
func ControlPair() (ours, theirs *os.File, err error) { return socketpair() }

// Adopt takes over a process that has become a child of this one after another had
// forked it; see [Subreaper]. It takes over the control channel too.
func Adopt(pid int, control *os.File) *Process {
	family.Lock()
	family.pids[pid] = true
	family.Unlock()
	process, _ := os.FindProcess(pid) // which never fails on Unix
	return watch(process, control)
}

// attr arranges the child's descriptors and tells it their names.
func (s *Spec) attr(control *os.File) (*os.ProcAttr, error) {
	null, err := devNull()
	if err != nil {
		return nil, err
	}
	files := []*os.File{cmp.Or(s.Stdin, null), cmp.Or(s.Stdout, os.Stdout), cmp.Or(s.Stderr, os.Stderr), control}
	names := []string{controlName}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		files = append(files, s.Files[name])
		names = append(names, name)
	}
	env := s.Env
	if env == nil {
		env = os.Environ()
	}
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, FilesVariable+"=") })
	env = append(env, FilesVariable+"="+formatFiles(names))
	sys := dieWithParent()
	sys.Credential = s.Credential
	return &os.ProcAttr{Dir: s.Dir, Env: env, Files: files, Sys: sys}, nil
}

// reap learns how the process ended. The control channel may be held open by
// what the process left behind; it is given a moment to deliver last words.
func (p *Process) reap() {
	state, err := p.process.Wait()
	if err == nil {
		if p.exit = ExitOf(state); p.exit.Signal == syscall.SIGKILL && !p.killed.Load() {
			p.exit.OutOfMemory = p.memory.verdict()
		}
	} else {
		p.exit = Exit{Code: -1} // somebody else has reaped it
	}
	bury(p.process.Pid)
	p.control.conn.SetReadDeadline(time.Now().Add(lastWords))
	close(p.done)
}

// Pid is the process's number; of a process that has ended too.
func (p *Process) Pid() int { return p.process.Pid }

// Send sends the child a message; see [Control.Send].
func (p *Process) Send(message string) error { return p.control.Send(message) }

// Messages yields what the child sends. It is closed when the child has closed
// its side or has ended; what it sent before is delivered first.
func (p *Process) Messages() <-chan string { return p.control.Messages() }

// Done is closed when the process has ended and is reaped.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits until the process has ended and says how.
func (p *Process) Wait() Exit {
	<-p.done
	return p.exit
}

// Signal sends a signal. To a process that has ended it does nothing.
func (p *Process) Signal(s syscall.Signal) error {
	if s == syscall.SIGKILL {
		p.killed.Store(true)
	}
	err := p.process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Kill ends the process at once.
func (p *Process) Kill() error { return p.Signal(syscall.SIGKILL) }
