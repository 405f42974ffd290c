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

// natureOf goes by figures of a closed loop over one connection.
func natureOf(f trial.Figures) Nature {
	n := Nature{Service: f.P50, CPU: f.CPU} // seconds for 1,000 are milliseconds for one
	share := 0.0
	if f.Cores+f.Queued > 0 && f.Requests > 0 {
		// What it waited for a core, because others have taken it, is no waiting of its own.
		share = f.Cores / max(1-f.Queued, f.Cores)
	}
	switch {
	case n.Service < quick || n.CPU < quick && share > computing:
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
