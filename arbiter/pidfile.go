package arbiter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// writePidfile writes this process's number to the file, in one step. A file that
// names a process which lives is an error; one that does not is stale.
func writePidfile(path string) error {
	if pid := readPidfile(path); pid != 0 && pid != os.Getpid() && pidLives(pid) {
		return fmt.Errorf("already running on PID %d (or pid file %q is stale)", pid, path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("create pidfile %s: %w", path, err)
	}
	defer os.Remove(f.Name()) // nothing, once it is renamed
	_, err = fmt.Fprintln(f, os.Getpid())
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write pidfile %s: %w", path, err)
	}
	return nil
}

// removePidfile removes the file when it is still this process's.
func removePidfile(path string) {
	if readPidfile(path) == os.Getpid() {
		os.Remove(path)
	}
}

// readPidfile is the process number in the file; 0 when there is none.
func readPidfile(path string) int {
	content, _ := os.ReadFile(path)
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

func pidLives(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
