package proc

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Whether a process that was sent SIGKILL, and not by us, was killed for want of
// memory is never guessed: the kernel's log names the process, where it may be read,
// or the counter of its control group has gone up. A rise of the counter speaks for one
// death: others in the group, of the application's children say, may have made it.

// kernel is where the kernel's files are; tests have their own.
var kernel = roots{proc: "/proc", cgroup: "/sys/fs/cgroup", kmsg: "/dev/kmsg"}

type roots struct{ proc, cgroup, kmsg string }

// What Exit.OutOfMemory says.
const (
	oomLogged  = "out of memory, says the kernel's log"
	oomCounted = "out of memory, says its control group's counter oom_kill"
)

// oomWatch remembers what counted before a process died.
type oomWatch struct {
	roots
	pid     int
	counter string        // the file with the group's counter; "": there is none
	since   time.Duration // when the process was started, a monotonic time
	before  uint64        // the counter at that time
}

func (r roots) watchOOM(pid int) *oomWatch {
	w := &oomWatch{roots: r, pid: pid, counter: r.counter(pid), since: monotonic()}
	w.before = oomKills(w.counter)
	return w
}

// verdict says what the kernel has to say of a process's end by SIGKILL; "" when
// that is nothing.
func (w *oomWatch) verdict() string {
	switch {
	case w.logged():
		claims.take(w.counter, w.before)
		return oomLogged
	case claims.take(w.counter, w.before):
		return oomCounted
	}
	return ""
}

// counter finds the file with the counter of a process's memory group. In a
// container the path may be the host's, and the group itself what is mounted.
func (r roots) counter(pid int) string {
	groups, _ := os.ReadFile(filepath.Join(r.proc, strconv.Itoa(pid), "cgroup"))
	for line := range strings.Lines(string(groups)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, path, _ := strings.Cut(rest, ":")
		root, file := filepath.Join(r.cgroup, "memory"), "memory.oom_control"
		switch controllers {
		case "":
			root, file = r.cgroup, "memory.events"
		case "memory":
		default:
			continue
		}
		for _, dir := range []string{filepath.Join(root, path), root} {
			if name := filepath.Join(dir, file); exists(name) {
				return name
			}
		}
	}
	return ""
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// oomKills reads the counter; 0 when it cannot be read.
func oomKills(counter string) uint64 {
	text, _ := os.ReadFile(counter)
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "oom_kill "); ok {
			n, _ := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
			return n
		}
	}
	return 0
}

// claims are how many of each counter's kills have been put down to a death.
var claims = ledger{until: map[string]uint64{}}

type ledger struct {
	mu    sync.Mutex
	until map[string]uint64
}

// take puts one of the kills since before down to a death. False: there is none left.
func (l *ledger) take(counter string, before uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := max(before, l.until[counter])
	if oomKills(counter) <= from {
		return false
	}
	l.until[counter] = from + 1
	return true
}

// logged looks for the process in the kernel's log. Each read gives one record,
// "6,1234,5678900,-;Memory cgroup out of memory: Killed process 42 (python3) ...", with
// microseconds since the boot.
func (w *oomWatch) logged() bool {
	fd, err := unix.Open(w.kmsg, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	killed := []byte("illed process " + strconv.Itoa(w.pid) + " ")
	record := make([]byte, 8192) // the longest there is
	for {
		n, err := unix.Read(fd, record)
		switch {
		case err == unix.EPIPE || err == unix.EINTR:
			continue // records were overwritten meanwhile; the next is there
		case err != nil || n <= 0:
			return false
		}
		if bytes.Contains(record[:n], killed) && recordTime(record[:n]) >= w.since-time.Second {
			return true
		}
	}
}

func recordTime(record []byte) time.Duration {
	fields := strings.SplitN(string(record), ",", 4)
	if len(fields) < 4 {
		return 0
	}
	us, _ := strconv.ParseInt(fields[2], 10, 64)
	return time.Duration(us) * time.Microsecond
}

func monotonic() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return time.Duration(ts.Nano())
}
