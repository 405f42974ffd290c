package result

import "slices"

// Metric is one kind of figure; its text heads the column and names the unit.
type Metric string

// What is measured. README.md says how each is to be read.
const (
	CPU       Metric = "CPU µs/req"
	CPUGB     Metric = "CPU ms/GB"
	Rate      Metric = "req/s"
	P50       Metric = "p50 ms"
	P99       Metric = "p99 ms"
	PSS       Metric = "PSS MB"
	Server    Metric = "server %"
	Generator Metric = "load %"
	Noise     Metric = "noise %"
	Errors    Metric = "errors"
	Requests  Metric = "requests"
	Slow      Metric = "slow ones"
	Kept      Metric = "kept"
	PerConn   Metric = "KB/conn"
	Idling    Metric = "CPU ms/s"
)

// Figures are those of one measurement.
type Figures map[Metric]float64

// Series are the measurements of one server, one for each round; nil where a
// round has failed.
type Series []Figures

// values are the figures of the rounds that have one.
func (s Series) values(m Metric) []float64 {
	var values []float64
	for _, figures := range s {
		if v, ok := figures[m]; ok {
			values = append(values, v)
		}
	}
	return values
}

// Ratios are s over base, round by round: the two ran within seconds of each
// other, so a machine that gets slower from round to round does not show.
func (s Series) Ratios(base Series, m Metric) []float64 {
	var ratios []float64
	for i := range min(len(s), len(base)) {
		over, ok := base[i][m]
		if v, has := s[i][m]; has && ok && over != 0 {
			ratios = append(ratios, v/over)
		}
	}
	return ratios
}

// Median of values; 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Spread is the distance from the lowest to the highest value, in percent of
// the median; 0 of none.
func Spread(values []float64) float64 {
	median := Median(values)
	if median == 0 {
		return 0
	}
	return 100 * (slices.Max(values) - slices.Min(values)) / median
}

// Percentile of values sorted ascending, by the nearest rank: the lowest value
// that at least percent of them do not exceed; 0 of none.
func Percentile[T ~int64 | ~float64](sorted []T, percent int) T {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*percent + 99) / 100
	return sorted[max(rank, 1)-1]
}
