package measure

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/benchmarks/procstat"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// reading is the clocks at one moment.
type reading struct {
	at      time.Time
	server  time.Duration // CPU time of the server's tree
	machine time.Duration // of the whole machine
	own     time.Duration // of this process
}

func read(s *server.Server) (reading, error) {
	tree, err := s.Tree()
	if err != nil {
		return reading{}, err
	}
	machine, err := procstat.MachineCPU()
	if err != nil {
		return reading{}, err
	}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		return reading{}, err
	}
	own := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	return reading{time.Now(), tree.CPU(), machine, own}, nil
}

// since is what passed on each clock between before and r.
func (r reading) since(before reading) window {
	return window{
		wall:    r.at.Sub(before.at),
		server:  r.server - before.server,
		machine: r.machine - before.machine,
		own:     r.own - before.own,
	}
}

type window struct{ wall, server, machine, own time.Duration }

// percent of one core that cpu was of the window.
func (w window) percent(cpu time.Duration) float64 { return 100 * float64(cpu) / float64(w.wall) }

// noise is the work of others on this machine, in percent of one core: all
// work but the server's, the generator's and our own.
func (w window) noise(generator time.Duration) float64 {
	return max(0, w.percent(w.machine-w.server-w.own-generator))
}

// micros is the server's CPU time for each of n requests, in microseconds.
func (w window) micros(n int) float64 {
	return float64(w.server) / float64(time.Microsecond) / float64(n)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
