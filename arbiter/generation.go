package arbiter

import (
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// generation is the worker processes that one reading of the settings started.
type generation struct {
	cfg     Config
	members int // processes that run and were not told to end
	ready   int // of those, the ones that serve

	// booted is set once all of it has been ready together. Until then a process that
	// ends means that the generation cannot start; afterwards it is an accident.
	booted bool

	failures int       // processes in a row that did not live long
	notUntil time.Time // when the next process may be started
}

func newGeneration(cfg Config) *generation { return &generation{cfg: cfg} }

// worker is one worker process.
type worker struct {
	child
	generation *generation
	began      time.Time
	ready      bool
	told       bool      // it was told to end
	relieved   bool      // it was told to by "relieve", and not yet by "drain"
	draining   bool      // it was told to by "drain", and not yet by "quit"
	deadline   time.Time // when told: it is killed then
}

const (
	longLife    = 10 * time.Second // a process that lived longer is no sign of trouble
	firstDelay  = 100 * time.Millisecond
	longestWait = 30 * time.Second
)

// backoff is how long to wait before a process that died is replaced. The
// first time it is not at all: an accident is over when it is noticed.
func backoff(failures int) time.Duration {
	if failures <= 1 {
		return 0
	}
	return min(firstDelay<<min(failures-2, 20), longestWait)
}

// spawnMissing starts the processes that the generation lacks, and returns
// how long until it may be tried again.
func (a *Arbiter) spawnMissing(g *generation, now time.Time) time.Duration {
	for g.members < g.cfg.Processes {
		if wait := g.notUntil.Sub(now); wait > 0 {
			return wait
		}
		a.spawn(g, now)
		if a.stop != running || g != a.serving && g != a.coming {
			break // it could not be started, and that had consequences
		}
	}
	return idle
}

func (a *Arbiter) spawn(g *generation, now time.Time) {
	c, err := a.system.spawn(&g.cfg, a.sockets)
	if err != nil {
		a.log.Errorf("Worker could not be started: %v", err)
		a.lost(g, proc.Exit{Code: ExitWorkerBoot}, now, now)
		return
	}
	w := &worker{child: c, generation: g, began: now}
	g.members++
	a.workers[w] = struct{}{}
	a.system.watch(c,
		func(r report) { a.events <- func() { a.onReport(w, r) } },
		func(e proc.Exit) { a.events <- func() { a.onEnded(w, e) } })
}

func (a *Arbiter) onReport(w *worker, r report) {
	if r.kind == readyMessage && !w.ready {
		a.onReady(w)
	}
}

func (a *Arbiter) onReady(w *worker) {
	w.ready = true
	if w.draining {
		a.allowDraining(w) // it got ready while it was told, and may have begun to serve
	}
	if w.told {
		return
	}
	g := w.generation
	g.ready++
	if g.booted || g.ready < g.cfg.Processes {
		return
	}
	g.booted = true
	if g == a.coming {
		a.takeOver()
	} else {
		a.reloadOver() // a HUP may have come while this first generation started
	}
}

func (a *Arbiter) onEnded(w *worker, exit proc.Exit) {
	delete(a.workers, w)
	a.logEnded(w, exit)
	if w.told {
		return
	}
	g := w.generation
	g.members--
	if w.ready {
		g.ready--
	}
	if exit.OK() && w.ready && g == a.serving {
		return // it has served its max_requests, and said so; its place is free at once
	}
	a.lost(g, exit, w.began, a.system.now())
}

// logEnded says how a process ended, unless it was told to and obeyed.
func (a *Arbiter) logEnded(w *worker, exit proc.Exit) {
	switch {
	case exit.Signal != 0 && !w.told:
		a.log.Errorf("Worker (pid:%d) was sent %s!", w.Pid(), proc.SignalName(exit.Signal))
	case exit.Code != 0:
		a.log.Errorf("Worker (pid:%d) exited with code %d.", w.Pid(), exit.Code)
	case !w.told && !w.ready:
		a.log.Warningf("Worker (pid:%d) exited without being told to.", w.Pid())
	}
}

// lost decides what the unasked end of a process of the generation means.
func (a *Arbiter) lost(g *generation, exit proc.Exit, began, now time.Time) {
	switch {
	case a.stop != running:
	case g == a.coming:
		a.reloadFailed(exit)
	case !g.booted:
		a.halt(exit)
	default:
		if now.Sub(began) >= longLife {
			g.failures = 0
		}
		g.failures++
		g.notUntil = now.Add(backoff(g.failures))
		if wait := backoff(g.failures); wait > 0 {
			a.log.Warningf("The next worker is started in %v", wait)
		}
	}
}
