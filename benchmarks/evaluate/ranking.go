package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// rank puts the standings in order, the one to take first, and writes the reasons.
//
// Rates that lie within the noise of each other are a tie. Among those the one that costs less CPU
// time is better, then the one with fewer processes and threads, then with less memory.
func rank(all []*Standing, ceiling float64) []*Standing {
	var ranked, others []*Standing
	for _, s := range all {
		s.Capped = ceiling > 0 && s.Rate() >= nearCeiling*ceiling
		if s.Rate() > 0 {
			ranked = append(ranked, s)
		} else {
			others = append(others, s)
		}
	}
	slices.SortStableFunc(ranked, func(a, b *Standing) int { return compareDown(a.Rate(), b.Rate()) })
	for start := 0; start < len(ranked); {
		end := start + 1
		for end < len(ranked) && tied(ranked[start], ranked[end]) {
			end++
		}
		orderByCost(ranked[start:end])
		for _, s := range ranked[start+1 : end] {
			s.Tie = true
		}
		start = end
	}
	ranked = append(ranked, others...)
	for i, s := range ranked {
		s.Place = i + 1
	}
	explain(ranked)
	return ranked
}

// nearCeiling is the share of the load generator's own limit from which a rate may be the
// generator's and not the server's.
const nearCeiling = 0.75

// The noise that is taken for granted: of a search that ends within six percent, and of one round,
// which shows no spread.
const (
	leastNoise    = 0.06
	oneRoundNoise = 0.15
	mostNoise     = 0.3
)

// tied tells whether two rates differ by no more than the noise; both of them above what the
// generator can do is the same.
func tied(best, s *Standing) bool {
	if best.Capped && s.Capped {
		return true
	}
	return s.Rate() >= best.Rate()*(1-noise(best, s))
}

func noise(a, b *Standing) float64 {
	n := max(leastNoise, (a.Spread()+b.Spread())/2)
	if min(len(a.Turns), len(b.Turns)) < 2 {
		n = max(n, oneRoundNoise)
	}
	return min(n, mostNoise)
}

// orderByCost goes by CPU time in steps of a tenth: finer it is not known.
func orderByCost(tie []*Standing) {
	least := math.Inf(1)
	for _, s := range tie {
		if cpu := s.CPU(); cpu > 0 {
			least = min(least, cpu)
		}
	}
	step := func(s *Standing) int {
		if s.CPU() <= 0 {
			return 0
		}
		return int(math.Log(s.CPU()/least) / math.Log(1.1))
	}
	slices.SortStableFunc(tie, func(a, b *Standing) int {
		return cmp.Or(cmp.Compare(step(a), step(b)), cmp.Compare(a.Candidate.size(), b.Candidate.size()), cmp.Compare(a.PSS(), b.PSS()))
	})
}

// explain says in words why each is where it is.
func explain(ranked []*Standing) {
	for i, s := range ranked {
		switch {
		case s.Failure != "":
			s.Reason = "could not be measured: " + firstLine(s.Failure)
		case s.Rate() == 0:
			s.Reason = "no rate met the objective" + lowest(s)
		case i == 0:
			s.Reason = explainWinner(ranked)
		default:
			s.Reason = against(s, ranked[0])
		}
		if s.Candidate.Class == "sync" && s.Rate() > 0 {
			s.Reason += "; closes each connection after its response"
		}
		if s.Capped {
			s.Reason += "; at the load generator's own limit, it may do more"
		}
	}
}

// explainWinner holds the winner against the best that is not as good.
func explainWinner(ranked []*Standing) string {
	var ties []string
	for _, s := range ranked[1:] {
		switch {
		case tied(ranked[0], s):
			ties = append(ties, s.Candidate.String())
			continue
		case s.Rate() == 0:
			continue
		}
		reason := fmt.Sprintf("%s the rate of %s", times(ranked[0].Rate()/s.Rate()), s.Candidate) + cost(ranked[0], s)
		return reason + tieWords(ties)
	}
	if len(ties) == 0 {
		return "the only one that met the objective"
	}
	return "as fast as the others" + cost(ranked[0], ranked[1])
}

func tieWords(ties []string) string {
	if len(ties) == 0 {
		return ""
	}
	return "; as fast within the noise: " + strings.Join(ties, ", ")
}

// against holds one against the winner.
func against(s, winner *Standing) string {
	if tied(winner, s) {
		return fmt.Sprintf("as fast as %s within the noise", winner.Candidate) + cost(s, winner)
	}
	reason := fmt.Sprintf("%s the rate of %s", times(s.Rate()/winner.Rate()), winner.Candidate) + cost(s, winner)
	if s.Dropped {
		reason += "; one round only, so far behind"
	}
	return reason
}

func times(ratio float64) string {
	if ratio < 1 {
		return fmt.Sprintf("%.0f %% of", ratio*100)
	}
	return fmt.Sprintf("%.1f times", ratio)
}

// cost says how a's CPU time compares to b's, if the difference is worth a word.
func cost(a, b *Standing) string {
	x, y := a.CPU(), b.CPU()
	switch {
	case x <= 0 || y <= 0, math.Abs(x/y-1) < 0.1:
		return ""
	case x > 2*y:
		return fmt.Sprintf(", %.1f times the CPU time", x/y)
	case x > y:
		return fmt.Sprintf(", %.0f %% more CPU time", (x/y-1)*100)
	}
	return fmt.Sprintf(", %.0f %% less CPU time", (1-x/y)*100)
}

// lowest says what happened at the lowest rate that was tried.
func lowest(s *Standing) string {
	for _, t := range s.Turns {
		if len(t.Probes) == 0 {
			continue
		}
		f := t.Probes[len(t.Probes)-1]
		words := fmt.Sprintf(": at %.3g a second p99 was %.3g ms", f.Rate, f.P99)
		if f.Failed > 0 {
			words += fmt.Sprintf(" and %.2g %% failed (%s)", f.Failed*100, kinds(f.Errors))
		}
		return words
	}
	return ""
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
