package bench

import (
	"fmt"
	"slices"
	"time"
)

// metric is a figure that results are compared by.
type metric struct {
	name string
	doc  string
	of   func(Round) float64 // in the metric's own unit
	unit unit
}

// unit is how a value is written.
type unit int

const (
	perSecond unit = iota
	milliseconds
	seconds // of CPU time for 1,000 requests
	megabytes
	percent
)

var metrics = []metric{
	{"rps", "requests a second", func(r Round) float64 { return r.RPS }, perSecond},
	{"p50", "latency", func(r Round) float64 { return r.Figures.P50 }, milliseconds},
	{"p90", "latency", func(r Round) float64 { return r.Figures.P90 }, milliseconds},
	{"p99", "latency", func(r Round) float64 { return r.Figures.P99 }, milliseconds},
	{"p99.9", "latency", func(r Round) float64 { return r.Figures.P999 }, milliseconds},
	{"max", "latency", func(r Round) float64 { return r.Figures.Max }, milliseconds},
	{"cpu", "CPU time for 1,000 requests", func(r Round) float64 { return r.Figures.CPU }, seconds},
	{"pss", "memory", func(r Round) float64 { return float64(r.Figures.PSS) / (1 << 20) }, megabytes},
	{"errors", "requests that failed", func(r Round) float64 { return r.Figures.Failed * 100 }, percent},
}

func metricOf(name string) (metric, bool) {
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return metric{}, false
	}
	return metrics[i], true
}

func (m metric) values(rounds []Round) []float64 {
	all := make([]float64, len(rounds))
	for i, r := range rounds {
		all[i] = m.of(r)
	}
	return all
}

// format writes a value with its unit.
func (m metric) format(v float64) string {
	switch m.unit {
	case milliseconds:
		return fmt.Sprintf("%.4g ms", v)
	case seconds:
		return fmt.Sprintf("%.4g s", v)
	case megabytes:
		return fmt.Sprintf("%.1f MB", v)
	case percent:
		return fmt.Sprintf("%.3g%%", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// parse reads a limit's value: "100ms", "0.5s", "200MB", "0.1%" or a plain number.
func (m metric) parse(text string) (float64, error) {
	var suffix string
	switch m.unit {
	case milliseconds:
		d, err := time.ParseDuration(text)
		return float64(d) / float64(time.Millisecond), err
	case seconds:
		suffix = "s"
	case megabytes:
		suffix = "MB"
	case percent:
		suffix = "%"
	}
	return number(text, suffix)
}
