package loadgen

import (
	"fmt"
	"io"
	"time"
)

// Print writes the report as wrk --latency does, as far as its readers go.
func (r Report) Print(w io.Writer) error {
	p := printer{w: w}
	p.line("Running %v test @ http://%s%s", r.Duration, r.Addr, r.Target)
	p.line("  1 threads and %d connections", r.Conns)
	p.line("  Latency Distribution")
	for _, percent := range []int{50, 75, 90, 99} {
		p.line("%7d%% %10s", percent, milliseconds(r.percentile(percent)))
	}
	p.line("  %d requests in %.2fs", len(r.Latencies), r.Elapsed.Seconds())
	if r.Connect+r.Read+r.Timeout > 0 {
		p.line("  Socket errors: connect %d, read %d, write 0, timeout %d", r.Connect, r.Read, r.Timeout)
	}
	if r.Non2xx > 0 {
		p.line("  Non-2xx or 3xx responses: %d", r.Non2xx)
	}
	p.line("Requests/sec: %10.2f", float64(len(r.Latencies))/r.Elapsed.Seconds())
	return p.err
}

func (r Report) percentile(percent int) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	return r.Latencies[(len(r.Latencies)-1)*percent/100]
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2fms", float64(d)/float64(time.Millisecond))
}

// printer keeps the first error of a run of lines.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}
