package measure

import (
	"context"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/load"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// Options are the sizes of a measurement.
type Options struct {
	Generator   load.Generator
	LoadCore    int
	Conns       int           // of the closed-loop load
	WarmSeconds int           // of the same load before, not counted
	Seconds     int           // of the load that counts
	HeadOfLine  time.Duration // length of that load
	IdleConns   int
}

// Func takes the figures of s.
type Func func(ctx context.Context, s *server.Server, options Options) (result.Figures, error)
