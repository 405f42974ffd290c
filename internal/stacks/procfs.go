package stacks

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func proc(pid int) string { return filepath.Join("/proc", strconv.Itoa(pid)) }

// field is a line of /proc/PID/status; "" when there is none.
func field(pid int, name string) string {
	status, _ := os.ReadFile(filepath.Join(proc(pid), "status"))
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// catches says whether the process has a handler for Signal. Without one the signal
// would end it.
func catches(pid int) bool { return inMask(field(pid, "SigCgt")) }

// blocks says whether the process's main thread has Signal blocked.
func blocks(pid int) bool { return inMask(field(pid, "SigBlk")) }

func inMask(mask string) bool {
	bits, _ := strconv.ParseUint(mask, 16, 64)
	return bits&(1<<(uint(Signal)-1)) != 0
}

// state is what the kernel says a process is doing: "state T (stopped)".
func state(pid int) string {
	return "state " + cmp.Or(field(pid, "State"), "unknown")
}

// Process is one that can be asked for its stacks.
type Process struct {
	Pid     int
	Title   string // as ps shows it
	Program string // the name of its program's file
}

// Find gives the process and all of srv's below it, parents first. An error is one of
// ErrNoProcess, ErrStranger and ErrPermission.
func Find(pid int) ([]Process, error) {
	f, err := open(pid)
	if err != nil {
		return nil, err
	}
	f.Close()
	children := family()
	var found []Process
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		queue = append(queue, children[at]...)
		if at == pid || ours(at) {
			found = append(found, Process{Pid: at, Title: title(at), Program: program(at)})
		}
	}
	return found, nil
}

// ours says whether a process has a file for its stacks; one that may not be looked
// into counts, so that its silence is told.
func ours(pid int) bool {
	f, err := open(pid)
	if err == nil {
		f.Close()
	}
	return err == nil || err == ErrPermission
}

// family is every process's children, in the order of their numbers.
func family() map[int][]int {
	children := map[int][]int{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if parent, err := strconv.Atoi(field(pid, "PPid")); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	for _, pids := range children {
		slices.Sort(pids)
	}
	return children
}

func title(pid int) string {
	line, _ := os.ReadFile(filepath.Join(proc(pid), "cmdline"))
	text := strings.TrimRight(string(line), "\x00")
	return cmp.Or(strings.ReplaceAll(text, "\x00", " "), fmt.Sprintf("[%s]", field(pid, "Name")))
}

func program(pid int) string {
	path, err := os.Readlink(filepath.Join(proc(pid), "exe"))
	if err != nil {
		return "unknown program"
	}
	return strings.TrimSuffix(filepath.Base(path), " (deleted)")
}
