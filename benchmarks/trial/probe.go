package trial

import (
	"context"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/benchmarks/openloop"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// Figures are what one load of a subject gave. A field that could not be had, such as
// the CPU time of a server elsewhere, is 0.
type Figures struct {
	Rate     float64        `json:"rate"` // requests a second that were begun; 0: as many as the connections could
	RPS      float64        `json:"rps"`  // right answers a second
	Requests int            `json:"requests"`
	Errors   map[string]int `json:"errors,omitempty"` // by kind, the slow clients' too
	Failed   float64        `json:"failed"`           // share of the requests, 0 to 1
	P50      float64        `json:"p50_ms"`
	P90      float64        `json:"p90_ms"`
	P99      float64        `json:"p99_ms"`
	P999     float64        `json:"p99.9_ms"`
	Max      float64        `json:"max_ms"`
	CPU      float64        `json:"cpu_s_per_1000"` // of the server's whole process tree
	PSS      int64          `json:"pss_bytes"`      // the same, at the end
	Drift    float64        `json:"drift"`          // see openloop.Report
	Cores    float64        `json:"cores"`          // that the server kept busy
	Load     float64        `json:"load_cores"`     // that the load kept busy

	// Quantiles is the whole distribution in few points, for charts.
	Quantiles []Quantile `json:"quantiles,omitempty"`
	Unended   bool       `json:"unended,omitempty"` // it was interrupted
}

// Quantile is one point of a distribution of latencies.
type Quantile struct {
	Percent float64 `json:"percent"`
	MS      float64 `json:"ms"`
}

// Load is one load.
type Load struct {
	Profile  *profile.Profile
	Rate     float64 // see openloop.Load
	Duration time.Duration
	Patience time.Duration
}

// Probe runs a load. The error is the server's end or that of ctx; then there may be
// figures all the same.
func (s *Subject) Probe(ctx context.Context, l Load) (Figures, error) {
	before := s.clocks()
	r := openloop.Run(ctx, openloop.Load{
		Target: s.Target, Profile: l.Profile, Rate: l.Rate, Duration: l.Duration, Patience: l.Patience,
	})
	f := figuresOf(r)
	f.cost(before, s.clocks(), r)
	if s.server != nil {
		f.PSS = s.pss()
	}
	if err := ctx.Err(); err != nil {
		f.Unended = true
		return f, err
	}
	return f, s.Err()
}

func figuresOf(r *openloop.Report) Figures {
	f := Figures{
		Rate: r.Rate, RPS: r.Throughput(), Requests: r.Answered + r.Failed(), Failed: r.ErrorShare(), Drift: r.Drift, Errors: map[string]int{},
		P50: ms(r, 50), P90: ms(r, 90), P99: ms(r, 99), P999: ms(r, 99.9), Max: ms(r, 100),
	}
	for kind, n := range r.Errors {
		f.Errors[kind] += n
	}
	for kind, n := range r.SlowErrors {
		f.Errors[kind+" (slow client)"] += n
	}
	for _, percent := range []float64{0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.99} {
		f.Quantiles = append(f.Quantiles, Quantile{percent, ms(r, percent)})
	}
	return f
}

func ms(r *openloop.Report, percent float64) float64 {
	return float64(r.Percentile(percent)) / float64(time.Millisecond)
}

// clocks is CPU time that has been used.
type clocks struct {
	at          time.Time
	server, own time.Duration
}

func (s *Subject) clocks() clocks {
	c := clocks{at: time.Now()}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err == nil {
		c.own = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	if s.server != nil {
		if tree, err := s.server.Tree(); err == nil {
			c.server = tree.CPU()
		}
	}
	return c
}

// cost puts in what was used between the two. When processes have ended that nobody has
// waited for, the clock may have gone back: then it is not known.
func (f *Figures) cost(before, after clocks, r *openloop.Report) {
	wall := after.at.Sub(before.at).Seconds()
	f.Load = (after.own - before.own).Seconds() / wall
	used := (after.server - before.server).Seconds()
	n := r.Answered + r.Failed() + r.SlowAnswered
	if used <= 0 || n == 0 {
		return
	}
	f.Cores = used / wall
	f.CPU = used / float64(n) * 1000
}

// pss is the memory of the server's whole process tree in bytes; 0 if it is not known.
func (s *Subject) pss() int64 {
	tree, err := s.server.Tree()
	if err != nil {
		return 0
	}
	pss, err := tree.PSS()
	if err != nil {
		return 0
	}
	return pss
}
