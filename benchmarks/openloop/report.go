package openloop

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Report is what came of a load.
type Report struct {
	Rate     float64       // that was wanted; 0: closed loop
	Elapsed  time.Duration // from the first intended moment to the last answer
	Due      int           // requests that should have begun
	Answered int           // in time and as expected
	Errors   map[string]int

	// Latencies in microseconds, from the intended moment; of those that
	// failed too, as long as they took to fail.
	Latencies *hdrhistogram.Histogram

	// Drift is by how much latencies rose in a second, as a part of that second, from the first
	// quarter of the run to the last: of a server that does only nine of ten requests in
	// time it is a tenth, however short the run. 0 of a closed loop, and of too few requests.
	Drift float64

	SlowAnswered int            // of the slow clients
	SlowErrors   map[string]int // theirs

	Err error // why it ended early
}

// Failed is how many requests got no right answer.
func (r *Report) Failed() int { return sum(r.Errors) }

// ErrorShare is the part of the requests that failed, the slow clients' among them, 0 to 1.
func (r *Report) ErrorShare() float64 {
	failed := r.Failed() + sum(r.SlowErrors)
	all := r.Answered + r.SlowAnswered + failed
	if all == 0 {
		return 0
	}
	return float64(failed) / float64(all)
}

// Throughput is the right answers in a second.
func (r *Report) Throughput() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Answered) / r.Elapsed.Seconds()
}

// Percentile is the latency that p percent of the requests did not exceed.
func (r *Report) Percentile(p float64) time.Duration {
	return time.Duration(r.Latencies.ValueAtPercentile(p)) * time.Microsecond
}

func sum(errors map[string]int) (n int) {
	for _, count := range errors {
		n += count
	}
	return n
}

// Latencies are kept with three significant digits.
const (
	shortest = 1                                          // µs
	longest  = int64(10 * time.Minute / time.Microsecond) // no timeout is longer
)

// collector gathers the results of all connections.
type collector struct {
	clock       *clock
	mu          sync.Mutex
	r           Report
	first, last *hdrhistogram.Histogram // latencies of what was due in the first quarter and in the last
}

func newCollector(c *clock) *collector {
	return &collector{
		clock: c, first: hdrhistogram.New(shortest, longest, 2), last: hdrhistogram.New(shortest, longest, 2),
		r: Report{Errors: map[string]int{}, SlowErrors: map[string]int{}, Latencies: hdrhistogram.New(shortest, longest, 3)},
	}
}

func (c *collector) answered(due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.r.Answered++
	c.record(due)
}

func (c *collector) failed(kind string, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.r.Errors[kind]++
	c.record(due)
}

func (c *collector) slow(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kind == "" {
		c.r.SlowAnswered++
		return
	}
	c.r.SlowErrors[kind]++
}

// record takes down that what was due then is over now.
func (c *collector) record(due time.Time) {
	us := min(max(time.Since(due).Microseconds(), shortest), longest)
	_ = c.r.Latencies.RecordValue(us) // it is in range, here and below
	switch quarter := c.clock.end.Sub(c.clock.began) / 4; {
	case due.Before(c.clock.began.Add(quarter)):
		_ = c.first.RecordValue(us)
	case due.After(c.clock.end.Add(-quarter)):
		_ = c.last.RecordValue(us)
	}
}

// fewest requests in a quarter whose median says something.
const fewest = 3

// drift goes by the medians, which one slow moment does not change.
func (c *collector) drift() float64 {
	if c.clock.interval == 0 || min(c.first.TotalCount(), c.last.TotalCount()) < fewest {
		return 0
	}
	rise := time.Duration(c.last.ValueAtPercentile(50)-c.first.ValueAtPercentile(50)) * time.Microsecond
	return max(0, float64(rise)/float64(c.clock.end.Sub(c.clock.began)*3/4))
}

// report is called when everybody has ended.
func (c *collector) report(rate float64, err error) *Report {
	r := c.r
	r.Rate, r.Elapsed, r.Due, r.Drift, r.Err = rate, time.Since(c.clock.began), int(c.clock.given.Load()), c.drift(), err
	return &r
}
