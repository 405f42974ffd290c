package measure

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-77b39ca9/srv/benchmarks/load"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

var errNoRequests = errors.New("no request was answered")

// KeepAlive loads s in a closed loop over connections that the client keeps.
func KeepAlive(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
	return closedLoop(ctx, s, options, load.Job{})
}

// OneShot loads s in a closed loop with a connection for each request.
func OneShot(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
	return closedLoop(ctx, s, options, load.Job{Close: true})
}

// closedLoop takes what is special about the load, and fills in the rest.
func closedLoop(ctx context.Context, s *server.Server, options Options, job load.Job) (result.Figures, error) {
	job.Addr, job.TLS, job.Conns, job.Core, job.Seconds = s.Addr, s.TLS, options.Conns, options.LoadCore, options.WarmSeconds
	if _, _, err := options.Generator.Run(ctx, job); err != nil {
		return nil, err
	}
	job.Seconds = options.Seconds
	before, err := read(s)
	if err != nil {
		return nil, err
	}
	report, generator, err := options.Generator.Run(ctx, job)
	if err != nil {
		return nil, err
	}
	after, err := read(s)
	if err != nil {
		return nil, err
	}
	if err := usable(report); err != nil {
		return nil, err
	}
	pss, err := pssOf(s)
	if err != nil {
		return nil, err
	}
	w := after.since(before)
	return result.Figures{
		result.CPU:       w.micros(report.Requests),
		result.Rate:      report.Rate,
		result.P50:       milliseconds(report.P50),
		result.P99:       milliseconds(report.P99),
		result.PSS:       float64(pss) / (1 << 20),
		result.Server:    w.percent(w.server),
		result.Generator: w.percent(generator),
		result.Noise:     w.noise(generator),
		result.Errors:    float64(report.Errors + report.Non2xx),
	}, nil
}

// usable refuses a run in which so much failed that its figures are those of
// failing.
func usable(report load.Report) error {
	if report.Requests == 0 {
		return errNoRequests
	}
	if failed := report.Errors + report.Non2xx; failed*100 > report.Requests {
		return fmt.Errorf("%d errors in %d requests", failed, report.Requests)
	}
	return nil
}

func pssOf(s *server.Server) (int64, error) {
	tree, err := s.Tree()
	if err != nil {
		return 0, err
	}
	return tree.PSS()
}
