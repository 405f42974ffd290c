package evaluate

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// world is a fake: each candidate has a rate, and a turn takes as long as it may.
type world struct {
	now   time.Time
	rates map[Candidate]float64
	turns []Candidate
	fails map[Candidate]error
	after func() // each turn
}

func (w *world) measure(ctx context.Context, c Candidate, guess float64, limit time.Duration) (Turn, error) {
	w.turns = append(w.turns, c)
	w.now = w.now.Add(limit)
	if w.after != nil {
		w.after()
	}
	if err := w.fails[c]; err != nil {
		return Turn{}, err
	}
	if guess != 0 && guess != w.rates[c] {
		return Turn{}, fmt.Errorf("guess %v", guess)
	}
	return Turn{Rate: w.rates[c]}, ctx.Err()
}

func (w *world) begin(int, *Standing, time.Duration) {}
func (w *world) done(*Standing)                      {}

func (w *world) tournament(budget time.Duration, candidates ...Candidate) *tournament {
	t := &tournament{rounds: 3, budget: budget, measure: w.measure, watch: w, now: func() time.Time { return w.now }}
	for _, c := range candidates {
		t.standings = append(t.standings, &Standing{Candidate: c})
	}
	return t
}

var (
	a = Candidate{"gnet", 2, 1}
	b = Candidate{"threaded", 2, 1}
	c = Candidate{"netpoll", 2, 1}
	d = Candidate{"sync", 2, 1}
)

func TestRoundsAreInterleaved(t *testing.T) {
	w := &world{rates: map[Candidate]float64{a: 100, b: 90, c: 80, d: 10}}
	tour := w.tournament(time.Minute, a, b, c, d)
	if err := tour.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []Candidate{a, b, c, d, a, b, c, a, b, c} // d is out after the first round
	if fmt.Sprint(w.turns) != fmt.Sprint(want) {
		t.Errorf("turns %v, want %v", w.turns, want)
	}
	if !tour.standings[3].Dropped || tour.standings[0].Dropped {
		t.Errorf("dropped is wrong")
	}
	if took := w.now.Sub(time.Time{}); took > time.Minute+time.Second {
		t.Errorf("it took %v", took)
	}
}

// The first round is complete whatever the budget; the others are not begun without time.
func TestBudget(t *testing.T) {
	w := &world{rates: map[Candidate]float64{a: 100, b: 90, c: 80, d: 70}}
	if err := w.tournament(time.Second, a, b, c, d).run(t.Context()); err != nil || len(w.turns) != 4 {
		t.Errorf("turns %v, %v", w.turns, err)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &world{rates: map[Candidate]float64{a: 100, b: 90}}
	w.after = func() {
		if len(w.turns) == 2 {
			cancel()
		}
	}
	tour := w.tournament(time.Minute, a, b)
	if err := tour.run(ctx); err != nil {
		t.Fatal(err)
	}
	if len(tour.standings[0].Turns) != 1 || len(tour.standings[1].Turns) != 0 || tour.standings[1].Failure != "" {
		t.Errorf("%+v, %+v: want what was complete", tour.standings[0], tour.standings[1])
	}
}

func TestFailures(t *testing.T) {
	broken := &trial.BootError{Err: errors.New("ImportError"), Code: 4}
	w := &world{rates: map[Candidate]float64{a: 100}, fails: map[Candidate]error{b: broken}}
	tour := w.tournament(time.Minute, a, b)
	if err := tour.run(t.Context()); err != nil || tour.standings[1].Failure == "" || len(w.turns) != 4 {
		t.Errorf("%v, %+v, turns %v: one that fails is out", err, tour.standings[1], w.turns)
	}
	w = &world{rates: map[Candidate]float64{b: 100}, fails: map[Candidate]error{a: broken}}
	if err := w.tournament(time.Minute, a, b).run(t.Context()); err != broken {
		t.Errorf("%v: when the first fails, the app does", err)
	}
}
