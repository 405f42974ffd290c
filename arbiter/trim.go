package arbiter

import (
	"fmt"
	"slices"
)

// relieveExcess relieves the members that the generation has beyond what it should
// have: after TTOU, during a rolling reload, and a spent one whose successor is ready.
func (a *Arbiter) relieveExcess(g *generation) {
	if a.coming == nil && g == a.serving && len(g.spent) > 0 && g.ready > g.size {
		a.drain(g.spent[0])
	}
	for g.members > a.want(g) {
		a.drain(a.mostDispensable(g))
	}
}

// mostDispensable is the member of the generation that can best be done without: one
// that is not ready, or hangs, then one that is spent, then the youngest.
func (a *Arbiter) mostDispensable(g *generation) (most *worker) {
	for w := range a.workers {
		if w.generation == g && !w.told && (most == nil || w.moreDispensable(most)) {
			most = w
		}
	}
	return most
}

func (w *worker) moreDispensable(than *worker) bool {
	if a, b := w.use(), than.use(); a != b {
		return a < b
	}
	if !w.began.Equal(than.began) {
		return w.began.After(than.began)
	}
	return w.Pid() > than.Pid()
}

// use is how much good a worker does: the less, the sooner it can be done without.
func (w *worker) use() int {
	switch {
	case !w.ready || !w.abortUntil.IsZero():
		return 0
	case w.isSpent():
		return 1
	}
	return 2
}

func (w *worker) isSpent() bool { return slices.Contains(w.generation.spent, w) }

// onSpent: a worker wants a successor. It serves until that is ready; of several,
// one after the other is succeeded, so that capacity neither drops nor doubles.
func (a *Arbiter) onSpent(w *worker, reason string) {
	if w.told || w.isSpent() {
		return
	}
	a.log.As(w.Pid()).Infof("Autorestarting worker: %s", reason)
	w.generation.spent = append(w.generation.spent, w)
}

// rescale tells the workers of the generation how many interpreters to keep, those
// that do not know yet: a burst of TTINs is one message. One that is reloading is told
// afterwards.
func (a *Arbiter) rescale(g *generation) {
	for w := range a.workers {
		if w.generation != g || w.told || !w.ready || w.interpreters == g.interpreters || a.isRenewing(w) {
			continue
		}
		w.interpreters = g.interpreters
		if err := w.Send(fmt.Sprintf("%s %d", scaleMessage, g.interpreters)); err != nil {
			a.log.Debugf("Worker (pid:%d) cannot be scaled: %v", w.Pid(), err)
		}
	}
}
