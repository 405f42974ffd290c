package e2e

import (
	"fmt"
	"syscall"
)

// Scenarios in which workers hang, and in which there are to be more or fewer.

func (r *trial) hangWorker(times int) {
	for range times {
		victim := r.oneOf(r.workers())
		r.kill(victim, syscall.SIGSTOP)
		r.isGone(victim)
		r.served(50)
	}
}

// scale goes up and down by one, and sometimes by more at once.
func (r *trial) scale(times int) {
	for n := range times {
		up := 1 + n%3
		for range up {
			r.handled(syscall.SIGTTIN, "ttin")
		}
		r.has(2 + up)
		for range up {
			r.handled(syscall.SIGTTOU, "ttou")
		}
		r.has(2)
	}
}

// handled sends a signal and waits until the arbiter has it: the kernel makes one
// of two that come while nobody looks.
func (r *trial) handled(sig syscall.Signal, name string) {
	r.t.Helper()
	line := "Handling signal: " + name
	before := r.s.log.count(line)
	r.signal(sig)
	r.s.log.awaitN(r.t, line, before+1)
}

// has waits until so many processes run the app.
func (r *trial) has(n int) {
	r.t.Helper()
	running := r.workers
	if len(r.interpreters()) > 0 {
		running = r.interpreters
	}
	eventually(r.t, fmt.Sprintf("%d processes run the app", n), func() bool { return len(running()) == n })
}
