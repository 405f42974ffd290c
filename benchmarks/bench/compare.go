package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"golang.org/x/perf/benchmath"
)

// confidence of the intervals that are printed.
const confidence = 0.95

// difference is a metric in two results.
type difference struct {
	metric   metric
	old, new benchmath.Summary
	test     benchmath.Comparison
	worst    float64 // the highest of the new ones
}

func compare(m metric, old, new []Round) difference {
	a := benchmath.NewSample(m.values(old), &benchmath.DefaultThresholds)
	b := benchmath.NewSample(m.values(new), &benchmath.DefaultThresholds)
	// No distribution is assumed: latencies have none that is known.
	return difference{
		metric: m, worst: slices.Max(m.values(new)), test: benchmath.AssumeNothing.Compare(a, b),
		old: benchmath.AssumeNothing.Summary(a, confidence), new: benchmath.AssumeNothing.Summary(b, confidence),
	}
}

// absolute is the new value by itself: the median, and of errors the worst round, for
// errors that come in some rounds only are errors.
func (d difference) absolute() float64 {
	if d.metric.unit == percent {
		return d.worst
	}
	return d.new.Center
}

// change is that of the medians, in percent.
func (d difference) change() float64 {
	if d.old.Center == d.new.Center {
		return 0
	}
	if d.old.Center == 0 {
		return math.Inf(1)
	}
	return (d.new.Center/d.old.Center - 1) * 100
}

// real tells whether the two are unlikely to be the same.
func (d difference) real() bool { return d.test.P < d.test.Alpha }

// fewest rounds on each side with which the test can tell anything.
const fewest = 4

// undecidable tells whether there are too few rounds to tell a change from chance.
func (d difference) undecidable() bool { return min(d.test.N1, d.test.N2) < fewest }

func (d difference) verdict() string {
	switch {
	case d.undecidable():
		return fmt.Sprintf("%s (too few rounds to be sure)", signed(d.change()))
	case !d.real():
		return fmt.Sprintf("~ (p=%.3f)", d.test.P)
	}
	return fmt.Sprintf("%s (p=%.3f)", signed(d.change()), d.test.P)
}

func signed(change float64) string {
	if math.IsInf(change, 0) {
		return "from 0"
	}
	return fmt.Sprintf("%+.1f%%", change)
}

// compareAll prints all metrics of two results.
func compareAll(w io.Writer, old, new *Result) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\told\t\tnew\t\tchange\n")
	for _, m := range metrics {
		d := compare(m, old.Rounds, new.Rounds)
		if d.old.Center == 0 && d.new.Center == 0 && m.name != "errors" {
			continue // not known of a server elsewhere
		}
		fmt.Fprintf(table, "%s\t%s\t(%s)\t%s\t(%s)\t%s\n", m.name,
			m.format(d.old.Center), m.spread(d.old, m.values(old.Rounds)),
			m.format(d.new.Center), m.spread(d.new, m.values(new.Rounds)), d.verdict())
	}
	table.Flush()
	for _, warning := range unlike(old, new) {
		fmt.Fprintf(w, "Note: %s\n", warning)
	}
}

// spread is the interval that the median is in with that confidence. So few rounds that
// there is none are shown as they lie: from the lowest to the highest.
func (m metric) spread(s benchmath.Summary, values []float64) string {
	if math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) {
		return m.format(slices.Min(values)) + " to " + m.format(slices.Max(values))
	}
	return m.format(s.Lo) + " to " + m.format(s.Hi)
}

// unlike says in what two results differ besides what was to be compared.
func unlike(old, new *Result) (all []string) {
	a, b := old.Environment, new.Environment
	if a.CPU != b.CPU || a.Cores != b.Cores {
		all = append(all, fmt.Sprintf("the machines differ: %s with %d cores, %s with %d", a.CPU, a.Cores, b.CPU, b.Cores))
	}
	if a.Kernel != b.Kernel {
		all = append(all, fmt.Sprintf("the kernels differ: %s, %s", a.Kernel, b.Kernel))
	}
	if a.Python != b.Python {
		all = append(all, fmt.Sprintf("the interpreters differ: %s, %s", a.Python, b.Python))
	}
	if old.LatencyRate != new.LatencyRate {
		all = append(all, fmt.Sprintf("latencies were taken at different rates: %.4g, %.4g requests/s", old.LatencyRate, new.LatencyRate))
	}
	return all
}
