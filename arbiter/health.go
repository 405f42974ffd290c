package arbiter

import (
	"context"
	"fmt"
	"net"
	"slices"

	"github.com/seed-77b39ca9/srv/internal/health"
)

// healthPoint is where health checks are answered, for one value of health_bind.
type healthPoint struct {
	socket *socket
	server *health.Server // nil: another arbiter answers on the socket
}

// openHealth begins to answer on those addresses that are new. Nothing is changed
// when one of them cannot be had.
func (a *Arbiter) openHealth(binds []string, listen func(bind string) (*socket, error)) error {
	opened := map[string]*healthPoint{}
	for _, b := range binds {
		if a.health[b] != nil || opened[b] != nil {
			continue
		}
		p, err := a.newHealthPoint(b, listen)
		if err != nil {
			a.closeHealth(opened)
			return fmt.Errorf("health checks: %w", err)
		}
		opened[b] = p
	}
	for b, p := range opened {
		a.health[b] = p
	}
	return nil
}

func (a *Arbiter) newHealthPoint(bind string, listen func(bind string) (*socket, error)) (*healthPoint, error) {
	s, err := listen(bind)
	if err != nil {
		return nil, err
	}
	p := &healthPoint{socket: s}
	if a.parent != 0 && (a.serving == nil || !a.serving.booted) {
		return p, nil // whoever has the socket too answers until this arbiter serves
	}
	if err := a.answer(p); err != nil {
		s.close(!a.shared())
		return nil, err
	}
	return p, nil
}

// answer begins to answer on a socket.
func (a *Arbiter) answer(p *healthPoint) error {
	ln, err := net.FileListener(p.socket.file)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", p.socket.name, err)
	}
	p.server = health.Serve(ln, a.ask)
	a.log.Infof("Health checks at: %s", p.socket.name)
	return nil
}

// answerAll is called when the first generation serves.
func (a *Arbiter) answerAll() {
	for _, p := range a.health {
		if p.server != nil {
			continue
		}
		if err := a.answer(p); err != nil {
			a.log.Errorf("Health checks: %v", err)
		}
	}
}

// healthSockets are for the successor in an upgrade.
func (a *Arbiter) healthSockets() []*socket {
	var all []*socket
	for _, p := range a.health {
		all = append(all, p.socket)
	}
	return all
}

// keepHealth ends all but those addresses.
func (a *Arbiter) keepHealth(binds []string) {
	gone := map[string]*healthPoint{}
	for b, p := range a.health {
		if !slices.Contains(binds, b) {
			gone[b] = p
		}
	}
	a.closeHealth(gone)
	for b := range gone {
		delete(a.health, b)
	}
}

func (a *Arbiter) closeHealth(points map[string]*healthPoint) {
	for _, p := range points {
		if p.server != nil {
			p.server.Close()
		}
		p.socket.close(!a.shared())
	}
}

// bindHealth is what Run does at the start; it logs why when it cannot.
func (a *Arbiter) bindHealth() bool {
	if err := a.openHealth(a.cfg.HealthBind, a.bindPatiently); err != nil {
		a.log.Errorf("%v", err)
		return false
	}
	return true
}

// listenOnce is for a reload, which does not have the loop wait for an address.
func (a *Arbiter) listenOnce(bind string) (*socket, error) {
	return a.system.listen(bind, a.cfg.socketOptions())
}

// ask has the loop say how the server is. It is called from other goroutines: that
// the loop answers is the sign of its life.
func (a *Arbiter) ask(ctx context.Context) (health.Report, error) {
	answer := make(chan health.Report, 1)
	select {
	case a.events <- func() { answer <- a.healthReport() }:
	case <-ctx.Done():
		return health.Report{}, ctx.Err()
	}
	select {
	case r := <-answer:
		return r, nil
	case <-ctx.Done():
		return health.Report{}, ctx.Err()
	}
}

func (a *Arbiter) healthReport() health.Report {
	boot := check("boot", a.serving.booted, "the workers have not been ready yet")
	return health.Report{
		Startup: []health.Check{boot},
		Ready: []health.Check{
			boot,
			check("workers", a.capacity() > 0, "none takes requests"),
			check("stop", a.stop == running && !a.delayed(), "the server is to end"),
		},
	}
}

func check(name string, ok bool, problem string) health.Check {
	if ok {
		problem = ""
	}
	return health.Check{Name: name, Problem: problem}
}

// capacity is how many take requests: interpreters, or processes of a Go app.
func (a *Arbiter) capacity() int {
	n := 0
	for w := range a.workers {
		if w.ready && !w.told {
			n += w.takes
		}
	}
	return n
}
