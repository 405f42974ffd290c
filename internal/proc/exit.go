package proc

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exit is how a process ended: by itself, with a code, or by a signal.
type Exit struct {
	Code   int            // when Signal is 0
	Signal syscall.Signal // 0 when it ended by itself

	// OutOfMemory, when not "", says that the kernel killed it for want of memory,
	// and how that is known.
	OutOfMemory string
}

// ExitOf is how a process that was waited for ended.
func ExitOf(state *os.ProcessState) Exit {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Exit{Signal: ws.Signal()}
	}
	return Exit{Code: state.ExitCode()}
}

// OK reports whether the process ended by itself with exit code 0.
func (e Exit) OK() bool { return e == Exit{} }

// String is "exit code 3", "signal SIGKILL" or that with what the kernel says of it.
func (e Exit) String() string {
	if e.Signal == 0 {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	if e.OutOfMemory != "" {
		return "signal " + SignalName(e.Signal) + ": " + e.OutOfMemory
	}
	return "signal " + SignalName(e.Signal)
}

// SignalName is the signal's name, SIGKILL say.
func SignalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("SIG%d", int(s))
}
