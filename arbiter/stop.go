package arbiter

import (
	"fmt"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// stopState is how the server is ending; it only ever goes on to the next.
type stopState int

const (
	running  stopState = iota
	graceful           // workers finish what is in flight
	quick              // workers were told to quit
)

const (
	// quitTimeout is how long a worker that was told to quit may take.
	quitTimeout = 2 * time.Second
	// drainMargin is what a worker gets beyond its graceful timeout, to cut
	// what is left by itself before it is killed.
	drainMargin = time.Second
)

// onTERM stops gracefully, after drain_delay; another one means that the operator
// has waited enough.
func (a *Arbiter) onTERM() {
	switch {
	case a.stop != running:
		a.onQUIT()
	case a.cfg.DrainDelay > 0 && !a.delayed() && a.serving.booted:
		a.drainAt = a.system.now().Add(a.cfg.DrainDelay)
		a.log.Infof("Serving for another %v before the graceful stop", a.cfg.DrainDelay)
	default:
		a.stopAll(graceful)
	}
}

// delayed says whether the server is told to end and goes on serving for a while:
// whoever sends it clients sees that it is not ready, and needs a moment to act on
// that. Until then all is as ever, but that no reload is begun.
func (a *Arbiter) delayed() bool { return a.stop == running && !a.drainAt.IsZero() }

// endDelay begins the graceful stop when drain_delay is over, and returns how long
// until then.
func (a *Arbiter) endDelay(now time.Time) time.Duration {
	if !a.delayed() {
		return idle
	}
	if left := a.drainAt.Sub(now); left > 0 {
		return left
	}
	a.stopAll(graceful)
	return idle
}

// onQUIT stops quickly; another one, at once.
func (a *Arbiter) onQUIT() {
	switch a.stop {
	case running:
		a.stopAll(quick)
	case graceful:
		a.log.Infof("Quick shutdown requested")
		a.stopAll(quick)
	case quick:
		for w := range a.workers {
			w.Kill()
		}
	}
}

// halt stops the server because a worker of its first generation could not
// start: it would not the next time either.
func (a *Arbiter) halt(exit proc.Exit) {
	a.exitCode, a.reason = ExitWorkerBoot, "Worker failed to boot."
	if exit.Signal == 0 && exit.Code == ExitAppLoad {
		a.exitCode, a.reason = ExitAppLoad, "App failed to load."
	}
	a.stopAll(graceful)
}

// stopAll closes our side of the listening sockets, as no other worker will
// be started, and tells every worker to end.
func (a *Arbiter) stopAll(how stopState) {
	a.stop = how
	if a.coming != nil {
		a.closeThose(a.coming.sockets, a.sockets)
	}
	if how == graceful && !a.shared() {
		a.closeDoors()
	}
	a.closeSockets()
	if a.successor != nil {
		a.keepHealth(nil) // it answers
	}
	for w := range a.workers {
		if how == graceful {
			a.drain(w)
		} else {
			a.quit(w)
		}
	}
}

// closeDoors has no more clients connect. A socket that was passed to this process
// may be somebody else's too, and stays as it is.
func (a *Arbiter) closeDoors() {
	for _, s := range a.sockets {
		if !s.tcp {
			continue
		}
		if err := s.closeDoor(); err != nil {
			a.log.Debugf("%v", err)
		}
	}
}

// drain tells a worker to finish what it has in flight. One that is not ready has
// nothing, and is not waited for; if it was about to say that it is, see onReady.
// One that a reload has relieved is told again when the server stops: then there
// is somebody who waits, unless the server goes on in another arbiter. So is there when
// nobody is to take its place.
func (a *Arbiter) drain(w *worker) {
	verb := relieveMessage
	if a.successor == nil && (a.stop != running || a.serving.size == 0) {
		verb = drainMessage
	}
	if w.told && !(w.relieved && verb == drainMessage) {
		return
	}
	w.relieved = verb == relieveMessage
	limit := w.generation.cfg.GracefulTimeout
	a.tell(w, fmt.Sprintf("%s %g", verb, limit.Seconds()), quitTimeout)
	w.draining = true
	if w.ready {
		a.allowDraining(w)
	}
}

// allowDraining gives a draining worker all the time that it may take.
func (a *Arbiter) allowDraining(w *worker) {
	w.deadline = a.system.now().Add(w.generation.cfg.GracefulTimeout + drainMargin)
}

// quit tells a worker to end at once.
func (a *Arbiter) quit(w *worker) {
	a.tell(w, quitMessage, quitTimeout)
	w.draining = false
}

func (a *Arbiter) tell(w *worker, message string, limit time.Duration) {
	if !w.told {
		w.told = true
		w.leave()
	}
	w.deadline = a.system.now().Add(limit)
	if err := w.Send(message); err != nil {
		a.log.Debugf("Worker (pid:%d) cannot be told: %v", w.Pid(), err)
		w.Kill() // it has ended, or listens to nobody
	}
}

// killOverdue kills the workers that were told to end and have not, and returns
// how long until the next one is overdue.
func (a *Arbiter) killOverdue(now time.Time) time.Duration {
	next := idle
	for w := range a.workers {
		if !w.told {
			continue
		}
		if left := w.deadline.Sub(now); left > 0 {
			next = min(next, left)
			continue
		}
		a.log.Warningf("Worker (pid:%d) has not ended in time and is killed", w.Pid())
		w.Kill()
		w.deadline = now.Add(idle) // said once; the kernel does the rest
	}
	return next
}
