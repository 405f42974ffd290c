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
	mu sync.Mutex
	r  Report
}

func newCollector() *collector {
	return &collector{r: Report{
		Errors: map[string]int{}, SlowErrors: map[string]int{}, Latencies: hdrhistogram.New(shortest, longest, 3),
	}}
}

func (c *collector) answered(latency time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.r.Answered++
	c.record(latency)
}

func (c *collector) failed(kind string, latency time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.r.Errors[kind]++
	c.record(latency)
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

func (c *collector) record(latency time.Duration) {
	_ = c.r.Latencies.RecordValue(min(max(latency.Microseconds(), shortest), longest)) // in range
}

// report is called when everybody has ended.
func (c *collector) report(rate float64, clock *clock, err error) *Report {
	r := c.r
	r.Rate, r.Elapsed, r.Due, r.Err = rate, time.Since(clock.began), int(clock.given.Load()), err
	return &r
}
