package openloop

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// sender is one connection of the load.
type sender struct {
	wire
	load    *profile.Profile
	over    time.Time // no answer is waited for beyond
	plans   *plans
	clock   *clock
	results *collector
	random  *rand.Rand
}

func (s *sender) loop(ctx context.Context) {
	defer s.disconnect()
	stop := context.AfterFunc(ctx, s.interrupt)
	defer stop()
	for {
		due, ok := s.clock.wait(ctx)
		if !ok {
			return
		}
		s.exchange(ctx, due)
		if s.load.ThinkTime > 0 && !pause(ctx, time.Duration(s.load.ThinkTime)) {
			return
		}
	}
}

// exchange does what was due at that moment. A request that has had to wait here for longer
// than its timeout is not sent: its user has gone.
func (s *sender) exchange(ctx context.Context, due time.Time) {
	limit := due.Add(s.timeout)
	if s.over.Before(limit) {
		limit = s.over
	}
	if !time.Now().Before(limit) {
		s.results.failed(timedOut, due)
		return
	}
	p := s.plans.pick(s.random)
	closing := *s.load.KeepAlive < 1 && s.random.Float64() >= *s.load.KeepAlive
	status, err := s.do(ctx, p, closing, limit)
	switch {
	case err != nil && ctx.Err() != nil:
		// It was under way when the run was ended: neither right nor wrong.
	case err != nil:
		s.results.failed(kindOf(err), due)
	case !p.request.Expected(status):
		s.results.failed(statusKind(status), due)
	default:
		s.results.answered(due)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
