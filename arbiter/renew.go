package arbiter

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// renewal is a reload that the serving worker process does by itself: it keeps its clients,
// and its interpreters are replaced.
type renewal struct {
	worker   *worker
	next     *generation // of which only what it should be counts: it gets no process
	deadline time.Time   // zero: none
}

// renewable is the worker process that can go by the settings of next without being
// replaced; nil when it takes a new process.
func (a *Arbiter) renewable(next *generation) *worker {
	g := a.serving
	if next.interpreters == 0 || next.cfg.Engine == nil || g.members != 1 || g.ready != 1 ||
		!bytes.Equal(next.cfg.Engine, g.cfg.Engine) || !slices.Equal(next.sockets, a.sockets) {
		return nil
	}
	for w := range a.workers {
		if w.generation == g && !w.told && !w.deaf && w.abortUntil.IsZero() {
			return w
		}
	}
	return nil
}

func (a *Arbiter) renew(w *worker, next *generation) {
	if err := w.Send(reloadMessage + " " + string(next.cfg.Blob)); err != nil {
		a.log.Debugf("Worker (pid:%d) cannot be told to reload: %v", w.Pid(), err)
		a.coming = next
		return
	}
	a.renewing = &renewal{worker: w, next: next}
	if limit := renewalLimit(&next.cfg); limit > 0 {
		a.renewing.deadline = a.system.now().Add(limit)
	}
}

// renewalLimit is how long a reload in place may take: as many interpreters one after the
// other as the surge demands, each booted and the one before it drained. 0: any time.
func renewalLimit(cfg *Config) time.Duration {
	if cfg.BootTimeout <= 0 {
		return 0
	}
	waves := 1
	if n := cfg.ReloadSurge; n > 0 {
		waves = (cfg.Interpreters + n - 1) / n
	}
	return time.Duration(waves)*(cfg.BootTimeout+cfg.GracefulTimeout) + bootMargin
}

func (a *Arbiter) isRenewing(w *worker) bool { return a.renewing != nil && a.renewing.worker == w }

// onRenewed takes the worker's answer; failure is "" when it goes by the new settings.
func (a *Arbiter) onRenewed(w *worker, failure string) {
	if !a.isRenewing(w) {
		return // too late
	}
	next := a.renewing.next
	if failure != "" {
		a.renewalFailed(failure)
		return
	}
	a.renewing = nil
	w.interpreters = next.cfg.Interpreters
	g := a.serving
	g.cfg, g.interpreters = next.cfg, next.interpreters
	a.adopt(g.cfg)
	a.log.Infof("Reloaded: worker (pid:%d) goes by the new settings", w.Pid())
	a.reloadOver()
}

// renewalFailed leaves all as it was: a process that takes this one's place goes by the
// settings of before.
func (a *Arbiter) renewalFailed(why string) {
	a.renewing = nil
	a.refuse(why)
}

// renewalOverdue gives up a reload that is not answered, and returns how long until then. The
// next one takes another process.
func (a *Arbiter) renewalOverdue(now time.Time) time.Duration {
	r := a.renewing
	if r == nil || r.deadline.IsZero() {
		return idle
	}
	if left := r.deadline.Sub(now); left > 0 {
		return left
	}
	r.worker.deaf = true
	a.renewalFailed(fmt.Sprintf("the worker process (pid:%d) has not answered in time", r.worker.Pid()))
	return 0
}

// renewerEnded: whoever ends while it reloads takes the reload with it.
func (a *Arbiter) renewerEnded(w *worker, exit proc.Exit) {
	if a.isRenewing(w) {
		a.renewing = nil
		if a.stop == running {
			a.refuse(fmt.Sprintf("the worker process (pid:%d) ended meanwhile (%v)", w.Pid(), exit))
		}
	}
}
