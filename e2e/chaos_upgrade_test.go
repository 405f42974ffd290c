package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// Scenarios in which an arbiter starts its own successor.

func (r *trial) upgrade(times int) {
	for range times {
		old := r.arbiter
		r.arbiter = r.reexec()
		syscall.Kill(old, syscall.SIGTERM)
		r.ends(old)
		r.pidfileNames(r.arbiter)
	}
}

func (r *trial) upgradeAndBack(times int) {
	for range times {
		unwanted := r.reexec()
		syscall.Kill(unwanted, syscall.SIGTERM)
		r.ends(unwanted)
		r.pidfileNames(r.arbiter)
		r.served(50)
	}
}

func withPidfile(_ *testing.T, sp *spec, dir string) {
	sp.args = append(sp.args, "--pid="+filepath.Join(dir, "pid"))
}

// reexec has the arbiter start a new one, and waits until that one's processes answer.
func (r *trial) reexec() (pid int) {
	r.t.Helper()
	before := r.load.Pids()
	r.signal(syscall.SIGUSR2)
	eventually(r.t, "the new arbiter has a pidfile", func() bool {
		pid = r.pidIn("pid.2")
		return pid != 0
	})
	r.newProcessServes(before)
	return pid
}

// ends waits for the end of an arbiter.
func (r *trial) ends(pid int) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("arbiter %d ends", pid), func() bool {
		p, ok := processOf(pid)
		return !ok || p.state == "Z"
	})
}

func (r *trial) pidfileNames(pid int) {
	r.t.Helper()
	eventually(r.t, fmt.Sprintf("the pidfile names %d", pid), func() bool { return r.pidIn("pid") == pid && r.pidIn("pid.2") == 0 })
}

// pidIn is 0 when there is no such file.
func (r *trial) pidIn(name string) int {
	b, _ := os.ReadFile(filepath.Join(r.dir, name))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
