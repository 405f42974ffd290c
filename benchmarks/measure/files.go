package measure

import (
	"context"

	"github.com/seed-77b39ca9/srv/benchmarks/lineup"
	"github.com/seed-77b39ca9/srv/benchmarks/load"
	"github.com/seed-77b39ca9/srv/benchmarks/result"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// Files loads s in a closed loop with requests for the file, over connections that
// the client keeps.
func Files(ctx context.Context, s *server.Server, options Options) (result.Figures, error) {
	figures, err := closedLoop(ctx, s, options, load.Job{Target: lineup.FileTarget})
	if err != nil {
		return nil, err
	}
	figures[result.CPUGB] = figures[result.CPU] / 1000 * (1 << 30 / lineup.FileBytes)
	return figures, nil
}
