package threaded

import (
	"github.com/seed-77b39ca9/srv/workers"
	"github.com/seed-77b39ca9/srv/workers/internal/goconn"
)

func init() { workers.Register("threaded", New) }

// New makes a worker of this class.
func New(core *workers.Core) (workers.Worker, error) {
	return goconn.NewWorker(core, core.Accept), nil
}
