package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// process is a running one; start tells it from another that got its number.
type process struct {
	pid, parent int
	start       string
	state       string
}

// processes reads /proc.
func processes() []process {
	var all []process
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if p, ok := processOf(pid); ok {
			all = append(all, p)
		}
	}
	return all
}

// processOf reads /proc/PID/stat; the name in it may hold anything but ends with
// the last parenthesis.
func processOf(pid int) (process, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return process{}, false
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return process{}, false
	}
	parent, _ := strconv.Atoi(fields[1])
	return process{pid: pid, parent: parent, state: fields[0], start: fields[19]}, true
}

// descendants are the processes below the arbiter.
func (s *server) descendants() []process { return descendantsOf(s.cmd.Process.Pid) }

func descendantsOf(pid int) []process {
	all := processes()
	below := map[int]bool{pid: true}
	var found []process
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if below[p.parent] && !below[p.pid] && p.state != "Z" {
				below[p.pid] = true
				found = append(found, p)
				grown = true
			}
		}
	}
	return found
}

// interpreters are those of the descendants that run Python.
func (s *server) interpreters() []process { return interpretersOf(s.cmd.Process.Pid) }

func interpretersOf(pid int) []process {
	var found []process
	for _, p := range descendantsOf(pid) {
		if p.runsPython() {
			found = append(found, p)
		}
	}
	return found
}

func (p process) runsPython() bool {
	exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.pid))
	return strings.Contains(exe, "python") || strings.Contains(exe, "pypy")
}

// alive says whether this very process still runs.
func (p process) alive() bool {
	now, ok := processOf(p.pid)
	return ok && now.start == p.start && now.state != "Z"
}

// title is what ps shows.
func (p process) title(t *testing.T) string {
	t.Helper()
	out := command(t, "", os.Environ(), "ps", "-o", "args=", "-p", strconv.Itoa(p.pid))
	return strings.TrimSpace(out.stdout)
}

// shortTitle is what top shows: the kernel keeps fifteen bytes.
func (p process) shortTitle() string {
	comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p.pid))
	return strings.TrimSuffix(string(comm), "\n")
}

// eventually polls what nobody announces, such as the end of a process that is
// not our child.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !happened() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to this: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
