package evaluate

import (
	"slices"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Turn is one candidate's part in one round.
type Turn struct {
	Rate   float64         `json:"rate"` // the highest that met the objective, requests a second; 0: none did
	Full   trial.Figures   `json:"full"` // measured there
	Half   trial.Figures   `json:"half"` // at half of it
	Probes []trial.Figures `json:"probes"`

	Before   int64 `json:"pss_before"` // memory after the warm-up, in bytes
	After    int64 `json:"pss_after"`  // and at the end
	Requests int   `json:"requests"`   // in between
}

// Standing is a candidate with what it has shown.
type Standing struct {
	Candidate Candidate `json:"candidate"`
	Turns     []Turn    `json:"turns"`
	Dropped   bool      `json:"dropped,omitempty"` // after the first round: too far behind
	Failure   string    `json:"failure,omitempty"` // why it could not be measured

	// What the ranking says.
	Place  int    `json:"place"`
	Tie    bool   `json:"tie,omitempty"`    // as good as the one before it
	Capped bool   `json:"capped,omitempty"` // by the load generator
	Reason string `json:"reason"`
}

// Rate is the median of its highest rates.
func (s *Standing) Rate() float64 { return s.median(func(t Turn) float64 { return t.Rate }) }

// Range is the lowest and the highest of them.
func (s *Standing) Range() (low, high float64) {
	if len(s.Turns) == 0 {
		return 0, 0
	}
	rates := s.values(func(t Turn) float64 { return t.Rate })
	return slices.Min(rates), slices.Max(rates)
}

// Spread is how far the rounds lie apart, as a share of the median.
func (s *Standing) Spread() float64 {
	low, high := s.Range()
	if rate := s.Rate(); rate > 0 {
		return (high - low) / rate
	}
	return 0
}

// Half is the median of a figure at half of the highest rate.
func (s *Standing) Half(of func(trial.Figures) float64) float64 {
	return s.median(func(t Turn) float64 { return of(t.Half) })
}

// CPU is the seconds of CPU time for 1,000 requests, by the steadier load.
func (s *Standing) CPU() float64 { return s.Half(func(f trial.Figures) float64 { return f.CPU }) }

// PSS is its memory in bytes at the end of a turn.
func (s *Standing) PSS() float64 { return s.median(func(t Turn) float64 { return float64(t.After) }) }

func (s *Standing) values(of func(Turn) float64) []float64 {
	var all []float64
	for _, t := range s.Turns {
		all = append(all, of(t))
	}
	return all
}

// median of an even number of rounds is the lower one's: what was shown, not what was not.
func (s *Standing) median(of func(Turn) float64) float64 {
	all := s.values(of)
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}
