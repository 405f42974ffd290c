package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// What scenarios do to a server, and wait for.

// signal sends the arbiter a signal.
func (r *trial) signal(sig syscall.Signal) {
	r.t.Helper()
	if err := syscall.Kill(r.arbiter, sig); err != nil {
		r.t.Fatalf("%v to the arbiter: %v", sig, err)
	}
}

// reload sends so many HUPs and waits until a new process answers.
func (r *trial) reload(hups int) {
	r.t.Helper()
	before := r.load.Pids()
	for range hups {
		r.signal(syscall.SIGHUP)
	}
	r.newProcessServes(before)
}

// break_ makes the app one that cannot be started any more; mend undoes it.
func (r *trial) break_() { writeFile(r.t, r.s.dir, "broken", "") }

func (r *trial) mend() {
	if err := os.Remove(filepath.Join(r.s.dir, "broken")); err != nil {
		r.t.Fatal(err)
	}
}

// oneOf waits until there is a process to choose from.
func (r *trial) oneOf(some []process) process {
	r.t.Helper()
	if len(some) == 0 {
		r.t.Fatal("there is no process to break")
	}
	return some[r.dice.IntN(len(some))]
}

// kill sends a victim a signal that it cannot survive or refuse.
func (r *trial) kill(victim process, sig syscall.Signal) {
	r.victims[victim.pid] = true
	for _, p := range descendantsOf(victim.pid) {
		r.victims[p.pid] = true
	}
	r.blows++
	syscall.Kill(victim.pid, sig)
}

// serving waits until every interpreter has answered somebody, and lists them.
func (r *trial) serving() (all []process) {
	r.t.Helper()
	eventually(r.t, "every interpreter serves", func() bool {
		all = r.interpreters()
		served := r.load.Pids()
		return len(all) > 0 && !slices.ContainsFunc(all, func(p process) bool { return served[p.pid] == 0 })
	})
	return all
}

// anotherServes waits until a process other than the victim has answered somebody.
func (r *trial) anotherServes(victim process) {
	r.t.Helper()
	eventually(r.t, "another interpreter serves", func() bool {
		served := r.load.Pids()
		for _, p := range r.interpreters() {
			if p.pid != victim.pid && served[p.pid] > 0 {
				return true
			}
		}
		return false
	})
}

func (r *trial) isGone(victim process) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("process %d ends", victim.pid), func() bool { return !victim.alive() })
}
