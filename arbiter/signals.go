package arbiter

import (
	"strings"
	"syscall"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// onSignal answers one signal. CHLD is not among them: that a child has ended comes as
// an event of its own.
func (a *Arbiter) onSignal(s syscall.Signal) {
	if s != syscall.SIGWINCH { // a terminal sends it for every change of its size
		name := strings.TrimPrefix(proc.SignalName(s), "SIG")
		a.log.Infof("Handling signal: %s", strings.ToLower(name))
	}
	switch s {
	case syscall.SIGHUP:
		a.notifier.anew = true
		a.onHUP()
	case syscall.SIGTERM:
		a.onTERM()
	case syscall.SIGINT, syscall.SIGQUIT:
		a.onQUIT()
	case syscall.SIGTTIN:
		a.onTTIN()
	case syscall.SIGTTOU:
		a.onTTOU()
	case syscall.SIGUSR1:
		a.onUSR1()
	case syscall.SIGUSR2:
		a.onUSR2()
	case syscall.SIGWINCH:
		a.onWINCH()
	}
}
