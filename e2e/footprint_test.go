package e2e

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// footprint is what a server's whole process tree holds.
type footprint struct {
	processes, threads, descriptors int
	goroutines                      int   // 0: nobody asked
	memory                          int64 // PSS in bytes: what is shared counts once
}

func (f footprint) String() string {
	return fmt.Sprintf("%d processes, %d threads, %d goroutines, %d descriptors, %d MB", f.processes, f.threads, f.goroutines, f.descriptors, f.memory>>20)
}

// footprint reads /proc; a process that ends meanwhile counts as far as it was read.
func (s *server) footprint() footprint {
	var f footprint
	for _, pid := range s.tree() {
		f.processes++
		f.threads += int(statusOf(pid, "status", "Threads:"))
		f.memory += statusOf(pid, "smaps_rollup", "Pss:") << 10
		open, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
		f.descriptors += len(open)
	}
	return f
}

// tree is the arbiter and all below it.
func (s *server) tree() []int {
	pids := []int{s.cmd.Process.Pid}
	for _, p := range s.descendants() {
		pids = append(pids, p.pid)
	}
	return pids
}

// statusOf is the number behind a word in one of the files of /proc/PID; 0 when
// there is none.
func statusOf(pid int, file, word string) int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 1 && fields[0] == word {
			n, _ := strconv.ParseInt(fields[1], 10, 64)
			return n
		}
	}
	return 0
}

// watchMemory looks at the server's memory again and again; the function that it
// gives ends that and says how much it was at most.
func (s *server) watchMemory(t *testing.T) (most func() int64) {
	var (
		all  sync.WaitGroup
		once sync.Once
		over = make(chan struct{})
		peak int64
	)
	all.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, s.footprint().memory)
			select {
			case <-over:
				return
			case <-tick.C:
			}
		}
	})
	most = func() int64 {
		once.Do(func() { close(over) })
		all.Wait()
		return peak
	}
	t.Cleanup(func() { most() })
	return most
}
