package evaluate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

func TestSpace(t *testing.T) {
	for _, c := range []struct {
		name  string
		goApp bool
		kind  Kind
		given given
		has   []Candidate
		hasNo func(Candidate) bool
	}{
		{"computing", false, Computing, given{}, []Candidate{{"gnet", 4, 1}, {"sync", 4, 1}, {"gnet", 8, 1}}, func(c Candidate) bool { return c.Threads > 4 }},
		{"waiting", false, Waiting, given{}, []Candidate{{"threaded", 4, 16}, {"gnet", 4, 64}, {"gnet", 4, 1}}, nil},
		{"mixed", false, Mixed, given{}, []Candidate{{"netpoll", 4, 4}}, nil},
		{"Go", true, Quick, given{}, []Candidate{{"gnet", 1, 0}, {"sync", 4, 0}}, func(c Candidate) bool { return c.Threads != 0 }},
		{"given class", false, Waiting, given{class: "sync"}, []Candidate{{"sync", 4, 16}}, func(c Candidate) bool { return c.Class != "sync" }},
		{"all given", false, Waiting, given{"gnet", 3, 5}, []Candidate{{"gnet", 3, 5}}, func(c Candidate) bool { return c != Candidate{"gnet", 3, 5} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := space(c.goApp, Nature{Kind: c.kind}, 4, c.given)
			for _, want := range c.has {
				if !slices.Contains(got, want) {
					t.Errorf("no %v in %v", want, got)
				}
			}
			if c.hasNo != nil && slices.ContainsFunc(got, c.hasNo) {
				t.Errorf("%v", got)
			}
			if len(got) > 8 {
				t.Errorf("%d candidates are more than two minutes are for", len(got))
			}
		})
	}
}

func TestNature(t *testing.T) {
	fastest := func(ms float64) []trial.Quantile {
		return []trial.Quantile{{Percent: 0, MS: ms / 2}, {Percent: 10, MS: ms}}
	}
	for _, c := range []struct {
		name  string
		f     trial.Figures
		kinds int
		want  Kind
	}{
		{"quick", trial.Figures{P50: 0.2, CPU: 0.05, Quantiles: fastest(0.2)}, 1, Quick},
		{"quick on a busy machine", trial.Figures{P50: 9, CPU: 0.05, Quantiles: fastest(0.3)}, 1, Quick},
		{"computing", trial.Figures{P50: 5, CPU: 4.8, Quantiles: fastest(5)}, 1, Computing},
		{"computing on a busy machine", trial.Figures{P50: 20, CPU: 4.8, Quantiles: fastest(6)}, 1, Computing},
		{"waiting", trial.Figures{P50: 20, CPU: 0.3, Quantiles: fastest(20)}, 1, Waiting},
		{"mixed", trial.Figures{P50: 20, CPU: 9, Quantiles: fastest(20)}, 1, Mixed},
		{"fast and slow ones, which wait", trial.Figures{P50: 20, CPU: 2, RPS: 50, Quantiles: fastest(1)}, 2, Waiting},
	} {
		if got := natureOf(c.f, c.kinds); got.Kind != c.want || !strings.Contains(got.String(), "one call takes") {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestParseCandidates(t *testing.T) {
	got, err := parseCandidates("gnet:2x4, sync:4,threaded", classes)
	want := []Candidate{{"gnet", 2, 4}, {"sync", 4, 0}, {"threaded", 1, 0}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got := fmt.Sprint(want[0].args(), want[1].args()); got != "[--worker-class=gnet --workers=2 --threads=4] [--worker-class=sync --workers=4]" {
		t.Error(got)
	}
	for _, bad := range []string{"", "gevent", "gnet:", "gnet:0", "gnet:1x0", "gnet:2x", "gnet 2x1"} {
		if _, err := parseCandidates(bad, classes); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
