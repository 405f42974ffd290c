package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/e2e/chaos"
)

// Scenarios in which the machine has no more of something.

// spooled is content that is kept in a file whatever runs the app.
const spooled = 1200 << 10

func largeContent(o *chaos.Options) { o.Content, o.Pause = spooled, 4*pause }

// onSmallDisk gives the server's access log and its spool files a disk of their own.
func onSmallDisk(t *testing.T, sp *spec, dir string) {
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=32m")
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(disk, unix.MNT_DETACH) })
	sp.args = append(sp.args, "--access-logfile="+filepath.Join(disk, "access.log"))
	sp.env = append(sp.env, "TMPDIR="+disk)
}

// fillDisk leaves not a byte; content that needs the disk is then refused, and
// nothing else suffers. When there is room again everything is as before.
func (r *trial) fillDisk(times int) {
	for range times {
		ballast := r.fill(filepath.Join(r.dir, "disk", "ballast"))
		r.sees(chaos.Unavailable)
		r.served(50)
		if err := os.Remove(ballast); err != nil {
			r.t.Fatal(err)
		}
		r.room = time.Now()
		r.logsAgain(filepath.Join(r.dir, "disk", "access.log"))
	}
}

func (r *trial) fill(path string) string {
	f, err := os.Create(path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		r.t.Fatalf("the disk is not full: %v", err)
	}
	return path
}

func (r *trial) logsAgain(path string) {
	r.t.Helper()
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			r.t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	eventually(r.t, "the access log grows again", func() bool { return size() > before })
}

// exhaustDescriptors takes every spare descriptor from the workers. New clients
// wait until there are some again.
func (r *trial) exhaustDescriptors(times int) {
	for range times {
		refused := r.s.log.count(`too many open files`)
		limits := map[int]unix.Rlimit{}
		for _, p := range r.workers() {
			limits[p.pid] = r.limitDescriptors(p.pid, 0)
		}
		r.s.log.awaitN(r.t, `too many open files`, refused+1)
		for pid, limit := range limits {
			r.limitDescriptors(pid, limit.Cur)
		}
		r.served(100)
	}
}

// limitDescriptors sets the soft limit of a process, and gives the one before.
func (r *trial) limitDescriptors(pid int, soft uint64) (before unix.Rlimit) {
	r.t.Helper()
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &before); err != nil {
		r.t.Fatal(err)
	}
	now := unix.Rlimit{Cur: soft, Max: before.Max}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &now, nil); err != nil {
		r.t.Fatal(err)
	}
	return before
}
