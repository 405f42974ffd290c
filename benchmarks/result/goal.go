package result

import (
	"fmt"
	"slices"
)

// Relation of a figure to a goal's limit.
type Relation string

// The relations there are.
const (
	AtMost  Relation = "at most"
	AtLeast Relation = "at least"
	Below   Relation = "below"
)

// Goal is what the figures of a run should be. With Over, the ratio of Of's
// figure to Over's is held against Limit, without it the figure itself.
type Goal struct {
	Metric   Metric
	Of, Over string // names of servers
	Relation Relation
	Limit    float64
}

// Verdict on a goal.
type Verdict struct {
	Goal
	Values []float64 // one for each round; none: not measured
}

// Judge holds the goal against a run.
func (g Goal) Judge(run map[string]Series) Verdict {
	if g.Over == "" {
		return Verdict{g, run[g.Of].values(g.Metric)}
	}
	return Verdict{g, run[g.Of].Ratios(run[g.Over], g.Metric)}
}

// Met tells whether the median keeps the goal.
func (v Verdict) Met() bool { return len(v.Values) > 0 && v.keeps(Median(v.Values)) }

// Undecided tells whether some rounds keep the goal and some do not: the
// difference is within the noise.
func (v Verdict) Undecided() bool {
	kept := 0
	for _, value := range v.Values {
		if v.keeps(value) {
			kept++
		}
	}
	return kept > 0 && kept < len(v.Values)
}

func (g Goal) keeps(value float64) bool {
	switch g.Relation {
	case AtMost:
		return value <= g.Limit
	case AtLeast:
		return value >= g.Limit
	default:
		return value < g.Limit
	}
}

// row is the verdict in the columns of Goals.
func (v Verdict) row() []string {
	what := v.Of
	if v.Over != "" {
		what += " / " + v.Over
	}
	row := []string{what, string(v.Metric), fmt.Sprintf("%s %s", v.Relation, number(v.Limit))}
	if len(v.Values) == 0 {
		return append(row, "-", "-", "not measured")
	}
	rounds := number(slices.Min(v.Values)) + " to " + number(slices.Max(v.Values))
	return append(row, number(Median(v.Values)), rounds, v.word())
}

func (v Verdict) word() string {
	word := "not met"
	if v.Met() {
		word = "met"
	}
	if v.Undecided() {
		word += ", rounds differ"
	}
	return word
}
