// Package affinity keeps the server and the load that drives it on cores of
// their own, so that neither takes the other's time. It is for Linux.
package affinity

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Anywhere, in place of a core, leaves the choice to the scheduler.
const Anywhere = -1

// Pair returns two of the cores this process may use, or Anywhere twice when
// there is only one.
func Pair() (first, second int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return Anywhere, Anywhere, fmt.Errorf("read CPU affinity: %w", err)
	}
	if set.Count() < 2 {
		return Anywhere, Anywhere, nil
	}
	for !set.IsSet(first) {
		first++
	}
	second = first + 1
	for !set.IsSet(second) {
		second++
	}
	return first, second, nil
}

// Self moves every thread of this process to core. Threads and processes
// started later inherit it.
func Self(core int) error {
	if core == Anywhere {
		return nil
	}
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return err
		}
		if err := setThread(id, core); err != nil {
			return err
		}
	}
	return nil
}

// Start starts cmd on core. A child inherits the affinity of the thread that
// forks it, so this thread moves there for the time of the fork; that way the
// child is in place before its runtime counts the cores it may use.
func Start(cmd *exec.Cmd, core int) error {
	if core == Anywhere {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("read CPU affinity: %w", err)
	}
	if err := setThread(0, core); err != nil {
		return err
	}
	err := cmd.Start()
	if back := unix.SchedSetaffinity(0, &before); err == nil && back != nil {
		return fmt.Errorf("restore CPU affinity: %w", back)
	}
	return err
}

func setThread(id, core int) error {
	var set unix.CPUSet
	set.Set(core)
	if err := unix.SchedSetaffinity(id, &set); err != nil {
		return fmt.Errorf("move thread %d to core %d: %w", id, core, err)
	}
	return nil
}
