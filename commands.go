package srv

import (
	"errors"
	"path/filepath"
	"time"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/internal/proc"
)

// obey does what the arbiter says, until there is no more.
func (s *server) obey(env *arbiter.WorkerEnv) {
	for c := range env.Commands() {
		switch {
		case c.Quit:
			s.quit()
		case c.Reload != nil:
			s.tasks.Go(func() { env.Reloaded(s.reload(c.Reload)) })
		case c.Scale > 0:
			s.scale(c.Scale)
		case c.Reopen:
			s.reopen()
		default:
			s.drain(c)
		}
	}
}

func (s *server) quit() {
	s.worker.Close()
	if s.pool != nil {
		s.pool.Kill()
	}
}

// drain has the worker finish what is in flight. What the app does without a
// client may take as long: the interpreters are stopped when the last has gone.
func (s *server) drain(c arbiter.Command) {
	p := s.plan.Load()
	limit := c.Limit
	if limit <= 0 {
		limit = p.GracefulTimeout
	}
	s.drainBy.Store(time.Now().Add(limit).UnixNano())
	switch {
	case !c.Relieved:
		s.worker.Finish(idleGrace)
	case p.Reload:
		s.worker.Drain(developGrace)
	default:
		s.worker.Drain(min(p.Keepalive, p.GracefulTimeout))
	}
}

// stopPool ends the interpreters when no client is left. They have what is left
// of the time to drain, and at least some to end.
func (s *server) stopPool() {
	s.pool.Stop(max(exitTime, time.Until(time.Unix(0, s.drainBy.Load()))))
}

// reload replaces the interpreters by some that go by the plan in blob, and
// returns when that is done; the worker goes on meanwhile.
func (s *server) reload(blob []byte) error {
	if s.pool == nil {
		return errors.New("a Go app is reloaded in a new process")
	}
	p, err := decodePlan(blob)
	if err != nil {
		return err
	}
	o, err := s.poolOptions(p)
	if err != nil {
		return err
	}
	if s.certs != nil {
		s.certs.LookAgain()
	}
	err = s.pool.Reload(o)
	s.core.SetCalls(s.pool.Slots())
	if err == nil {
		s.plan.Store(p)
		proc.SetTitle(p.title("worker"))
	}
	return err
}

// scale changes the number of interpreters.
func (s *server) scale(n int) {
	if s.pool == nil {
		return // the arbiter starts processes
	}
	s.pool.Scale(n)
	s.core.SetCalls(s.pool.Slots())
}

// reopen opens the logs again, after they were rotated.
func (s *server) reopen() {
	if err := s.log.Reopen(); err != nil {
		s.log.Errorf("%v", err)
	}
	dumpStacksTo(s.log)
	if err := s.plan.Load().capture(s.log); err != nil {
		s.log.Errorf("%v", err)
	}
	if s.access != nil {
		if err := s.access.file.Reopen(); err != nil {
			s.log.Errorf("%v", err)
		}
	}
	path := s.plan.Load().Errorlog
	if s.pool == nil || path == "-" {
		return
	}
	// Interpreters may be, or go, somewhere else.
	if absolute, err := filepath.Abs(path); err == nil {
		s.pool.Reopen(absolute)
	}
}

// exitTime is how long an interpreter without requests may take to end.
const exitTime = 5 * time.Second

// idleGrace is how long an idle keep-alive connection stays open when the server
// stops, for a request that may be on its way. On a reload it stays for as long
// as it would otherwise, and its next response is its last.
const idleGrace = 2 * time.Second

// developGrace is for a reload while one develops: a browser is not to see the old
// code once more because it has an old connection.
const developGrace = 200 * time.Millisecond
