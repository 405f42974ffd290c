package measure

import (
	"context"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/idle"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

const (
	idleWarmConns = 64               // opened and closed before, so that pools and heap have their first size
	idleTimeout   = 20 * time.Second // to open all connections
	idleSettle    = time.Second      // for what the server does after the last answer
)

// Idle weighs keep-alive connections on which nothing happens: the memory of
// the server's tree with them, less that before, divided by their number.
func Idle(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
	idle.Open(s.Addr, idleWarmConns, idleTimeout).Close()
	if err := pause(ctx, idleSettle); err != nil {
		return nil, err
	}
	without, err := pssOf(s)
	if err != nil {
		return nil, err
	}
	conns := idle.Open(s.Addr, options.IdleConns, idleTimeout)
	defer conns.Close()
	if err := pause(ctx, idleSettle); err != nil {
		return nil, err
	}
	with, err := pssOf(s)
	if err != nil {
		return nil, err
	}
	figures := result.Figures{
		result.Kept:   float64(conns.Standing()),
		result.PSS:    float64(with) / (1 << 20),
		result.Errors: float64(conns.Failed),
	}
	if n := conns.Standing(); n > 0 {
		figures[result.PerConn] = float64(with-without) / 1024 / float64(n)
	}
	return figures, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
