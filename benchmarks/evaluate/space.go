package evaluate

import "slices"

// classes are the worker classes that are tried, the most general first.
var classes = []string{"threaded", "gnet", "netpoll", "sync"}

// waitingThreads is how many calls an app that waits is given in each worker.
const waitingThreads = 16

// given are the settings that the user has made: the space has no other values for them.
type given struct {
	class            string // "" and 0: not given
	workers, threads int
}

// space is what is worth a try for an app of that nature on so many cores.
func space(goApp bool, n Nature, cores int, g given) []Candidate {
	var all []Candidate
	if goApp {
		all = goSpace(n, cores)
	} else {
		all = pythonSpace(n, cores)
	}
	var kept []Candidate
	for _, c := range all {
		if c = g.impose(c); !slices.Contains(kept, c) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (g given) impose(c Candidate) Candidate {
	if g.class != "" {
		c.Class = g.class
	}
	if g.workers > 0 {
		c.Workers = g.workers
	}
	if g.threads > 0 {
		c.Threads = g.threads
	}
	return c
}

// goSpace: one process of a Go app uses all cores, so more are only for comparison; but sync
// has one call in each.
func goSpace(n Nature, cores int) []Candidate {
	all := []Candidate{{"threaded", 1, 0}, {"gnet", 1, 0}, {"netpoll", 1, 0}}
	if cores > 1 {
		all = append(all, Candidate{"gnet", cores, 0})
	}
	if n.Kind == Waiting {
		return append(all, Candidate{"sync", cores, waitingThreads})
	}
	return append(all, Candidate{"sync", cores, 0})
}

// pythonSpace: an interpreter computes on one core at a time, so there is one for each; how
// many threads it is worth giving depends on how much of a call is waiting.
func pythonSpace(n Nature, cores int) []Candidate {
	threads := map[Kind]int{Computing: 1, Quick: 1, Mixed: 4, Waiting: waitingThreads}[n.Kind]
	var all []Candidate
	for _, class := range classes {
		all = append(all, Candidate{class, cores, threads})
	}
	switch n.Kind {
	case Waiting:
		return append(all, Candidate{"gnet", cores, 1}, Candidate{"gnet", cores, 4 * waitingThreads})
	case Mixed:
		return append(all, Candidate{"gnet", cores, 1}, Candidate{"gnet", cores, waitingThreads})
	}
	return append(all, Candidate{"gnet", 1, 1}, Candidate{"gnet", cores, 4}, Candidate{"gnet", 2 * cores, 1})
}
