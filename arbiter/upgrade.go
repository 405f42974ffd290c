package arbiter

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// An upgrade goes through: onUSR2, the program's file is started again as another arbiter on
// the same sockets, and both serve. Then either this one is told to end and the other,
// which sees that, is promoted; or the other one is told to end, and all is
// as before. Until its promotion the other one bears a ".2": in its title, in the
// name of its pidfile and in its log lines.

// successor is the arbiter that this one has started.
type successor struct {
	pid      int
	lifeline *os.File // closes when this process ends, and tells the successor so
}

// inherit takes over what this process was started with, by another arbiter or by
// the service manager.
func (a *Arbiter) inherit() (err error) {
	a.starter = receiveStarter()
	if a.estate, err = receiveEstate(); err == nil && a.estate == nil {
		a.estate, err = activatedEstate()
	}
	if err != nil || a.estate == nil {
		return err
	}
	a.parent, a.activated = a.estate.parent, a.estate.activated > 0
	if e := a.estate; a.parent != 0 {
		go func() {
			e.await()
			a.events <- a.promote
		}()
	}
	return nil
}

// settleEstate is called when the sockets are bound: what this arbiter has no use for
// is left behind.
func (a *Arbiter) settleEstate() {
	if a.estate == nil {
		return
	}
	for _, s := range a.estate.sockets {
		s.close(false)
		if s.path != "" {
			a.leftBehind = append(a.leftBehind, s.path)
		}
	}
	if a.estate.stderr != nil {
		proc.Redirect(os.Stderr, a.estate.stderr)
		a.estate.stderr.Close()
	}
	a.estate = nil
}

func (a *Arbiter) onUSR2() {
	switch {
	case a.stop != running:
		a.log.Warningf("USR2 signal ignored. The server stops.")
	case a.successor != nil:
		a.log.Warningf("USR2 signal ignored. Child exists.")
	case a.parent != 0:
		a.log.Warningf("USR2 signal ignored. Parent exists.")
	default:
		a.reexec()
	}
}

func (a *Arbiter) reexec() {
	h := handover{Parent: os.Getpid()}
	if a.activated {
		h.Activated = len(a.sockets)
	}
	next, err := a.system.reexec(h, append(slices.Clone(a.sockets), a.healthSockets()...), a.log.File(), func(e proc.Exit) {
		a.events <- func() { a.onSuccessorEnded(e) }
	})
	if err != nil {
		a.log.Errorf("Upgrade failed: %v. This server goes on as before.", err)
		return
	}
	a.successor = next
	a.log.Infof("Upgrade: started %s as another arbiter (pid: %d)", startPath, next.pid)
}

// onSuccessorEnded means that the upgrade is rolled back, or has never come to anything.
func (a *Arbiter) onSuccessorEnded(exit proc.Exit) {
	pid := a.successor.pid
	a.successor.lifeline.Close()
	a.successor = nil
	switch {
	case a.stop != running:
		a.log.Errorf("The other arbiter (pid: %d) ended with %v while this one stops: nobody takes over.", pid, exit)
	case exit.OK():
		a.log.Infof("Upgrade undone: the other arbiter (pid: %d) has ended. This server goes on.", pid)
	default:
		a.log.Errorf("Upgrade failed: the other arbiter (pid: %d) ended with %v. This server goes on as before.", pid, exit)
	}
}

// promote makes this arbiter the only one: the one that started it has ended.
func (a *Arbiter) promote() {
	ended, temporary := a.parent, a.pidfile
	a.parent = 0
	a.showTitle()
	a.system.notify(fmt.Sprintf("MAINPID=%d", os.Getpid()))
	a.pidfile = pidfile{a.cfg.Pidfile}
	if err := a.pidfile.claim(ended); err != nil {
		a.log.Errorf("%v", err)
	}
	temporary.remove()
	for _, path := range a.leftBehind {
		os.Remove(path)
	}
	a.leftBehind = nil
	a.log.Infof("Master has been promoted.")
}

// suffix tells the arbiter of an upgrade from the one that started it.
func (a *Arbiter) suffix() string {
	if a.parent != 0 {
		return ".2"
	}
	return ""
}

// showTitle has ps show what this process is.
func (a *Arbiter) showTitle() { a.system.setTitle(masterTitle(a.cfg.Name + a.suffix())) }

// claimPidfile writes the pidfile that the settings want.
func (a *Arbiter) claimPidfile() error {
	next := pidfile{}
	if a.cfg.Pidfile != "" {
		next.path = a.cfg.Pidfile + a.suffix()
	}
	if err := next.claim(0); err != nil {
		return err
	}
	a.pidfile = next
	return nil
}

// shared says whether others serve on the listening sockets, or will, so that their
// files have to stay.
func (a *Arbiter) shared() bool { return a.successor != nil || a.parent != 0 || a.activated }

// reexec starts the program again, from the path that it was started by, hands the sockets over
// and tells when it has ended. Errors that it prints before it has a log go to ours.
func reexec(h handover, sockets []*socket, log *os.File, ended func(proc.Exit)) (*successor, error) {
	r, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	files := []*os.File{os.Stdin, os.Stdout, log}
	for _, s := range sockets {
		h.Sockets = append(h.Sockets, handedSocket{Bind: s.bind, Path: s.path})
		files = append(files, s.file)
	}
	process, err := os.StartProcess(startPath, os.Args, &os.ProcAttr{
		Dir: startDir, Files: append(files, r, os.Stderr), Env: append(successorEnviron(), h.encode()),
	})
	if err != nil {
		lifeline.Close()
		return nil, fmt.Errorf("start %s: %w", startPath, errors.Unwrap(err))
	}
	go func() { ended(waitFor(process)) }()
	return &successor{pid: process.Pid, lifeline: lifeline}, nil
}

// successorEnviron is this process's own environment, but that the watchdog is no longer
// for this process alone.
func successorEnviron() []string { return strip(os.Environ(), "WATCHDOG_PID=") }

func waitFor(process *os.Process) proc.Exit {
	state, err := process.Wait()
	if err != nil {
		return proc.Exit{Code: -1} // somebody else has reaped it
	}
	return proc.ExitOf(state)
}
