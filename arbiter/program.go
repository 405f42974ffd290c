package arbiter

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// startDir and startPath are how this program was started. They are taken down before
// anybody changes the directory or the arguments.
var (
	startDir, _ = os.Getwd()
	startPath   = resolveProgram(os.Args[0])
)

// program is this program's file: the very same, even when the path has got
// another one since.
func program() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// resolveProgram is the path by which a program was started, with what the path is a
// link to left open: an upgrade is to take what is found there by then.
func resolveProgram(name string) string {
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		return path
	}
	path, _ = os.Executable() // it was started by a name that leads nowhere
	return path
}

// servicePrefixes begin the variables by which a service manager talks with the arbiter.
// They are not the workers' or their apps': a WATCHDOG=1 from there would say
// that an arbiter which hangs is well.
var servicePrefixes = []string{"NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES="}

// workerEnviron is the environment for worker processes.
func workerEnviron() []string { return strip(os.Environ(), servicePrefixes...) }

// strip gives the environment less the variables with these beginnings.
func strip(environ []string, prefixes ...string) []string {
	return slices.DeleteFunc(environ, func(v string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(v, p) })
	})
}
