package evaluate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-77b39ca9/srv/benchmarks/machine"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// advise says what else was found on the way.
func advise(r *Result, alone trial.Figures) (all []string) {
	for _, check := range []func(*Result, trial.Figures) string{
		errorsTogether, errorsAlone, growing, bound, fewConnections, capped, unsteady,
	} {
		if words := check(r, alone); words != "" {
			all = append(all, words)
		}
	}
	return all
}

// errorsTogether: it answers one request at a time, and fails when there are several.
func errorsTogether(r *Result, alone trial.Figures) string {
	if alone.Failed > 0 {
		return ""
	}
	var which []string
	found := map[string]int{}
	threaded := true // all that fail have threads
	for _, s := range r.Standings {
		if errors := appErrors(s); len(errors) > 0 {
			which = append(which, s.Candidate.String())
			for kind, n := range errors {
				found[kind] += n
			}
			threaded = threaded && s.Candidate.Threads != 1
		}
	}
	if len(which) == 0 {
		return ""
	}
	words := fmt.Sprintf("Errors under concurrency: none with one request at a time, but %s with %s.", kinds(found), strings.Join(which, ", "))
	if threaded && len(which) < len(r.Standings) {
		words += " One thread does not show them: is the app thread-safe?"
	}
	return words
}

// appErrors are those at half of the highest rate, where no server is overloaded, and of
// statuses at any rate: 5xx but for what a full queue gives, 503 and 504.
func appErrors(s *Standing) map[string]int {
	found := map[string]int{}
	for _, t := range s.Turns {
		for kind, n := range t.Half.Errors {
			found[kind] += n
		}
		for _, f := range t.Probes {
			for _, kind := range []string{"status 500", "status 502"} {
				if n := f.Errors[kind]; n > 0 {
					found[kind] += n
				}
			}
		}
	}
	return found
}

func errorsAlone(_ *Result, alone trial.Figures) string {
	if alone.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("Requests fail even one at a time (%s): what was measured is partly the failing. "+
		"Does the profile ask for what the app has?", kinds(alone.Errors))
}

// What counts as growing: more than noise, and more than a start's caches.
const (
	growthShare = 0.15
	growthBytes = 8 << 20
)

// growing: memory that rises with the requests, in most of the turns.
func growing(r *Result, _ trial.Figures) string {
	turns, grew := 0, 0
	var perThousand []float64
	for _, s := range r.Standings {
		for _, t := range s.Turns {
			turns++
			up := t.After - t.Before
			if t.Before > 0 && t.Requests > 0 && up > growthBytes && float64(up) > growthShare*float64(t.Before) {
				grew++
				perThousand = append(perThousand, float64(up)/1024/float64(t.Requests)*1000)
			}
		}
	}
	if grew == 0 || grew*2 < turns {
		return ""
	}
	slices.Sort(perThousand)
	return fmt.Sprintf("Memory grows with the requests, by about %.0f KB for 1,000 (%d of %d turns): a leak, or a cache that was "+
		"not full yet. max_requests or max_worker_memory bounds it.", perThousand[len(perThousand)/2], grew, turns)
}

// bound: a Python app that computes.
func bound(r *Result, _ trial.Figures) string {
	if r.GoApp || r.Nature.Kind != Computing {
		return ""
	}
	return "Calls compute, and a Python interpreter computes on one core at a time (GIL): threads add nothing, workers do, up to the " +
		"number of cores."
}

// busyShare of the connections from which they, and not the server, may be the limit.
const busyShare = 0.8

// fewConnections: by Little's law as many requests are under way as rate times latency, and no
// more than there are connections.
func fewConnections(r *Result, _ trial.Figures) string {
	w := r.Winner()
	if w == nil {
		return ""
	}
	p50 := w.Half(func(f trial.Figures) float64 { return f.P50 })
	if underWay := w.Rate() * p50 / 1000; underWay < busyShare*float64(r.Profile.Connections) {
		return ""
	}
	return fmt.Sprintf("All %d connections of the load were busy at the highest rate of %s: with more --connections it may do more.",
		r.Profile.Connections, w.Candidate)
}

func capped(r *Result, _ trial.Figures) string {
	for _, s := range r.Standings {
		if s.Capped {
			return fmt.Sprintf("The load generator itself can do %.0f requests a second here; what is near that is marked, and its order "+
				"goes by CPU time. The rates of a machine for the load alone would be higher.", r.Ceiling)
		}
	}
	return ""
}

// Spread above which a round says little of the next.
const wide = 0.3

func unsteady(r *Result, _ trial.Figures) string {
	var words []string
	if busy(r.Environment) {
		words = append(words, fmt.Sprintf("the machine was busy with something else (load average %.1f on %d cores)", r.Environment.Busy, r.Environment.Cores))
	}
	if len(r.Standings) > 0 && r.Standings[0].Spread() > wide {
		words = append(words, fmt.Sprintf("the winner's rounds differ by %.0f %%", r.Standings[0].Spread()*100))
	}
	if len(words) == 0 {
		return ""
	}
	return "Rough figures: " + strings.Join(words, ", and ") + ". Run it again on a quiet machine, or with a longer --budget."
}

func busy(e machine.Environment) bool { return e.Busy > float64(e.Cores)/2 }

// kinds lists errors with their numbers.
func kinds(errors map[string]int) string {
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(errors)) {
		words = append(words, fmt.Sprintf("%d %s", errors[kind], kind))
	}
	return strings.Join(words, ", ")
}
