package highest

import (
	"math"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Search says where to look.
type Search struct {
	Start  float64 // the first rate, requests a second: the best guess
	Growth float64 // by what the rate is raised or lowered until it is bracketed; above 1
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

// Find tries rates. When try fails, the result is of what was tried before.
func (s Search) Find(o Objective, try func(rate float64) (trial.Figures, error)) (Result, error) {
	var r Result
	low, high := 0.0, math.Inf(1) // met, missed
	rate := max(s.Start, lowest)
	for range s.Most {
		f, err := try(rate)
		if err != nil {
			return r, err
		}
		r.Probes = append(r.Probes, f)
		if o.Met(f) {
			low, r.Rate, r.At = rate, rate, f
		} else {
			high = rate
		}
		if high/low <= s.Within || high <= lowest {
			break
		}
		rate = s.next(low, high)
	}
	return r, nil
}

// next is outside of what is known until there is a bracket, and then its middle, by
// proportion.
func (s Search) next(low, high float64) float64 {
	switch {
	case math.IsInf(high, 1):
		return low * s.Growth
	case low == 0:
		return max(high/s.Growth/s.Growth, lowest) // a missed rate leaves a queue behind: go well below
	}
	return math.Sqrt(low * high)
}
