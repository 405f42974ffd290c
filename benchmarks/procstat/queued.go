package procstat

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Queued is how long the tree's threads were ready to run and had no core, since they
// began; 0 where the kernel does not count it. Those of threads that have ended are not in it.
func (t Tree) Queued() time.Duration {
	var sum time.Duration
	for _, p := range t {
		paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.PID))
		if err != nil {
			continue
		}
		for _, path := range paths {
			if b, err := os.ReadFile(path); err == nil { // else it has ended
				sum += parseQueued(b)
			}
		}
	}
	return sum
}

// parseQueued reads the content of schedstat: time on a core, time in the queue, both in
// nanoseconds, and how often.
func parseQueued(b []byte) time.Duration {
	fields := strings.Fields(string(b))
	if len(fields) != 3 {
		return 0
	}
	ns, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(ns)
}
