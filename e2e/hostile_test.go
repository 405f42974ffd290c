package e2e

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/e2e/hostile"
)

// hostileLimit is each of the server's time limits, low so that the tests are short.
const hostileLimit = 3 * time.Second

// Of the server's memory: what requests and responses may hold, by its setting;
// and by how much it may grow in all. The collector lets a Go program's heap grow
// to twice what is in use, and the rest is stacks, the app's own copies of large
// responses, and what an idle connection costs.
const (
	hostileBudget = 32 << 20
	hostileGrowth = 192 << 20
)

// hostileArgs sets the limits that hostile clients run into.
func hostileArgs(more ...string) []string {
	seconds := hostileLimit.Seconds()
	args := []string{fmt.Sprintf("--memory-budget=%d", hostileBudget), "--spool-budget=2G", "--send-min-rate=200K", "--threads=1"}
	for _, flag := range []string{"first-byte-timeout", "client-header-timeout", "client-body-timeout", "send-timeout", "keep-alive"} {
		args = append(args, fmt.Sprintf("--%s=%g", flag, seconds))
	}
	return append(args, more...)
}

// All attacks at once, on one server: who means well is answered, the server's
// memory stays within its bound, and in the end nothing of them is left.
func TestHostileClients(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: hostileArgs("--limit-request-body=16777216", "--worker-connections=4000", "--response-buffer-size=128K")})
		s.standsAttacks(t, g, hostile.Attacks(), false)
	})
}

// More than there is of anything: connections, of which idle ones make room, memory,
// which is in files then, and content without a limit to it.
func TestHogs(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "station", args: hostileArgs("--worker-connections=1000", "--limit-request-body=0")})
		s.standsAttacks(t, g, hostile.Hogs(2000), true)
	})
}

// standsAttacks carries attacks out, all at once; once has those who mean well
// connect for each request.
func (s *server) standsAttacks(t *testing.T, g target, attacks []hostile.Attack, once bool) {
	t.Helper()
	w := s.observe(t, 2, hostileLimit, once)
	w.awaitAnswers(t, 50) // everything has been used once
	before := s.footprint()
	most := s.watchMemory(t)
	at := hostile.Target{Addr: s.addr, Limit: hostileLimit, OneShot: !g.keepsAlive(), Patience: patience}
	var all sync.WaitGroup
	for _, a := range attacks {
		all.Go(func() {
			t.Run(a.Name, func(t *testing.T) {
				late, err := a.Run(at)
				if err != nil {
					t.Error(err)
				}
				if late > 0 {
					t.Logf("%d of %d clients were late by themselves", late, a.Clients)
				}
			})
		})
	}
	all.Wait()
	w.awaitAnswers(t, 50)
	peak := most()
	t.Logf("%d answers (late by itself: %d), memory from %d MB to %d MB", w.right.Load(), w.late.Load(), before.memory>>20, peak>>20)
	if peak > before.memory+hostileGrowth {
		t.Errorf("memory grew from %d MB to %d MB, %d MB more is the bound", before.memory>>20, peak>>20, hostileGrowth>>20)
	}
	w.end()
	s.keepsNothing(t, before)
	s.stop()
}

// keepsNothing waits until the server holds no more descriptors than before.
func (s *server) keepsNothing(t *testing.T, before footprint) {
	t.Helper()
	var now footprint
	eventually(t, fmt.Sprintf("no more than the %d descriptors of before", before.descriptors), func() bool {
		now = s.footprint()
		return now.descriptors <= before.descriptors+2
	})
	t.Logf("before: %v; after: %v", before, now)
}
