package evaluate

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// print writes the result for people.
func (r *Result) print(w io.Writer) {
	fmt.Fprintf(w, "The app: %s.\n", r.Nature)
	fmt.Fprintf(w, "The load generator alone: %s requests a second.\n\n", rate(r.Ceiling))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\tcandidate\treq/s\tlowest-highest\tp50 ms\tp99 ms\tp99.9 ms\tmax ms\tCPU s/1000\tMB\n")
	for _, s := range r.Standings {
		low, high := s.Range()
		fmt.Fprintf(table, "%s\t%s\t%s%s\t%s-%s\t%.3g\t%.3g\t%.3g\t%.3g\t%.3g\t%.0f\n",
			place(s), s.Candidate, rate(s.Rate()), mark(s), rate(low), rate(high),
			s.Half(func(f trial.Figures) float64 { return f.P50 }), s.Half(func(f trial.Figures) float64 { return f.P99 }),
			s.Half(func(f trial.Figures) float64 { return f.P999 }), s.Half(func(f trial.Figures) float64 { return f.Max }),
			s.CPU(), s.PSS()/(1<<20))
	}
	table.Flush()
	fmt.Fprintf(w, "\nreq/s: the highest rate with %v. Latencies and CPU time: at half of it.\n\n", r.Objective)
	for _, s := range r.Standings {
		fmt.Fprintf(w, "%s: %s.\n", s.Candidate, s.Reason)
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(w, "\nWarning: %s\n", warning)
	}
	if winner := r.Winner(); winner != nil {
		fmt.Fprintf(w, "\nTake: %s\n", winner.Candidate.flags())
	} else {
		fmt.Fprintf(w, "\nNo candidate met the objective %v.\n", r.Objective)
	}
}

// place is the rank; "=" is as good as the one above.
func place(s *Standing) string {
	switch {
	case s.Rate() == 0:
		return "-"
	case s.Tie:
		return "="
	}
	return fmt.Sprint(s.Place)
}

func mark(s *Standing) string {
	if s.Capped {
		return "+"
	}
	return ""
}
