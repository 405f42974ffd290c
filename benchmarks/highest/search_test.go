package highest

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// serverOf meets the default objective up to that rate.
func serverOf(capacity float64) func(float64) (trial.Figures, error) {
	return func(rate float64) (trial.Figures, error) {
		f := trial.Figures{Rate: rate, Requests: 1, P99: 10}
		if rate > capacity {
			f.P99 = 1000
		}
		return f, nil
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name            string
		capacity, start float64
	}{
		{"from below", 1000, 100}, {"from above", 1000, 30000}, {"near", 1000, 990}, {"slow", 3, 100}, {"fast", 90000, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Search{Start: c.start, Growth: 1.5, Within: 1.05, Most: 50}
			r, err := s.Find(Default, serverOf(c.capacity))
			if err != nil || r.Rate > c.capacity || r.Rate < c.capacity/1.05 {
				t.Errorf("%v, %v: want %v less five percent at most", r.Rate, err, c.capacity)
			}
			if r.At.Rate != r.Rate || len(r.Probes) == 0 {
				t.Errorf("figures are of the rate %v", r.At.Rate)
			}
		})
	}
}

func TestFindNothing(t *testing.T) {
	s := Search{Start: 1000, Growth: 2, Within: 1.05, Most: 50}
	r, err := s.Find(Default, serverOf(0))
	if err != nil || r.Rate != 0 || len(r.Probes) > 20 {
		t.Errorf("%v after %d tries, %v", r.Rate, len(r.Probes), err)
	}
}

// One bad moment at the first rate does not lead the search astray.
func TestFindTriesAgain(t *testing.T) {
	n := 0
	r, err := Search{Start: 900, Growth: 1.1, Within: 1.05, Most: 10}.Find(Default, func(rate float64) (trial.Figures, error) {
		if n++; n == 1 {
			return trial.Figures{Requests: 1, P99: 1000}, nil
		}
		return serverOf(1000)(rate)
	})
	if err != nil || r.Rate < 950 {
		t.Errorf("%v, %v", r.Rate, err)
	}
}

func TestFindStops(t *testing.T) {
	s := Search{Start: 10, Growth: 2, Within: 1.01, Most: 3}
	if r, _ := s.Find(Default, serverOf(1e9)); len(r.Probes) != 3 || r.Rate != 60 {
		t.Errorf("%d tries, %v", len(r.Probes), r.Rate)
	}
	broken := errors.New("broken")
	n := 0
	r, err := s.Find(Default, func(rate float64) (trial.Figures, error) {
		if n++; n == 2 {
			return trial.Figures{}, broken
		}
		return serverOf(1e9)(rate)
	})
	if err != broken || r.Rate != 10 {
		t.Errorf("%v, %v: want what was found before", r.Rate, err)
	}
}

func TestObjective(t *testing.T) {
	for _, c := range []struct {
		text string
		want Objective
	}{
		{"p99<=100ms,errors<=0.1%", Default},
		{"p99.9 <= 1s", Objective{99.9, time.Second, 0.001}},
		{"errors<=0%", Objective{99, 100 * time.Millisecond, 0}},
		{"max<=5ms,errors<=2%", Objective{100, 5 * time.Millisecond, 0.02}},
	} {
		got, err := ParseObjective(c.text)
		if err != nil || got != c.want {
			t.Errorf("%q: %+v, %v", c.text, got, err)
		}
		if again, err := ParseObjective(got.String()); err != nil || again != got {
			t.Errorf("%q: %+v, %v", got.String(), again, err)
		}
	}
	for _, bad := range []string{"", "p98<=1s", "p99", "p99<=fast", "p99>=1s", "errors<=1", "errors<=200%"} {
		if _, err := ParseObjective(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestMet(t *testing.T) {
	good := trial.Figures{Requests: 100, P50: 1, P90: 2, P99: 100, P999: 300, Max: 500, Failed: 0.001}
	late, failing, drifting, none := good, good, good, trial.Figures{}
	late.P99, failing.Failed, drifting.Drift = 101, 0.002, 0.2
	for _, c := range []struct {
		name string
		f    trial.Figures
		met  bool
	}{{"good", good, true}, {"late", late, false}, {"failing", failing, false}, {"ever later", drifting, false}, {"nothing", none, false}} {
		if Default.Met(c.f) != c.met {
			t.Errorf("%s: met is %v", c.name, !c.met)
		}
	}
	if o := (Objective{Percent: 99.9, Within: 200 * time.Millisecond, Failed: 1}); o.Met(good) {
		t.Error("p99.9 is 300 ms")
	}
}
