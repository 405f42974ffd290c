package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/command"
	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/machine"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// evaluation is a run with all that its command line means.
type evaluation struct {
	rig
	host       *command.Host
	deployment *command.Deployment
	candidates []Candidate // named by hand; nil: the space
	given      given
	budget     time.Duration
	rounds     int
	cores      int
	screen     *screen
	result     *Result
}

func newResult(h *command.Host, d *command.Deployment, p *profile.Profile, o highest.Objective) *Result {
	return &Result{
		Schema: Schema, Kind: "evaluate", At: time.Now().UTC().Truncate(time.Second), Command: h.Repeat("evaluate"),
		App: d.App, GoApp: d.Go, Server: d.Args, Profile: p, Objective: o,
		Environment: machine.Look(h.Version, d.PythonPath()),
	}
}

// givenBy are the settings that are not varied.
func givenBy(d *command.Deployment) (g given) {
	if d.IsSet("worker_class") {
		g.class = d.WorkerClass
	}
	if d.IsSet("workers") {
		g.workers = d.Workers
	}
	if d.IsSet("threads") {
		g.threads = d.Threads
	}
	return g
}

// fixed names the settings that are not varied, and where they come from.
func (e *evaluation) fixed() string {
	var all []string
	for _, name := range []string{"worker_class", "workers", "threads"} {
		if e.candidates == nil && e.deployment.IsSet(name) {
			all = append(all, fmt.Sprintf("%s (%s)", name, e.deployment.Source(name)))
		}
	}
	return strings.Join(all, ", ")
}

// What is found out before the tournament, as shares of the budget.
const (
	ceilingShare = 60
	natureShare  = 40
)

func (e *evaluation) run(ctx context.Context) (*Result, error) {
	began := time.Now()
	ceiling, err := trial.Ceiling(ctx, e.profile, e.length(ceilingShare))
	if err != nil {
		return nil, e.stopped(ctx, err)
	}
	e.result.Ceiling = ceiling
	e.screen.say("The load generator alone: %s requests a second", rate(ceiling))
	first := e.given.impose(Candidate{"gnet", 1, 1})
	if len(e.candidates) > 0 {
		first = e.candidates[0]
	}
	nature, alone, err := e.nature(ctx, first, e.length(natureShare))
	if err != nil {
		return nil, e.stopped(ctx, err)
	}
	e.result.Nature = nature
	e.screen.say("The app: %v", nature)
	if fixed := e.fixed(); fixed != "" {
		e.screen.say("Not varied, because it is set: %s", fixed)
	}
	t := e.tournament(e.budget - time.Since(began))
	if err := t.run(ctx); err != nil {
		return nil, err
	}
	e.screen.clear()
	if !slices.ContainsFunc(t.standings, func(s *Standing) bool { return len(s.Turns) > 0 }) {
		return nil, e.stopped(ctx, errors.New("nothing was measured"))
	}
	e.result.Interrupted = ctx.Err() != nil
	e.result.Took = time.Since(began).Seconds()
	e.result.Standings = rank(t.standings, ceiling)
	e.result.Warnings = advise(e.result, alone)
	return e.result, nil
}

// length of a first measurement, within reason.
func (e *evaluation) length(share time.Duration) time.Duration {
	return min(max(e.budget/share, 500*time.Millisecond), 3*time.Second)
}

// stopped says so when that is why nothing came of it.
func (e *evaluation) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted before there was a result")
	}
	return err
}

func (e *evaluation) tournament(budget time.Duration) *tournament {
	candidates := e.candidates
	if candidates == nil {
		candidates = space(e.deployment.Go, e.result.Nature, e.cores, e.given)
	}
	t := &tournament{rounds: e.rounds, budget: budget, measure: e.turn, watch: e.screen, now: time.Now}
	for _, c := range candidates {
		t.standings = append(t.standings, &Standing{Candidate: c})
	}
	e.screen.standings = t.standings
	return t
}
