package arbiter

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	lockPatience = 3 * time.Second
	lockInterval = 10 * time.Millisecond
)

// lockDirOf keeps other servers from looking at a file of the path's directory and
// replacing it at the same time. It returns how to let them in again. The lock is on the
// directory, so it leaves nothing behind, whatever happens. Anybody who may read the directory
// could hold it, and there are file systems without locks: then, after a few
// seconds, things go on without it.
func lockDirOf(path string) (unlock func()) {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return func() {}
	}
	for deadline := time.Now().Add(lockPatience); time.Now().Before(deadline); time.Sleep(lockInterval) {
		err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			break
		}
	}
	return func() { dir.Close() }
}
