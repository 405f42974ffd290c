package arbiter

import (
	"slices"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/internal/restart"
)

// generation is the worker processes that one reading of the settings started.
type generation struct {
	cfg     Config
	sockets []*socket

	// What it is to be when nothing is under way: the settings' numbers, and what the
	// operator has made of them by TTIN, TTOU and WINCH. See want for what it is to be now.
	size         int // processes
	interpreters int // in the one process, for a WSGI app; else 0

	members int // processes that run and were not told to end
	ready   int // of those, the ones that serve

	// booted is set once all of it has been ready together. Until then a process that
	// ends means that the generation cannot start; afterwards it is an accident.
	booted bool

	// broken: its processes could not start, and are not tried again. The next generation is.
	broken bool

	spent []*worker // members that want a successor, the first come first

	deaths   restart.History
	limited  bool      // the last death went beyond restart_limit
	notUntil time.Time // when the next process may be started
}

func newGeneration(cfg Config, sockets []*socket) *generation {
	return &generation{cfg: cfg, sockets: sockets, size: cfg.Processes, interpreters: cfg.Interpreters}
}

// worker is one worker process.
type worker struct {
	child
	generation   *generation
	began        time.Time
	interpreters int // it was last told to keep so many

	ready bool
	heard time.Time // its last sign of life
	takes int       // as it said then: so many take requests in it

	abortUntil time.Time // it was aborted, and is killed then; zero: it was not
	fault      string    // why it was killed or aborted; "" when it was not
	deaf       bool      // it has not answered a reload

	told     bool      // it was told to end, and counts no more
	relieved bool      // it was told to by "relieve", and not yet by "drain"
	draining bool      // it was told to by "drain", and not yet by "quit"
	deadline time.Time // when told: it is killed then
}

// want is how many processes the generation should have now. All that a reload,
// a scaling or a successor does to it comes out of this number: spawnMissing
// and relieveExcess bring it about.
func (a *Arbiter) want(g *generation) int {
	switch {
	case g.broken:
		return 0
	case g == a.coming:
		return min(g.size, g.ready+surge(g))
	case g == a.leaving: // a reload failed half-way: as long as they are needed
		return max(0, a.serving.size-a.serving.ready)
	case g != a.serving:
		return 0
	case a.coming != nil && surge(a.coming) < a.coming.size:
		return max(0, g.size-a.coming.ready) // each new one has taken a place
	case a.coming == nil && len(g.spent) > 0:
		return g.size + 1 // with the successor of the first
	}
	return g.size
}

// surge is how many processes of a coming generation are on the way at a time.
func surge(g *generation) int {
	if n := g.cfg.ReloadSurge; n > 0 {
		return n
	}
	return g.size
}

// spawnMissing starts the processes that the generation lacks, and returns
// how long until it may be tried again.
func (a *Arbiter) spawnMissing(g *generation, now time.Time) time.Duration {
	if g == a.leaving {
		return idle
	}
	for a.stop == running && g.members < a.want(g) {
		if wait := g.notUntil.Sub(now); wait > 0 {
			return wait
		}
		a.spawn(g, now)
	}
	return idle
}

func (a *Arbiter) spawn(g *generation, now time.Time) {
	cfg := g.cfg
	cfg.Interpreters = g.interpreters
	c, err := a.system.spawn(&cfg, g.sockets)
	if err != nil {
		a.log.Errorf("Worker could not be started: %v", err)
		a.lost(g, proc.Exit{Code: ExitWorkerBoot}, "a new worker could not be started: "+err.Error())
		return
	}
	w := &worker{child: c, generation: g, began: now, interpreters: g.interpreters}
	g.members++
	a.workers[w] = struct{}{}
	a.system.watch(c,
		func(r report) { a.events <- func() { a.onReport(w, r) } },
		func(e proc.Exit) { a.events <- func() { a.onEnded(w, e) } })
}

func (a *Arbiter) onReport(w *worker, r report) {
	w.heard = a.system.now()
	switch r.kind {
	case readyMessage:
		if !w.ready {
			a.onReady(w)
		}
	case aliveMessage:
		w.takes = r.n
	case spentMessage:
		a.onSpent(w, r.text)
	case reloadedMessage:
		a.onRenewed(w, "")
	case failedMessage:
		a.onRenewed(w, r.text)
	case filesMessage:
		a.onFiles(r.files)
	}
}

func (a *Arbiter) onReady(w *worker) {
	w.ready = true
	w.takes = max(w.generation.interpreters, 1) // until it says so itself
	if w.draining {
		a.allowDraining(w) // it got ready while it was told, and may have begun to serve
	}
	if w.told {
		return
	}
	w.generation.ready++
	a.settle()
}

// settle is called when a generation may be complete.
func (a *Arbiter) settle() {
	if g := a.coming; g != nil && g.ready >= g.size {
		g.booted = true
		a.takeOver()
	}
	if g := a.serving; !g.booted && g.ready >= g.size {
		g.booted = true
		a.reloadOver() // a HUP may have come while this first generation started
	}
	if a.serving.booted {
		a.answerAll()
	}
}

// leave takes a worker out of its generation: it was told to end, or has ended.
func (w *worker) leave() {
	g := w.generation
	g.members--
	if w.ready {
		g.ready--
	}
	g.spent = slices.DeleteFunc(g.spent, func(other *worker) bool { return other == w })
}
