package result

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Row is one server's line.
type Row struct {
	Name   string
	Series Series
}

// Table is the figures of rows, a column for each metric: the median of the
// rounds, and of errors and noise the worst. The metrics in ratios are followed
// by the ratio to base, and spread says how far the rounds lie apart in the
// first metric.
func Table(rows []Row, metrics []Metric, base Series, ratios []Metric) string {
	head := []string{"server"}
	for _, m := range metrics {
		head = append(head, string(m))
		if slices.Contains(ratios, m) {
			head = append(head, "ratio")
		}
	}
	lines := [][]string{append(head, "spread %")}
	for _, row := range rows {
		line := []string{row.Name}
		for _, m := range metrics {
			line = append(line, cell(row.Series, m))
			if slices.Contains(ratios, m) {
				line = append(line, cellOf(Median, row.Series.Ratios(base, m)))
			}
		}
		lines = append(lines, append(line, spreadCell(row.Series.values(metrics[0]))))
	}
	return align(lines)
}

// Goals is the verdicts as a table.
func Goals(verdicts []Verdict) string {
	lines := [][]string{{"goal", "figure", "wanted", "measured", "rounds", ""}}
	for _, v := range verdicts {
		lines = append(lines, v.row())
	}
	return align(lines)
}

func cell(s Series, m Metric) string {
	if m == Errors || m == Noise {
		return cellOf(slices.Max[[]float64], s.values(m))
	}
	return cellOf(Median, s.values(m))
}

func spreadCell(values []float64) string {
	if len(values) < 2 {
		return "-" // one round says nothing of the next
	}
	return number(Spread(values))
}

func cellOf(reduce func([]float64) float64, values []float64) string {
	if len(values) == 0 {
		return "-"
	}
	return number(reduce(values))
}

// number prints whole numbers as they are and others with about three digits.
func number(v float64) string {
	switch {
	case v == math.Trunc(v), v >= 100, v <= -100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10 || v <= -10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// align pads the cells to columns: the first to the left, the others to the
// right.
func align(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, line := range lines {
		var padded strings.Builder
		for i, cell := range line {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				padded.WriteString(cell + space)
			} else {
				padded.WriteString("  " + space + cell)
			}
		}
		text.WriteString(strings.TrimRight(padded.String(), " ") + "\n")
	}
	return text.String()
}
