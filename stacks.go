package srv

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/stacks"
)

// stacksLimit is how long each process may take to write its stacks down.
const stacksLimit = 5 * time.Second

// stacksPid is the process that the command line "stacks PID" names. An app of that
// name is served as long as no number follows.
func stacksPid(args []string) (pid int, ok bool) {
	if len(args) != 2 || args[0] != "stacks" {
		return 0, false
	}
	pid, err := strconv.Atoi(args[1])
	return pid, err == nil
}

// printStacks shows what every thread and goroutine of that process of srv, and of
// those below it, is doing. It gives the exit code.
func printStacks(w io.Writer, pid int) int {
	processes, err := stacks.Find(pid)
	if err != nil {
		return fail(fmt.Errorf("process %d: %w", pid, err))
	}
	code := arbiter.ExitOK
	for _, p := range processes {
		fmt.Fprintf(w, "%s (pid %d, %s):\n", printable(p.Title, log.Message), p.Pid, p.Program)
		signal := func(s syscall.Signal) error { return syscall.Kill(p.Pid, s) }
		text, err := stacks.Take(p.Pid, signal, stacksLimit)
		if err != nil {
			text, code = fmt.Sprintf("no stacks: %v", err), arbiter.ExitError
		}
		fmt.Fprintf(w, "%s\n\n", strings.TrimRight(printable(text, log.Lines), "\n"))
	}
	return code
}

// printable makes what a process wrote harmless for a terminal.
func printable(text string, how log.Escape) string {
	return string(log.AppendEscaped(nil, text, how))
}

// serveStacks has this process answer "srv stacks". Without it all else works.
func serveStacks(elog *log.Logger) (stop func()) {
	stop, err := stacks.Serve()
	if err != nil {
		elog.Warningf("The stacks of this process cannot be asked for: %v", err)
		return func() {}
	}
	return stop
}
