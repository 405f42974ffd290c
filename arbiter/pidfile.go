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

// pidfile is a file with this process's number in it. The zero value is none.
type pidfile struct{ path string }

// claim writes this process's number to the file, in one step. A file that names a server
// which lives is an error, but for the given process, which is known to have ended; any
// other is stale. Of several that claim a file at the same time one gets it.
func (p pidfile) claim(ended int) error {
	if p.path == "" {
		return nil
	}
	defer lockDirOf(p.path)()
	if pid := readPidfile(p.path); pid != 0 && pid != os.Getpid() && pid != ended && serverLives(pid) {
		return fmt.Errorf("already running on PID %d (or pid file %q is stale)", pid, p.path)
	}
	if err := p.write(); err != nil {
		return fmt.Errorf("write pidfile %s: %w", p.path, err)
	}
	return nil
}

func (p pidfile) write() error {
	f, err := os.CreateTemp(filepath.Dir(p.path), filepath.Base(p.path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing, once it is renamed
	_, err = fmt.Fprintln(f, os.Getpid())
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), p.path)
}

// remove removes the file when it is still this process's.
func (p pidfile) remove() {
	if p.path != "" && readPidfile(p.path) == os.Getpid() {
		os.Remove(p.path)
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

// serverLives says whether the process is there and may be an arbiter. After a boot of the
// machine, and in a container at every start, a pidfile that was left behind may name
// anything; what does not bear an arbiter's title did not write it.
func serverLives(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err != nil || strings.HasPrefix(string(name), "srv: master")
}
