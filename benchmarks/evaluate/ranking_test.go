package evaluate

import (
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// shown makes a standing of rates, one a round, and CPU seconds for 1,000 requests.
func standing(c Candidate, cpu float64, rates ...float64) *Standing {
	s := &Standing{Candidate: c}
	for _, r := range rates {
		s.Turns = append(s.Turns, Turn{Rate: r, Half: trial.Figures{CPU: cpu}, After: 10 << 20})
	}
	return s
}

func TestRank(t *testing.T) {
	failed := &Standing{Candidate: Candidate{"gnet", 9, 9}, Failure: "it ended\nmore"}
	for _, c := range []struct {
		name    string
		ceiling float64
		all     []*Standing
		order   string // "=": a tie with the one before
		says    []string
	}{
		{"by rate", 0, []*Standing{standing(b, 1, 50, 51), standing(a, 1, 100, 101)},
			"gnet 2x1, threaded 2x1", []string{"2.0 times the rate of threaded 2x1", "50 % of the rate of gnet 2x1"}},
		{"a tie goes by CPU time", 0, []*Standing{standing(b, 2, 100, 104), standing(a, 1, 98, 102)},
			"gnet 2x1, =threaded 2x1", []string{"as fast as the others, 50 % less CPU time", "within the noise, 2.0 times the CPU time|100 % more"}},
		{"then by size", 0, []*Standing{standing(Candidate{"gnet", 2, 8}, 1, 100, 101), standing(a, 1.02, 100, 99)},
			"gnet 2x1, =gnet 2x8", []string{"as fast as the others", "within the noise"}},
		{"a wide spread is noise", 0, []*Standing{standing(a, 2, 100, 60, 80), standing(b, 1, 70, 60, 75)},
			"threaded 2x1, =gnet 2x1", nil},
		{"capped rates are all the same", 120, []*Standing{standing(b, 2, 110, 110), standing(a, 1, 95, 95)},
			"gnet 2x1, =threaded 2x1", []string{"may do more", "may do more"}},
		{"nothing and failure come last", 0, []*Standing{failed, standing(c, 1, 0), standing(a, 1, 10)},
			"gnet 2x1, gnet 9x9, netpoll 2x1", []string{"the only one", "could not be measured: it ended", "no rate met"}},
		{"sync", 0, []*Standing{standing(a, 1, 100, 100), standing(d, 1, 10, 10)},
			"gnet 2x1, sync 2x1", []string{"10.0 times", "closes each connection"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var order []string
			ranked := rank(c.all, c.ceiling)
			for _, s := range ranked {
				name := s.Candidate.String()
				if s.Tie {
					name = "=" + name
				}
				order = append(order, name)
			}
			if got := strings.Join(order, ", "); got != c.order {
				t.Errorf("order %s, want %s", got, c.order)
			}
			for i, says := range c.says {
				found := false
				for _, alternative := range strings.Split(says, "|") {
					found = found || strings.Contains(ranked[i].Reason, alternative)
				}
				if !found {
					t.Errorf("reason of %v is %q, want %q", ranked[i].Candidate, ranked[i].Reason, says)
				}
			}
		})
	}
}

func TestAdvice(t *testing.T) {
	leaking := standing(a, 1, 100, 100)
	for i := range leaking.Turns {
		leaking.Turns[i].Before, leaking.Turns[i].After, leaking.Turns[i].Requests = 20<<20, 60<<20, 10000
	}
	racing := standing(Candidate{"gnet", 1, 4}, 1, 100)
	racing.Turns[0].Half.Errors = map[string]int{"status 500": 3}
	busy := standing(a, 1, 3000, 3000)
	for i := range busy.Turns {
		busy.Turns[i].Half.P50 = 20
	}
	for _, c := range []struct {
		name  string
		r     *Result
		alone trial.Figures
		says  string // "" nothing
	}{
		{"nothing", &Result{Standings: []*Standing{standing(a, 1, 100, 100)}}, trial.Figures{}, ""},
		{"leak", &Result{Standings: []*Standing{leaking}}, trial.Figures{}, "Memory grows with the requests, by about 4096 KB for 1,000"},
		{"not thread-safe", &Result{Standings: []*Standing{racing, standing(a, 1, 100)}}, trial.Figures{}, "is the app thread-safe?"},
		{"wrong requests", &Result{}, trial.Figures{Failed: 1, Errors: map[string]int{"status 404": 7}}, "7 status 404"},
		{"GIL", &Result{Nature: Nature{Kind: Computing}}, trial.Figures{}, "GIL"},
		{"Go has none", &Result{GoApp: true, Nature: Nature{Kind: Computing}}, trial.Figures{}, ""},
		{"few connections", &Result{Profile: profile.Default(), Standings: []*Standing{busy}}, trial.Figures{}, "All 64 connections"},
		{"capped", &Result{Ceiling: 5, Standings: []*Standing{{Capped: true}}}, trial.Figures{}, "load generator itself"},
		{"unsteady", &Result{Standings: []*Standing{standing(a, 1, 100, 50)}}, trial.Figures{}, "differ by 100 %"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.r.Profile == nil {
				c.r.Profile = profile.Default()
			}
			got := strings.Join(advise(c.r, c.alone), "\n")
			if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		})
	}
}
