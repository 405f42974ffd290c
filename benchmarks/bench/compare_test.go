package bench

import (
	"bytes"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

func p99(values ...float64) []Round {
	var rounds []Round
	for _, v := range values {
		rounds = append(rounds, Round{RPS: 100, Figures: trial.Figures{P99: v}})
	}
	return rounds
}

func TestLimits(t *testing.T) {
	steady, slower, noisy := p99(10, 11, 10, 11, 10), p99(20, 21, 20, 21, 20), p99(9, 30, 8, 31, 12)
	failing := p99(10, 10, 10, 10, 10)
	failing[3].Figures.Failed = 0.01
	for _, c := range []struct {
		name, limit string
		old, new    []Round
		crossed     bool
	}{
		{"twice as long", "p99>+10%", steady, slower, true},
		{"not so far", "p99>+200%", steady, slower, false},
		{"twice as fast", "p99>+10%", slower, steady, false},
		{"too fast", "p99<-10%", slower, steady, true},
		{"noise", "p99>+10%", steady, noisy, false},
		{"too few rounds to call it noise", "p99>+10%", p99(10), p99(20), true},
		{"the same", "p99>+0%", steady, steady, false},
		{"absolute", "p99>15ms", slower, slower, true},
		{"absolute, below", "p99 > 30ms", slower, slower, false},
		{"rate", "rps<200", steady, steady, true},
		{"one round with errors", "errors>0.1%", steady, failing, true},
		{"no errors", "errors>0.1%", failing, steady, false},
		{"errors where there were none", "errors>+10%", p99(1), failing[3:4], true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := parseLimit(c.limit)
			if err != nil {
				t.Fatal(err)
			}
			d := compare(l.metric, c.old, c.new)
			if l.crossed(d) != c.crossed {
				t.Errorf("crossed is %v: %s", !c.crossed, l.explain(d))
			}
		})
	}
}

func TestLimitsThatAreNone(t *testing.T) {
	for _, bad := range []string{"", "p99", "p98>+10%", "p99=10%", "p99>+10", "p99>10%", "errors>1", "rps<fast", "pss>1GB", "cpu>+1.2.3%"} {
		if _, err := parseLimit(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestCompareAll(t *testing.T) {
	old, new := &Result{Rounds: p99(10, 11, 10, 11, 10), LatencyRate: 100}, &Result{Rounds: p99(20, 21, 20, 21, 20), LatencyRate: 200}
	new.Environment.Cores = 4
	var out bytes.Buffer
	compareAll(&out, old, new)
	for _, want := range []string{"+100.0% (p=0.008)", "20 ms", "the machines differ", "different rates", "~ (p=1.000)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, &out)
		}
	}
}
