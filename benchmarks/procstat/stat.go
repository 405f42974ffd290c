package procstat

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU time in /proc: USER_HZ is 100 on every architecture
// that Go runs on.
const tick = time.Second / 100

var errMalformed = errors.New("malformed")

// Process is one line of /proc/PID/stat, as far as it matters here.
type Process struct {
	PID     int
	Parent  int
	Group   int
	Zombie  bool
	Started uint64        // ticks since boot: with PID, the identity of a process
	CPU     time.Duration // user and system time of its threads and of its reaped children
}

// parseStat reads the content of /proc/PID/stat (proc(5)). The second field is
// the command in parentheses and may itself hold spaces and parentheses, so
// the fields are counted from the last closing one.
func parseStat(b []byte) (Process, error) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return Process{}, fmt.Errorf("stat %q: %w", b, errMalformed)
	}
	const first = 3 // number, in proc(5), of the first field after the command
	fields := strings.Fields(string(b[end+1:]))
	if len(fields) <= 22-first {
		return Process{}, fmt.Errorf("stat %q: %w", b, errMalformed)
	}
	number := func(n int) uint64 {
		v, _ := strconv.ParseUint(fields[n-first], 10, 64) // the kernel writes numbers
		return v
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b[:open])))
	if err != nil {
		return Process{}, fmt.Errorf("stat %q: %w", b, errMalformed)
	}
	ticks := number(14) + number(15) + number(16) + number(17)
	return Process{
		PID:     pid,
		Parent:  int(number(4)),
		Group:   int(number(5)),
		Zombie:  fields[0] == "Z",
		Started: number(22),
		CPU:     time.Duration(ticks) * tick,
	}, nil
}

// parsePSS reads the content of /proc/PID/smaps_rollup and returns the
// proportional set size in bytes: private pages whole, shared pages divided by
// the number of processes that share them, so that a tree's sum is its cost.
func parsePSS(b []byte) (int64, error) {
	for line := range strings.Lines(string(b)) {
		value, ok := strings.CutPrefix(line, "Pss:")
		if !ok {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("smaps_rollup %q: %w", line, errMalformed)
		}
		return kb << 10, nil
	}
	return 0, fmt.Errorf("smaps_rollup without Pss: %w", errMalformed)
}

// parseMachine reads the content of /proc/stat: CPU time spent since boot on
// anything but idling, and what the hypervisor took for others (steal).
func parseMachine(b []byte) (time.Duration, error) {
	line, _, _ := strings.Cut(string(b), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat %q: %w", line, errMalformed)
	}
	var ticks uint64
	for i, field := range fields[1:9] { // user nice system idle iowait irq softirq steal
		if i == 3 || i == 4 {
			continue
		}
		v, err := strconv.ParseUint(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat %q: %w", line, errMalformed)
		}
		ticks += v
	}
	return time.Duration(ticks) * tick, nil
}
