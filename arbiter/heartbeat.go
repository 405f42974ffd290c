package arbiter

import (
	"fmt"
	"syscall"
	"time"
)

// abortTime is what an aborted worker has to write its stacks down.
const abortTime = 3 * time.Second

// lookAfter ends the workers that are not ready in time, or give no sign of life. It
// returns how long until the next one may be due.
func (a *Arbiter) lookAfter(now time.Time) time.Duration {
	a.excuse(now)
	next := idle
	for w := range a.workers {
		if left := w.patience(now); left > 0 {
			next = min(next, left)
		} else {
			a.losePatience(w, now)
		}
		if limit := w.generation.cfg.HeartbeatTimeout; limit > 0 {
			next = min(next, limit/4) // see excuse
		}
	}
	return next
}

// patience is how long the arbiter still waits for what is next from the worker.
func (w *worker) patience(now time.Time) time.Duration {
	cfg := &w.generation.cfg
	switch {
	case !w.abortUntil.IsZero():
		return w.abortUntil.Sub(now)
	case w.told:
		return idle // killOverdue's
	case !w.ready && cfg.BootTimeout > 0 && w.fault == "":
		return w.began.Add(cfg.bootLimit()).Sub(now)
	case w.ready && cfg.HeartbeatTimeout > 0:
		return w.heard.Add(cfg.HeartbeatTimeout).Sub(now)
	}
	return idle
}

// bootMargin is what a process gets that itself sees to it that its interpreters are ready
// in time: it can say more of why they are not.
const bootMargin = 10 * time.Second

func (cfg *Config) bootLimit() time.Duration {
	if cfg.Interpreters > 0 {
		return cfg.BootTimeout + bootMargin
	}
	return cfg.BootTimeout
}

func (a *Arbiter) losePatience(w *worker, now time.Time) {
	switch {
	case !w.abortUntil.IsZero():
		w.Kill()
		w.abortUntil = now.Add(idle) // the kernel does the rest
	case !w.ready:
		w.fault = fmt.Sprintf("was not ready within %v (boot_timeout)", w.generation.cfg.bootLimit())
		a.log.Errorf("Worker (pid:%d) %s and is killed", w.Pid(), w.fault)
		w.Kill()
	default:
		a.abort(w, now)
	}
}

// abort has a worker that hangs write down where, and end. It may have been stopped;
// then the signal is pending until it goes on.
func (a *Arbiter) abort(w *worker, now time.Time) {
	a.log.Criticalf("WORKER TIMEOUT (pid:%d)", w.Pid())
	w.fault = fmt.Sprintf("gave no sign of life for %v (heartbeat_timeout)", w.generation.cfg.HeartbeatTimeout)
	w.abortUntil = now.Add(abortTime)
	w.Signal(syscall.SIGABRT)
	w.Signal(syscall.SIGCONT)
}

// excuse is for the time in which it was the arbiter that slept, because it was stopped
// or the machine had no time for it: what the workers said meanwhile is still to be heard.
// lookAfter is called four times within the limit if all is well.
func (a *Arbiter) excuse(now time.Time) {
	slept := now.Sub(a.looked)
	a.looked = now
	for w := range a.workers {
		if limit := w.generation.cfg.HeartbeatTimeout; limit > 0 && slept > limit/2 {
			w.heard = now
		}
	}
}
