package highest

import (
	"math"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Search says where to look.
type Search struct {
	Start  float64 // the first rate, requests a second: the best guess
	Growth float64 // by what the rate is first raised; each further step is the square of the one before
	Within float64 // how near the two ends of the bracket must come: 1.05 is five percent
	Most   int     // tries
}

// lowest is a rate below which no server is looked for.
const lowest = 0.5

// Result is what a search has found.
type Result struct {
	Rate   float64         // the highest that met the objective; 0: none did
	At     trial.Figures   // measured there
	Probes []trial.Figures // all tries in their order
}

// mostGrowth bounds a step, up or down.
const mostGrowth = 3

// Find tries rates. When try fails, the result is of what was tried before.
//
// While no rate has met the objective, one that missed it is tried again: a moment's
// disturbance there would lead the search far away.
func (s Search) Find(o Objective, try func(rate float64) (trial.Figures, error)) (Result, error) {
	var r Result
	b := bracket{high: math.Inf(1), growth: s.Growth}
	again := true
	rate := max(s.Start, lowest)
	for range s.Most {
		f, err := try(rate)
		if err != nil {
			return r, err
		}
		r.Probes = append(r.Probes, f)
		switch {
		case o.Met(f):
			b.low, r.Rate, r.At = rate, rate, f
		case b.low == 0 && again:
			again = false
			continue
		default:
			b.high, again = rate, true
		}
		if b.high/b.low <= s.Within || b.high <= lowest {
			break
		}
		rate = b.next()
	}
	return r, nil
}

// bracket is what is known: met at low, missed at high.
type bracket struct{ low, high, growth float64 }

// next is outside of what is known until there is a bracket, and then its middle, by
// proportion.
func (b *bracket) next() float64 {
	switch {
	case b.low == 0:
		// Well below: a missed rate leaves a queue behind.
		return max(b.high/b.step()/b.step(), lowest)
	case math.IsInf(b.high, 1):
		return b.low * b.step()
	}
	return math.Sqrt(b.low * b.high)
}

// step grows: who is far away is soon there.
func (b *bracket) step() float64 {
	step := b.growth
	b.growth = min(b.growth*b.growth, mostGrowth)
	return step
}
