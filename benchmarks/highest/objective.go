package highest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Objective is what a deployment promises its clients.
type Objective struct {
	Percent float64       `json:"percent"` // of the requests: 50, 90, 99, 99.9 or 100
	Within  time.Duration `json:"within_ns"`
	Failed  float64       `json:"failed"` // share of requests that may fail, 0 to 1
}

// Default is p99 <= 100 ms and no more than 0.1 % errors.
var Default = Objective{99, 100 * time.Millisecond, 0.001}

// ParseObjective reads "p99<=100ms,errors<=0.1%". What is left out is the default's.
func ParseObjective(text string) (Objective, error) {
	o := Default
	for _, part := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), "<=")
		if err := o.set(name, value); err != nil {
			return Objective{}, fmt.Errorf("objective %q: %w", part, err)
		}
	}
	return o, nil
}

func (o *Objective) set(name, value string) error {
	const want = "want p50, p90, p99, p99.9 or max<=TIME, or errors<=PERCENT%"
	if name == "errors" {
		percent, err := strconv.ParseFloat(strings.TrimSuffix(value, "%"), 64)
		if err != nil || !(percent >= 0 && percent <= 100) || !strings.HasSuffix(value, "%") {
			return fmt.Errorf("%s", want)
		}
		o.Failed = percent / 100
		return nil
	}
	percent, known := percents[name]
	within, err := time.ParseDuration(value)
	if !known || err != nil || within <= 0 {
		return fmt.Errorf("%s", want)
	}
	o.Percent, o.Within = percent, within
	return nil
}

var percents = map[string]float64{"p50": 50, "p90": 90, "p99": 99, "p99.9": 99.9, "max": 100}

// String is what ParseObjective reads.
func (o Objective) String() string {
	return fmt.Sprintf("%s<=%v,errors<=%s%%", o.Name(), o.Within, strconv.FormatFloat(o.Failed*100, 'g', 6, 64))
}

// Words is the same for a reader.
func (o Objective) Words() string {
	return fmt.Sprintf("%s ≤ %v, errors ≤ %s %%", o.Name(), o.Within, strconv.FormatFloat(o.Failed*100, 'g', 6, 64))
}

// Name is that of the percentile: "p99".
func (o Objective) Name() string {
	if o.Percent == 100 {
		return "max"
	}
	return "p" + strconv.FormatFloat(o.Percent, 'g', -1, 64)
}

// mostDrift is what noise may do. More means that the answers come ever later.
const mostDrift = 0.1

// Met tells whether what was measured keeps it, and would in a longer run: in a short one
// the queue has no time to grow beyond any limit.
func (o Objective) Met(f trial.Figures) bool {
	return f.Requests > 0 && !o.Behind(f) && f.Failed <= o.Failed && o.Latency(f) <= float64(o.Within)/float64(time.Millisecond)
}

// Behind tells whether the server falls ever further behind.
func (o Objective) Behind(f trial.Figures) bool { return f.Drift > mostDrift }

// Verdict is a word or two about what was measured.
func (o Objective) Verdict(f trial.Figures) string {
	switch {
	case o.Met(f):
		return "met"
	case o.Behind(f):
		return "falls behind"
	}
	return "missed"
}

// Latency is the one that counts, in milliseconds.
func (o Objective) Latency(f trial.Figures) float64 {
	switch o.Percent {
	case 50:
		return f.P50
	case 90:
		return f.P90
	case 99.9:
		return f.P999
	case 100:
		return f.Max
	}
	return f.P99
}
