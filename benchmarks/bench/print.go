package bench

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"golang.org/x/perf/benchmath"
)

// print writes a result for people.
func (r *Result) print(w io.Writer) {
	switch {
	case r.Objective != nil:
		fmt.Fprintf(w, "Highest rate with %v; latencies at %.4g requests/s; %s:\n\n", r.Objective, r.LatencyRate, rounds(len(r.Rounds)))
	default:
		fmt.Fprintf(w, "At %.4g requests/s; %s:\n\n", r.LatencyRate, rounds(len(r.Rounds)))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range metrics {
		s := benchmath.AssumeNothing.Summary(benchmath.NewSample(m.values(r.Rounds), &benchmath.DefaultThresholds), confidence)
		if s.Center == 0 && m.name != "errors" {
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t(%s)\t%s\n", m.name, m.format(s.Center), m.spread(s, m.values(r.Rounds)), m.doc)
	}
	table.Flush()
	if kinds := r.errors(); len(kinds) > 0 {
		fmt.Fprintf(w, "\nErrors:")
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			fmt.Fprintf(w, " %d %s;", kinds[kind], kind)
		}
		fmt.Fprintln(w)
	}
}

func rounds(n int) string {
	if n == 1 {
		return "one round"
	}
	return fmt.Sprintf("medians of %d rounds", n)
}

func (r *Result) errors() map[string]int {
	all := map[string]int{}
	for _, round := range r.Rounds {
		for kind, n := range round.Figures.Errors {
			all[kind] += n
		}
	}
	return all
}

// explain says what crossed a limit.
func (l limit) explain(d difference) string {
	if l.relative {
		return fmt.Sprintf("%s to %s, %s", l.metric.format(d.old.Center), l.metric.format(d.new.Center), d.verdict())
	}
	return "it is " + l.metric.format(d.absolute())
}
