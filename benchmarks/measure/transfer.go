package measure

import (
	"context"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/idle"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
	"github.com/seed-77b39ca9/srv/benchmarks/transfer"
)

// transferConns are enough to keep a server of one worker busy.
const transferConns = 16

// Transfer makes a measurement of content of one size, up or down.
func Transfer(size int, upload bool) Func {
	return func(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
		config := transfer.Config{Addr: s.Addr, Size: size, Upload: upload, Conns: transferConns}
		config.Duration = time.Duration(options.WarmSeconds) * time.Second
		transfer.Run(ctx, config)
		config.Duration = time.Duration(options.Seconds) * time.Second
		before, err := read(s)
		if err != nil {
			return nil, err
		}
		report := transfer.Run(ctx, config)
		after, err := read(s)
		if err != nil {
			return nil, err
		}
		if report.Requests == 0 {
			return nil, errNoRequests
		}
		w := after.since(before)
		return result.Figures{
			result.CPU:    w.micros(report.Requests),
			result.Rate:   float64(report.Requests) / w.wall.Seconds(),
			result.Server: w.percent(w.server),
			result.Noise:  w.noise(0),
			result.Errors: float64(report.Errors),
		}, nil
	}
}

// What Timers holds open, and for how long it looks.
const (
	timerConns   = 10000
	timerSeconds = 10
)

// Timers weighs what a server does while nothing happens on very many kept
// connections, each of which has a time limit.
func Timers(ctx context.Context, s *server.Server, _ Options) (result.Figures, error) {
	conns := idle.Open(s.Addr, timerConns, idleTimeout)
	defer conns.Close()
	if err := pause(ctx, idleSettle); err != nil {
		return nil, err
	}
	before, err := read(s)
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, timerSeconds*time.Second); err != nil {
		return nil, err
	}
	after, err := read(s)
	if err != nil {
		return nil, err
	}
	w := after.since(before)
	return result.Figures{
		result.Idling: milliseconds(w.server) / w.wall.Seconds(),
		result.Kept:   float64(conns.Standing()),
		result.Noise:  w.noise(0),
		result.Errors: float64(conns.Failed),
	}, nil
}
