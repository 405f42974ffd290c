package arbiter

// onTTIN and onTTOU are one worker more and one less: a process of a Go app, an
// interpreter of a WSGI app. The number holds until the next HUP, which goes by the
// settings again, as in gunicorn.

func (a *Arbiter) onTTIN() { a.scale(+1) }

// onTTOU never goes below one.
func (a *Arbiter) onTTOU() { a.scale(-1) }

func (a *Arbiter) scale(by int) {
	if a.stop != running {
		return
	}
	a.scaled += by // the settings that are being read do not know of it
	for _, g := range []*generation{a.serving, a.coming} {
		if g != nil {
			g.scale(by)
			a.log.Debugf("%d workers", g.workers())
		}
	}
	if a.renewing != nil {
		a.renewing.next.scale(by)
	}
}

// scale changes what the generation is to be. After WINCH there is nobody, and the
// first TTIN brings one back.
func (g *generation) scale(by int) {
	switch {
	case g.size == 0 && by < 0:
	case g.interpreters == 0:
		g.size = max(1, g.size+by)
	case g.size == 0:
		g.size, g.interpreters = 1, 1
	default:
		g.interpreters = max(1, g.interpreters+by)
	}
}

// workers is the number that the setting workers speaks of.
func (g *generation) workers() int {
	if g.interpreters > 0 {
		return g.size * g.interpreters
	}
	return g.size
}

// onWINCH lets all workers finish and go, until HUP or TTIN. gunicorn ignores it at a
// terminal, where it only means that a window has changed its size, and so do we.
func (a *Arbiter) onWINCH() {
	if !a.cfg.Daemonized {
		a.log.Debugf("SIGWINCH ignored. Not daemonized")
		return
	}
	if a.stop != running {
		return
	}
	a.log.Infof("graceful stop of workers")
	for _, g := range []*generation{a.serving, a.coming} {
		if g != nil {
			g.size = 0
		}
	}
}

// onUSR1 opens the logs again, after they were rotated: its own, and the workers do theirs.
func (a *Arbiter) onUSR1() {
	if err := a.log.Reopen(); err != nil {
		a.log.Errorf("%v", err)
	}
	a.cfg.Owner.lend(a.cfg.Logs) // the workers may not be allowed to make them
	for w := range a.workers {
		if err := w.Send(reopenMessage); err != nil {
			a.log.Debugf("Worker (pid:%d) cannot be told to reopen its logs: %v", w.Pid(), err)
		}
	}
}
