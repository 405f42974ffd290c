package arbiter

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"
)

// bindAttempts is how often an address that is in use is tried.
const bindAttempts = 5

// bind makes every listening socket; it logs why when it cannot.
func (a *Arbiter) bind() bool {
	if a.activated {
		a.sockets = a.estate.takeActivated()
		return true
	}
	for _, b := range a.cfg.Bind {
		s, err := a.bindPatiently(b)
		if err != nil {
			a.log.Errorf("Can't connect to %s: %v", b, err)
			a.closeSockets()
			return false
		}
		a.sockets = append(a.sockets, s)
	}
	return true
}

// bindPatiently waits a little for an address that is in use: a server that
// is just stopping may still hold it.
func (a *Arbiter) bindPatiently(bind string) (s *socket, err error) {
	if s := a.estate.take(bind); s != nil {
		return s, nil
	}
	for attempt := range bindAttempts {
		s, err = a.system.listen(bind, a.cfg.socketOptions())
		if !errors.Is(err, syscall.EADDRINUSE) {
			return s, err
		}
		a.log.Errorf("Connection in use: %s", bind)
		if attempt < bindAttempts-1 {
			a.log.Errorf("Retrying in 1 second.")
			a.system.sleep(time.Second)
		}
	}
	return nil, err
}

func (a *Arbiter) closeSockets() {
	a.closeThose(a.sockets, nil)
	a.sockets = nil
}

// socketsFor are the sockets that the settings ask for: the very same where an address
// stays, new ones where one is added. On an error nothing has changed.
func (a *Arbiter) socketsFor(cfg *Config) ([]*socket, error) {
	if a.activated {
		return a.sockets, nil // the service manager's, whatever bind says
	}
	old := slices.Clone(a.sockets)
	var all []*socket
	for _, bind := range cfg.Bind {
		i := slices.IndexFunc(old, func(s *socket) bool { return s.bind == bind })
		if i >= 0 {
			all = append(all, old[i])
			old = slices.Delete(old, i, i+1)
			continue
		}
		s, err := a.system.listen(bind, cfg.socketOptions())
		if err != nil {
			a.closeThose(all, a.sockets)
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// useSockets makes those of the serving generation the arbiter's. Of those that are gone our
// side is closed: they end when the last worker that accepts from them is relieved.
func (a *Arbiter) useSockets() {
	before := a.sockets
	a.sockets = a.serving.sockets
	a.closeThose(before, a.sockets)
	if !slices.Equal(before, a.sockets) {
		a.log.Infof("Listening at: %s (%d)", a.addresses(), os.Getpid())
	}
}

// applyBacklog gives the sockets that stay the length of queue that the settings now say.
func (a *Arbiter) applyBacklog() {
	for _, s := range a.sockets {
		if err := a.system.setBacklog(s, a.cfg.Backlog); err != nil {
			a.log.Warningf("The backlog of %s is not changed: %v", s.name, err)
		}
	}
}

// closeThose closes the sockets that are not among those to keep.
func (a *Arbiter) closeThose(sockets, keep []*socket) {
	for _, s := range sockets {
		if !slices.Contains(keep, s) {
			s.close(!a.shared())
		}
	}
}
