package arbiter

import (
	"slices"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// A reload goes through: onHUP, the settings are read (elsewhere: that may run
// Python), onLoaded, the coming generation starts, and either takeOver, when
// all of it is ready, or reloadFailed. HUPs that come meanwhile are one more
// reload afterwards, so that the newest settings always win.

func (a *Arbiter) onHUP() {
	if a.stop != running {
		return
	}
	a.log.Infof("Hang up: Master")
	if !a.serving.booted || a.coming != nil || a.loading {
		a.reloadAgain = true
		return
	}
	a.loading = true
	go func() {
		cfg, err := a.reload()
		a.events <- func() { a.onLoaded(cfg, err) }
	}()
}

func (a *Arbiter) onLoaded(cfg Config, err error) {
	a.loading = false
	switch {
	case a.stop != running:
	case err != nil:
		a.log.Errorf("Reload failed: %v. The workers keep serving with the settings they have.", err)
		a.reloadOver()
	default:
		a.keepFixed(&cfg)
		a.coming = newGeneration(cfg)
	}
}

// keepFixed puts back what a reload cannot change, and says so.
func (a *Arbiter) keepFixed(cfg *Config) {
	if !slices.Equal(cfg.Bind, a.cfg.Bind) || cfg.Backlog != a.cfg.Backlog || cfg.Umask != a.cfg.Umask {
		a.log.Warningf("A reload does not change the listening sockets; restart for that")
	}
	if cfg.Pidfile != a.cfg.Pidfile {
		a.log.Warningf("A reload does not change the pidfile; restart for that")
	}
	cfg.Bind, cfg.Backlog, cfg.Umask, cfg.Pidfile = a.cfg.Bind, a.cfg.Backlog, a.cfg.Umask, a.cfg.Pidfile
}

// takeOver makes the coming generation the serving one; the one before ends.
func (a *Arbiter) takeOver() {
	before := a.serving
	a.serving, a.coming = a.coming, nil
	a.cfg = a.serving.cfg
	a.system.setTitle(masterTitle(a.cfg.Name))
	for w := range a.workers {
		if w.generation == before {
			a.drain(w)
		}
	}
	a.reloadOver()
}

// reloadFailed gives the coming generation up. The serving one was not touched.
func (a *Arbiter) reloadFailed(exit proc.Exit) {
	a.log.Errorf("Reload failed: a new worker ended before it was ready (%v). The workers of before keep serving.", exit)
	failed := a.coming
	a.coming = nil
	for w := range a.workers {
		if w.generation == failed {
			a.drain(w)
		}
	}
	a.reloadOver()
}

// reloadOver is called when another reload may begin.
func (a *Arbiter) reloadOver() {
	if a.reloadAgain {
		a.reloadAgain = false
		a.onHUP()
	}
}
