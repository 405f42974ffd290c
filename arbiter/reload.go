package arbiter

// A reload goes through: onHUP, the settings are read (elsewhere: that may run
// Python), onLoaded. Then either the worker process takes the new settings as it is
// (renew.go), or a coming generation of processes starts: takeOver, when all of it
// is ready, or reloadFailed. HUPs that come meanwhile are one more reload
// afterwards, so that the newest settings always win.

func (a *Arbiter) onHUP() {
	if a.stop != running {
		return
	}
	a.log.Infof("Hang up: Master%s", a.suffix())
	a.scaled = 0
	a.beginReload()
}

func (a *Arbiter) beginReload() {
	if a.delayed() {
		return // there is nothing left to reload for
	}
	if !a.serving.booted && !a.serving.broken || a.coming != nil || a.loading || a.renewing != nil {
		a.reloadAgain = true
		return
	}
	a.loading, a.loadBegan = true, a.system.now()
	go func() {
		cfg, err := a.reload()
		a.events <- func() { a.onLoaded(cfg, err) }
	}()
}

func (a *Arbiter) onLoaded(cfg Config, err error) {
	a.loading = false
	if a.stop != running {
		return
	}
	if err != nil {
		a.refuse(err.Error())
		return
	}
	sockets, err := a.socketsFor(&cfg)
	if err != nil {
		a.refuse("the listening sockets cannot be changed: " + err.Error())
		return
	}
	if err := a.openHealth(cfg.HealthBind, a.listenOnce); err != nil {
		a.closeThose(sockets, a.sockets)
		a.refuse(err.Error())
		return
	}
	a.watchFor(cfg.Watch)
	next := newGeneration(cfg, sockets)
	if a.scaled != 0 { // TTIN or TTOU came after HUP
		next.scale(a.scaled)
	}
	if w := a.renewable(next); w != nil {
		a.renew(w, next)
		return
	}
	a.coming = next
}

// refuse ends a reload that has changed nothing.
func (a *Arbiter) refuse(why string) {
	a.log.Errorf("Reload failed: %s. %s", why, a.meanwhile("The workers keep serving with the settings they have."))
	a.keepHealth(a.cfg.HealthBind)
	a.reloadOver()
}

// takeOver makes the coming generation the serving one; the one before ends.
func (a *Arbiter) takeOver() {
	before := a.serving
	a.serving, a.coming = a.coming, nil
	a.useSockets()
	a.adopt(a.serving.cfg)
	for w := range a.workers {
		if w.generation == before || w.generation == a.leaving {
			a.drain(w)
		}
	}
	a.leaving = nil
	a.reloadOver()
}

// adopt makes the settings of a reload the arbiter's own.
func (a *Arbiter) adopt(cfg Config) {
	before := a.cfg
	a.cfg = cfg
	a.keepHealth(cfg.HealthBind)
	if cfg.Watch == nil {
		a.unwatch()
	}
	a.showTitle()
	if cfg.Log != before.Log {
		if err := a.log.Change(cfg.Log); err != nil {
			a.log.Errorf("The log stays as it is: %v", err)
		}
	}
	if cfg.Backlog != before.Backlog {
		a.applyBacklog()
	}
	if cfg.Pidfile != before.Pidfile {
		a.movePidfile(before.Pidfile)
	}
}

// movePidfile puts the pidfile where the settings want it now.
func (a *Arbiter) movePidfile(path string) {
	before := a.pidfile
	if err := a.claimPidfile(); err != nil {
		a.log.Errorf("The pidfile stays where it is: %v", err)
		a.cfg.Pidfile = path
		return
	}
	before.remove()
}

// reloadFailed gives the coming generation up. Those of it that serve already do so until the
// serving one, whose places they took, is complete again.
func (a *Arbiter) reloadFailed(why string) {
	a.log.Errorf("Reload failed: %s. %s", why, a.meanwhile("The workers of before keep serving."))
	failed := a.coming
	a.coming = nil
	for w := range a.workers {
		if w.generation == failed && !w.ready || w.generation == a.leaving {
			a.drain(w)
		}
	}
	a.leaving = failed
	a.closeThose(failed.sockets, a.sockets)
	a.keepHealth(a.cfg.HealthBind)
	a.reloadOver()
}

// meanwhile says who serves after a reload that failed, if anybody does.
func (a *Arbiter) meanwhile(serving string) string {
	if a.serving.broken {
		return "Clients wait for the next change of a file, or HUP."
	}
	return serving
}

// reloadOver is called when another reload may begin.
func (a *Arbiter) reloadOver() {
	if a.reloadAgain {
		a.reloadAgain = false
		a.beginReload()
	}
}
