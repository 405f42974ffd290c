package proc

import (
	"bytes"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A process whose parent dies is left to the first process of the container, or
// to a subreaper above it; when it ends, that one has to reap it. Its end means nothing
// to us, and the end of a child of ours must reach who waits for that: so no wait
// here takes "any child".

// Subreaper has orphans below this process left to this one.
func Subreaper() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// orphanAge is how long a dead child that is not of the family may wait to be
// reaped: who has started it by other means, by os/exec say, does that at once.
const orphanAge = time.Second

// ReapOrphans reaps the orphans that are left to this process, until stop is
// called, which waits for the last look. For the first process of a container, and
// for a subreaper.
func ReapOrphans() (stop func()) {
	news := make(chan os.Signal, 1)
	signal.Notify(news, syscall.SIGCHLD)
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer signal.Stop(news)
		reapOrphans(news, end)
	}()
	return sync.OnceFunc(func() { close(end); <-done })
}

func reapOrphans(news <-chan os.Signal, end <-chan struct{}) {
	seen := map[zombie]time.Time{}
	again := time.NewTimer(0) // some may be there already
	for {
		select {
		case <-end:
			return
		case <-news:
		case <-again.C:
		}
		if seen = sweep(seen, time.Now()); len(seen) > 0 {
			again.Reset(orphanAge)
		}
	}
}

// zombie is a dead child; start tells it from another that had its number.
type zombie struct {
	pid   int
	start string
}

// sweep reaps the strangers among the dead children that were seen long enough
// ago, and gives those that it leaves.
func sweep(seen map[zombie]time.Time, now time.Time) map[zombie]time.Time {
	family.Lock()
	defer family.Unlock()
	left := map[zombie]time.Time{}
	for _, z := range zombies() {
		first, known := seen[z]
		switch {
		case family.pids[z.pid]:
		case known && now.Sub(first) >= orphanAge:
			unix.Wait4(z.pid, nil, unix.WNOHANG, nil)
		case known:
			left[z] = first
		default:
			left[z] = now
		}
	}
	return left
}

// zombies are this process's dead children.
func zombies() []zombie {
	var dead []zombie
	self := strconv.Itoa(os.Getpid())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// After the name, which may hold anything: the state, the parent; the 20th is the start.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 20 || fields[0] != "Z" || fields[1] != self {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		dead = append(dead, zombie{pid, fields[19]})
	}
	return dead
}
