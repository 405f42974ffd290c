package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// runner takes rounds.
type runner struct {
	start     func(context.Context) (*trial.Subject, error)
	profile   *profile.Profile
	objective highest.Objective
	duration  time.Duration
	rate      float64 // at which latencies are taken; 0: half of the first round's highest
	say       func(format string, args ...any)
}

// How the highest rate is looked for.
const (
	warmUp     = time.Second
	growth     = 1.4
	within     = 1.05
	mostProbes = 14
	patience   = 3 * time.Second // for answers to a rate that was too high
)

// round starts the server anew, so that each is as good as the others.
func (b *runner) round(ctx context.Context) (Round, error) {
	s, err := b.start(ctx)
	if err != nil {
		return Round{}, err
	}
	r, err := b.measure(ctx, s)
	return r, errors.Join(err, s.Stop())
}

func (b *runner) measure(ctx context.Context, s *trial.Subject) (Round, error) {
	if b.profile.Rate > 0 {
		return b.atRate(ctx, s, b.profile.Rate)
	}
	warm, err := s.Probe(ctx, trial.Load{Profile: b.profile, Duration: warmUp})
	if err != nil {
		return Round{}, err
	}
	search := highest.Search{Start: warm.RPS / 2, Growth: growth, Within: within, Most: mostProbes}
	found, err := search.Find(b.objective, func(rate float64) (trial.Figures, error) {
		f, err := s.Probe(ctx, trial.Load{Profile: b.profile, Rate: rate, Duration: b.duration, Patience: patience})
		b.say("  %.4g requests/s: %s %.4g ms, %.3g%% errors: %s", rate, b.objective.Name(), b.objective.Latency(f), f.Failed*100, b.objective.Verdict(f))
		return f, err
	})
	if err != nil {
		return Round{}, err
	}
	if found.Rate == 0 {
		return Round{}, b.missed(found)
	}
	if b.rate == 0 {
		b.rate = found.Rate / 2
	}
	r, err := b.atRate(ctx, s, b.rate)
	r.RPS = found.Rate
	return r, err
}

// missed says why no rate would do.
func (b *runner) missed(found highest.Result) error {
	last := found.Probes[len(found.Probes)-1]
	return fmt.Errorf("no rate meets the objective %v: at %.3g requests/s, %s is %.4g ms and %.3g%% fail (%v)",
		b.objective, last.Rate, b.objective.Name(), b.objective.Latency(last), last.Failed*100, last.Errors)
}

func (b *runner) atRate(ctx context.Context, s *trial.Subject, rate float64) (Round, error) {
	b.rate = rate
	if _, err := s.Probe(ctx, trial.Load{Profile: b.profile, Rate: rate, Duration: warmUp}); err != nil {
		return Round{}, err
	}
	f, err := s.Probe(ctx, trial.Load{Profile: b.profile, Rate: rate, Duration: b.duration})
	return Round{RPS: f.RPS, Figures: f}, err
}
