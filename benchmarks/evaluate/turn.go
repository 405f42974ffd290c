package evaluate

import (
	"context"
	"errors"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// rig measures real servers.
type rig struct {
	config    func(Candidate) trial.Config
	profile   *profile.Profile
	objective highest.Objective
	probed    func(trial.Figures) // told of each rate that was tried
}

// A first search closes in from far away, later ones look around what is known.
const (
	firstGrowth, laterGrowth = 1.5, 1.12
	firstProbes, laterProbes = 7, 5
	within                   = 1.06
	below                    = 0.95 // of what is known later searches begin, so that they do not land on the very same rates
	longestProbe             = 10 * time.Second
	shortestProbe            = 400 * time.Millisecond
	patience                 = 2 * time.Second // for the answers to a rate that was too high
)

// turn starts a candidate, warms it up, finds its highest rate and measures it at half of that.
func (r *rig) turn(ctx context.Context, c Candidate, guess float64, limit time.Duration) (t Turn, err error) {
	s, err := trial.Start(ctx, r.config(c), r.profile)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	search := highest.Search{Start: guess * below, Growth: laterGrowth, Within: within, Most: laterProbes}
	if guess == 0 {
		search.Growth, search.Most = firstGrowth, firstProbes
	}
	length := min(max(limit/time.Duration(search.Most+4), shortestProbe), longestProbe)
	warm, err := s.Probe(ctx, trial.Load{Profile: r.profile, Duration: length, Patience: patience})
	if err != nil {
		return t, err
	}
	t.Before = warm.PSS
	if guess == 0 {
		search.Start = warm.RPS * 0.7 // a closed loop has no queue: it is more than will do
	}
	found, err := r.search(ctx, s, search, length)
	t.Rate, t.Full, t.Probes = found.Rate, found.At, found.Probes
	if err != nil {
		return t, err
	}
	if t.Rate > 0 {
		t.Half, err = s.Probe(ctx, trial.Load{Profile: r.profile, Rate: t.Rate / 2, Duration: 2 * length, Patience: patience})
	}
	t.settle(t.Half)
	return t, err
}

func (r *rig) search(ctx context.Context, s *trial.Subject, search highest.Search, length time.Duration) (highest.Result, error) {
	if r.profile.Rate > 0 { // there is one question only: does it keep the objective at this rate?
		search.Start, search.Most = r.profile.Rate, 1
	}
	return search.Find(r.objective, func(rate float64) (trial.Figures, error) {
		f, err := s.Probe(ctx, trial.Load{Profile: r.profile, Rate: rate, Duration: length, Patience: patience})
		if err == nil {
			r.probed(f)
		}
		return f, err
	})
}

// settle counts what the memory's growth is to be divided by.
func (t *Turn) settle(last trial.Figures) {
	for _, f := range t.Probes {
		t.Requests += f.Requests
		t.After = f.PSS
	}
	t.Requests += last.Requests
	if last.PSS > 0 {
		t.After = last.PSS
	}
}

// nature has one candidate answer one request at a time.
func (r *rig) nature(ctx context.Context, c Candidate, length time.Duration) (Nature, trial.Figures, error) {
	s, err := trial.Start(ctx, r.config(c), r.profile)
	if err != nil {
		return Nature{}, trial.Figures{}, err
	}
	defer s.Stop() // what it has shown counts
	alone := *r.profile
	alone.Connections, alone.ThinkTime, alone.Slow = 1, 0, profile.Slow{}
	if _, err := s.Probe(ctx, trial.Load{Profile: &alone, Duration: length / 4}); err != nil {
		return Nature{}, trial.Figures{}, err
	}
	f, err := s.Probe(ctx, trial.Load{Profile: &alone, Duration: length})
	return natureOf(f, len(alone.Requests)), f, err
}
