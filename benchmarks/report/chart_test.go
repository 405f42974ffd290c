package report

import (
	"math"
	"strings"
	"testing"
)

func TestChart(t *testing.T) {
	svg, err := lines{x: "x", y: "y", limit: 100, series: []Series{
		{"one", []Point{{0, 0}, {10, 20}, {20, math.Inf(1)}, {30, 400}}}, {"none", nil}, {"two", []Point{{5, 1}}},
	}}.svg()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<svg viewBox=`, "var(--s0)", "var(--s2)", "var(--ink)", "var(--line)", "var(--alarm)", ">100<"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("no %s", want)
		}
	}
	for _, bad := range []string{"var(--s1)", "#0A", "font-family", "<?xml", "NaN"} {
		if strings.Contains(string(svg), bad) {
			t.Errorf("there is %s", bad)
		}
	}
	if svg, err := (lines{series: []Series{{"none", []Point{{1, 0}}}}}).svg(); err != nil || svg != "" {
		t.Errorf("%q, %v: nothing to draw", svg, err)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{1, 1000, "1 2 5 10 20 50 100 200 500 1000"}, {20, 80, "20 30 40 50 60 70 80"}, {0.02, 0.6, "0.02 0.05 0.1 0.2 0.5"}} {
		var labels []string
		for _, tick := range (decades{}).Ticks(c.low, c.high) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestNines(t *testing.T) {
	if nines(0) != 0 || math.Abs(nines(90)-1) > 1e-9 || math.Abs(nines(99.9)-3) > 1e-9 {
		t.Errorf("%v %v %v", nines(0), nines(90), nines(99.9))
	}
}
