package srv

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/configs"
	"github.com/seed-77b39ca9/srv/workers"
)

// Setting is a setting that a program makes itself, for [Run].
type Setting struct {
	name  string
	value any
}

// Set makes a setting of its name, which is gunicorn's ("bind", "worker_class",
// "keepalive"; docs/settings.md has them all), and its value: a string, number,
// bool, time.Duration or slice of strings, as the setting wants it.
func Set(name string, value any) Setting { return Setting{name, value} }

// Run serves handler in this process until ctx ends; then it lets the requests in
// flight finish, for graceful_timeout at most, and returns nil. It reads neither
// the command line nor the environment nor files, starts no process and handles no
// signal: what [Main] does of these is the program's own business here. An error
// says which setting is wrong or which address could not be bound.
func Run(ctx context.Context, handler http.Handler, settings ...Setting) error {
	p, err := programPlan(settings)
	if err != nil {
		return err
	}
	elog, err := openLog(p)
	if err != nil {
		return err
	}
	defer elog.Close()
	listeners, err := listenAll(p)
	if err != nil {
		return err
	}
	s, err := newServer(p, handler, elog, nil)
	if err != nil {
		closeAll(listeners)
		return err
	}
	for _, ln := range listeners {
		elog.Infof("Listening at: %s (%d)", ln.Addr(), os.Getpid())
	}
	stopping, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-stopping.Done()
		s.stop(p.GracefulTimeout)
	}()
	err = s.serve(listeners)
	cancel()
	<-ended
	return err
}

// stop drains, and cuts what has not finished in time.
func (s *server) stop(limit time.Duration) {
	s.worker.Finish(min(idleGrace, limit/2))
	select {
	case <-s.done:
	case <-time.After(limit):
		s.worker.Close()
	}
}

func programPlan(settings []Setting) (*plan, error) {
	program := make(map[string]any, len(settings))
	for _, s := range settings {
		program[s.name] = s.value
	}
	l, err := configs.Load(configs.Input{Program: program, NoFiles: true, WorkerClasses: workers.Names()})
	if err != nil {
		return nil, err
	}
	if l.Workers > 1 {
		return nil, fmt.Errorf("workers = %d: Run serves in this one process; srv.Main starts worker processes", l.Workers)
	}
	return newPlan(l), nil
}

func listenAll(p *plan) ([]net.Listener, error) {
	var all []net.Listener
	for _, bind := range p.Bind {
		ln, err := arbiter.Listen(bind, p.Backlog)
		if err != nil {
			closeAll(all)
			return nil, err
		}
		all = append(all, ln)
	}
	if len(all) == 0 {
		return nil, errors.New("bind: no address")
	}
	return all, nil
}

func closeAll(listeners []net.Listener) {
	for _, ln := range listeners {
		ln.Close()
	}
}
