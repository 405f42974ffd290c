package evaluate

import (
	"context"
	"slices"
	"time"
)

// measurer gives a candidate its turn. guess is the highest rate it has shown before, 0 if
// it has had no turn; limit is about how long the turn may take.
type measurer func(ctx context.Context, c Candidate, guess float64, limit time.Duration) (Turn, error)

// tournament gives every candidate a turn in each round, so that a slow minute of the machine
// falls on all alike.
type tournament struct {
	standings []*Standing
	rounds    int
	budget    time.Duration
	measure   measurer
	watch     watcher
	now       func() time.Time
}

// watcher is told how it goes.
type watcher interface {
	begin(round int, s *Standing, left time.Duration)
	done(s *Standing)
}

// Who is so far behind the best after the first round has no part in the others, unless
// there would be fewer than that left.
const (
	behind = 0.4
	fewest = 3
)

// run returns when all rounds are over, the budget is spent or ctx ends; then what was measured
// is in the standings. The error is that of the first candidate, if it has failed: it is the app's
// then, and the others would fail of it too.
func (t *tournament) run(ctx context.Context) error {
	end := t.now().Add(t.budget)
	for round := range t.rounds {
		for i, s := range t.standings {
			left := end.Sub(t.now())
			turns := t.turnsLeft(round, i)
			if s.out() {
				continue
			}
			limit := left / time.Duration(max(turns, 1))
			if ctx.Err() != nil || round > 0 && limit < shortestTurn {
				return nil
			}
			t.watch.begin(round, s, left)
			turn, err := t.measure(ctx, s.Candidate, s.Rate(), max(limit, shortestTurn))
			if ctx.Err() != nil {
				return nil // half a turn says nothing
			}
			if err := s.take(turn, err); err != nil && t.nobody() {
				return err
			}
			t.watch.done(s)
		}
		if round == 0 {
			t.drop()
		}
	}
	return nil
}

// shortestTurn is one in which there is time for a search at all.
const shortestTurn = 3 * time.Second

// turnsLeft counts those of this round from i on and of the rounds to come. Before anybody is
// dropped the later rounds are taken to be half as many.
func (t *tournament) turnsLeft(round, i int) int {
	here, all := 0, 0
	for k, s := range t.standings {
		if s.out() {
			continue
		}
		all++
		if k >= i {
			here++
		}
	}
	if round == 0 {
		all = max(all/2, min(all, fewest))
	}
	return here + all*(t.rounds-1-round)
}

func (s *Standing) out() bool { return s.Dropped || s.Failure != "" }

// take puts a turn in. A server that did not start, or ended, is out.
func (s *Standing) take(turn Turn, err error) error {
	if err == nil {
		s.Turns = append(s.Turns, turn)
		return nil
	}
	s.Failure = err.Error()
	return err
}

// nobody tells whether no candidate has had a turn yet.
func (t *tournament) nobody() bool {
	return !slices.ContainsFunc(t.standings, func(s *Standing) bool { return len(s.Turns) > 0 })
}

// drop leaves out who is too far behind.
func (t *tournament) drop() {
	byRate := slices.Clone(t.standings)
	slices.SortStableFunc(byRate, func(a, b *Standing) int { return compareDown(a.Rate(), b.Rate()) })
	for i, s := range byRate {
		if i >= fewest && s.Rate() < byRate[0].Rate()*behind || s.Rate() == 0 {
			s.Dropped = true
		}
	}
}

func compareDown(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}
