package srv

import (
	"bytes"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/internal/log"
)

// beat is how often a worker process gives the arbiter a sign of life, and looks at itself.
const beat = time.Second

// pulse gives a sign of life until no connection is left. No app can hold it up: a call that
// takes long is no reason to think that the process hangs.
// Besides, it asks for a successor, once, when there is a reason.
func (s *server) pulse(env *arbiter.WorkerEnv, p *plan, spent <-chan string) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	life := newLifespan(p)
	for {
		select {
		case <-s.done:
			return
		case reason := <-spent:
			env.Spent(reason)
			spent = nil // the arbiter does not forget
		case now := <-ticker.C:
			env.Alive(s.takes())
			if reason := life.over(now, residentMemory); reason != "" && s.pool == nil {
				s.spent(reason)
			}
		}
	}
}

// takes is how many take requests in this process.
func (s *server) takes() int {
	if s.pool != nil {
		return s.pool.Serving()
	}
	return 1
}

// lifespan is what a Go app's worker process may come to before it is replaced.
type lifespan struct {
	end    time.Time // zero: never
	memory int64     // bytes; 0: any
}

func newLifespan(p *plan) lifespan {
	l := lifespan{memory: p.MaxWorkerMemory}
	if age := p.MaxWorkerLifetime; age > 0 {
		l.end = time.Now().Add(age + rand.N(age/10+1)) // not all at once
	}
	return l
}

// over says why the process should be replaced; "" if it should not.
func (l lifespan) over(now time.Time, memory func() int64) string {
	switch {
	case !l.end.IsZero() && now.After(l.end):
		return "max_worker_lifetime"
	case l.memory > 0 && memory() > l.memory:
		return "max_worker_memory"
	}
	return ""
}

// residentMemory is this process's, in bytes; 0 where the system does not tell.
func residentMemory() int64 {
	content, _ := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(content)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}

// dumpStacksTo has an abort, of a process that hangs, leave every goroutine's stack in the
// error log.
func dumpStacksTo(elog *log.Logger) {
	debug.SetTraceback("all")
	file := elog.File()
	ours, err := file.Stat()
	stderr, stderrErr := os.Stderr.Stat()
	if err == nil && stderrErr == nil && os.SameFile(ours, stderr) {
		return // there they go anyway
	}
	debug.SetCrashOutput(file, debug.CrashOptions{})
}
