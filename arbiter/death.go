package arbiter

import (
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

func (a *Arbiter) onEnded(w *worker, exit proc.Exit) {
	delete(a.workers, w)
	a.logEnded(w, exit)
	a.renewerEnded(w, exit)
	if w.told {
		return
	}
	w.leave()
	a.lost(w.generation, exit, w.epitaph(exit))
}

// epitaph says why a worker that was not told to end has ended.
func (w *worker) epitaph(exit proc.Exit) string {
	switch {
	case w.fault != "":
		return "a new worker " + w.fault
	case w.ready:
		return "a new worker ended (" + exit.String() + ")"
	}
	return "a new worker ended before it was ready (" + exit.String() + ")"
}

// logEnded says how a process ended, unless it was told to and obeyed.
func (a *Arbiter) logEnded(w *worker, exit proc.Exit) {
	switch {
	case exit.Signal != 0 && !w.told:
		a.log.Errorf("Worker (pid:%d) was sent %s!%s", w.Pid(), proc.SignalName(exit.Signal), known(exit))
	case exit.Code != 0:
		a.log.Errorf("Worker (pid:%d) exited with code %d.", w.Pid(), exit.Code)
	case !w.told:
		a.log.Warningf("Worker (pid:%d) exited without being told to.", w.Pid())
	}
}

// known is what is known of why a process was killed.
func known(exit proc.Exit) string {
	if exit.OutOfMemory == "" {
		return ""
	}
	return " " + exit.OutOfMemory
}

// lost decides what the unasked end of a process of the generation means.
func (a *Arbiter) lost(g *generation, exit proc.Exit, why string) {
	switch {
	case a.stop != running || g == a.leaving:
	case g == a.coming:
		a.reloadFailed(why)
	case !g.booted && a.cfg.Watch != nil:
		a.awaitChange(g, exit)
	case !g.booted:
		a.halt(exit)
	default:
		a.mourn(g)
	}
}

// mourn puts off the next start, as far as the deaths so far demand it.
func (a *Arbiter) mourn(g *generation) {
	now, policy := a.system.now(), g.cfg.Restarts
	pause, limited := g.deaths.Died(policy, now)
	if limited && !g.limited {
		a.log.Criticalf("%d workers died within %v (restart_limit, restart_window): none is started for %v",
			policy.Limit+1, policy.Window, pause.Round(time.Millisecond))
	} else if pause > 0 {
		a.log.Warningf("The next worker is started in %v", pause.Round(time.Millisecond))
	}
	g.limited = limited
	if next := now.Add(pause); next.After(g.notUntil) {
		g.notUntil = next
	}
}
