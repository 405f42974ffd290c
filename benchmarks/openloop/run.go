package openloop

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// Load is what Run does.
type Load struct {
	Target   Target
	Profile  *profile.Profile
	Rate     float64       // requests a second; 0 is a closed loop: as many as the connections can
	Duration time.Duration // in which requests are begun
	Patience time.Duration // how long answers are waited for after that; 0: the profile's timeout
}

func (l Load) patience() time.Duration {
	if l.Patience > 0 {
		return min(l.Patience, time.Duration(l.Profile.Timeout))
	}
	return time.Duration(l.Profile.Timeout)
}

// Run runs the load until its duration is over and every request that was due has its
// answer or has exceeded its time. When ctx ends before that, the report is of what was
// done by then, and its Err says so.
func Run(ctx context.Context, load Load) *Report {
	ctx, cancel := context.WithTimeout(ctx, load.Duration+load.patience()+time.Second)
	defer cancel()
	plans := compile(load.Target, load.Profile)
	c := newClock(load.Rate, load.Duration)
	results := newCollector(c)
	connections := load.Profile.Connections
	var senders, slow sync.WaitGroup
	slowCtx, stopSlow := context.WithCancel(ctx)
	defer stopSlow()
	for i := range load.Profile.Slow.Connections {
		s := newSlow(load, plans, results, seeded(i+connections))
		slow.Go(func() { s.loop(slowCtx) })
	}
	for i := range connections {
		s := &sender{
			wire: wire{target: load.Target, timeout: time.Duration(load.Profile.Timeout)},
			load: load.Profile, over: c.end.Add(load.patience()), plans: plans, clock: c, results: results, random: seeded(i),
		}
		senders.Go(func() { s.loop(ctx) })
	}
	senders.Wait()
	stopSlow()
	slow.Wait()
	return results.report(load.Rate, ctx.Err())
}

// seeded makes the same choices in every run, so that runs are alike.
func seeded(i int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(i))) }
