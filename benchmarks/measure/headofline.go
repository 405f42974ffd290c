package measure

import (
	"context"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/headofline"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// HeadOfLine sends short requests and now and then a long one to a server of
// two workers; the latencies are those of the short ones.
func HeadOfLine(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
	before, err := read(s)
	if err != nil {
		return nil, err
	}
	report := headofline.Run(ctx, headofline.Config{
		Addr: s.Addr, Conns: 16, Duration: options.HeadOfLine, Pause: 500 * time.Millisecond, OneIn: 20,
	})
	after, err := read(s)
	if err != nil {
		return nil, err
	}
	if len(report.Fast) == 0 {
		return nil, errNoRequests
	}
	return result.Figures{
		result.P99:      milliseconds(result.Percentile(report.Fast, 99)),
		result.P50:      milliseconds(result.Percentile(report.Fast, 50)),
		result.Requests: float64(len(report.Fast)),
		result.Slow:     float64(len(report.Slow)),
		result.Noise:    after.since(before).noise(0),
		result.Errors:   float64(report.Errors),
	}, nil
}
