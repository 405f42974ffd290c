package evaluate

import (
	"fmt"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// Kind is what an app does with its time.
type Kind string

// The kinds.
const (
	Quick     Kind = "quick"     // a call is over before it matters
	Computing Kind = "computing" // it keeps a core busy
	Waiting   Kind = "waiting"   // for a database, another service, the disk
	Mixed     Kind = "mixed"
)

// Nature is where the app's time goes, seen from outside: one request at a time, how long it
// takes and how much of that the processes were on a core.
type Nature struct {
	Kind    Kind    `json:"kind"`
	Service float64 `json:"service_ms"` // of one call, the median
	CPU     float64 `json:"cpu_ms"`     // of one call, the mean
}

// quick is a service time, in milliseconds, below which threads and waiting are no question.
const quick = 1.5

// natureOf goes by figures of a closed loop over one connection, with so many kinds of requests.
func natureOf(f trial.Figures, kinds int) Nature {
	n := Nature{Service: f.P50, CPU: f.CPU} // seconds for 1,000 are milliseconds for one
	undisturbed := undisturbed(f, kinds)
	share := 0.0
	if undisturbed > 0 {
		share = n.CPU / undisturbed
	}
	switch {
	case undisturbed < quick:
		n.Kind = Quick
	case share > computing:
		n.Kind = Computing
	case share < waiting:
		n.Kind = Waiting
	default:
		n.Kind = Mixed
	}
	return n
}

// undisturbed is how long a call takes that need not wait for a core because others have taken it:
// that is no waiting of the app's. It is the fastest tenth's time; but of several kinds of
// requests those would be the fast ones, so there it is the mean.
func undisturbed(f trial.Figures, kinds int) float64 {
	if kinds > 1 && f.RPS > 0 {
		return 1000 / f.RPS
	}
	for _, q := range f.Quantiles {
		if q.Percent == 10 {
			return q.MS
		}
	}
	return f.P50
}

// The shares of a call on a core that make it a computing or a waiting one.
const (
	computing = 0.6
	waiting   = 0.25
)

func (n Nature) String() string {
	times := fmt.Sprintf("one call takes %.3g ms, %.3g of them on a core", n.Service, n.CPU)
	switch n.Kind {
	case Computing:
		return "it computes: " + times
	case Waiting:
		return "it waits: " + times
	case Mixed:
		return "it computes and waits: " + times
	}
	return "it is quick: " + times
}
