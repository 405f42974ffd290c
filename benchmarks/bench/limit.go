package bench

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// limit is a condition that fails the run: "p99>+10%" against the old result, or
// "errors>0.1%" by itself.
type limit struct {
	text     string
	metric   metric
	above    bool // too high is wrong
	relative bool // value is a change in percent
	value    float64
}

var limitForm = regexp.MustCompile(`^([a-z0-9.]+)\s*([<>])\s*([+-]?)([0-9.]+[a-zA-Zµ]*%?)$`)

func parseLimit(text string) (limit, error) {
	parts := limitForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return limit{}, fmt.Errorf("limit %q: want for instance p99>+10%%, rps<-5%%, errors>0.1%% or p99>80ms", text)
	}
	m, ok := metricOf(parts[1])
	if !ok {
		return limit{}, fmt.Errorf("limit %q: no figure %q; there are %s", text, parts[1], metricNames())
	}
	l := limit{text: text, metric: m, above: parts[2] == ">", relative: parts[3] != ""}
	var err error
	if l.relative {
		l.value, err = number(parts[3]+parts[4], "%")
	} else {
		l.value, err = m.parse(parts[4])
	}
	if err != nil {
		return limit{}, fmt.Errorf("limit %q: %w", text, err)
	}
	return l, nil
}

func metricNames() string {
	var names []string
	for _, m := range metrics {
		names = append(names, m.name)
	}
	return strings.Join(names, ", ")
}

// number reads one that must end in suffix.
func number(text, suffix string) (float64, error) {
	if !strings.HasSuffix(text, suffix) {
		return 0, fmt.Errorf("%q does not end in %s", text, suffix)
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(text, suffix), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return v, nil
}

// crossed tells whether the difference is beyond the limit. A relative one is crossed by the
// medians' change, and only if that is no chance, or there are too few rounds to say
// what chance is.
func (l limit) crossed(d difference) bool {
	if !l.relative {
		return l.beyond(d.absolute())
	}
	return l.beyond(d.change()) && (d.real() || d.undecidable())
}

func (l limit) beyond(v float64) bool {
	if l.above {
		return v > l.value
	}
	return v < l.value
}
