package e2e

import (
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/e2e/hostile"
)

var soakTime = flag.Duration("soak", 0, "how long TestSoak goes on; 0: a round before and one after")

// What may be more at the end than at the start: the collector and the allocators of
// Go and Python keep memory that they may need again, and a thread or a descriptor
// may just be in use.
const (
	soakMemory      = 96 << 20
	soakThreads     = 12
	soakDescriptors = 4
	soakGoroutines  = 8
)

// Mixed load with faults, for as long as one likes: all attacks, HUPs, killed
// interpreters, and who means well in between. What the server holds is at the end what
// it was at the start, when a quarter of the time was over: by then everything has been
// used that keeps its size.
func TestSoak(t *testing.T) {
	kinds := justC
	if *soakTime > 0 {
		kinds = []kind{goHandler, onCPython}
	}
	each(t, kinds, func(t *testing.T, g target) {
		args := hostileArgs("--workers=2", "--limit-request-body=16777216", "--worker-connections=4000", "--graceful-timeout=3")
		s := start(t, spec{target: g, app: "station", args: args})
		begun := time.Now()
		rounds := func(until, faults time.Duration) (memory int64) {
			for n := 1; n == 1 || time.Since(begun) < until; n++ {
				s.soakRound(t, g, time.Since(begun) < faults)
				now := s.footprint()
				memory = max(memory, now.memory)
				if *soakTime > 0 {
					t.Logf("after %v: %v", time.Since(begun).Round(time.Second), now)
				}
			}
			return memory
		}
		// A HUP replaces a Go app's processes: those that are compared are to be old.
		warm, faults := *soakTime/4, time.Duration(math.MaxInt64)
		if g.kind == goHandler {
			faults = warm / 2
		}
		memory := max(rounds(warm, faults), rounds(0, 0))
		before := s.settled(t, footprint{processes: fullStrength(g)})
		before.memory = max(before.memory, memory) // the collector may just have given it back
		t.Logf("at the start: %v", before)
		rounds(*soakTime, faults)
		after := s.settled(t, before)
		t.Logf("at the end: %v", after)
		s.stop()
	})
}

// soakRound is every attack once, and what befalls a server besides. Attackers get what
// they get: with interpreters that die under them it need not be what they want.
func (s *server) soakRound(t *testing.T, g target, faults bool) {
	t.Helper()
	w := s.observe(t, 2, hostileLimit, false)
	w.faults = faults
	at := hostile.Target{Addr: s.addr, Limit: hostileLimit, OneShot: !g.keepsAlive(), Patience: patience}
	attacked := make(chan struct{})
	go func() {
		defer close(attacked)
		hostile.Together(at, hostile.Attacks())
	}()
	for n := 0; ; n++ {
		select {
		case <-attacked:
			w.awaitAnswers(t, 20)
			w.end()
			return
		case <-time.After(time.Second):
		}
		switch {
		case !faults:
		case n%4 == 1:
			s.signal(syscall.SIGHUP)
		case n%8 == 3 && g.kind != goHandler:
			if running := s.interpreters(); len(running) > 0 {
				syscall.Kill(running[n%len(running)].pid, syscall.SIGKILL)
			}
		}
	}
}

// fullStrength is how many processes there are for two workers.
func fullStrength(g target) int {
	if g.kind == goHandler {
		return 3
	}
	return 4
}

// settled waits until the server has as many processes as before and holds no more,
// but what it may have more; if before says no more than the processes, until the last
// round's connections are gone.
func (s *server) settled(t *testing.T, before footprint) footprint {
	t.Helper()
	var now footprint
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		last := now
		now = s.footprint()
		if now.processes == before.processes && now.descriptors == last.descriptors && s.quiet(before, now) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("before: %v; after: %v; %d connections", before, now, s.clients())
		}
	}
	now.goroutines = s.goroutines(t)
	if before.goroutines > 0 && now.goroutines > before.goroutines+soakGoroutines {
		t.Errorf("goroutines: %d before, %d after", before.goroutines, now.goroutines)
	}
	return now
}

// quiet compares what else there is.
func (s *server) quiet(before, now footprint) bool {
	if before.descriptors == 0 {
		return s.clients() == 0
	}
	return now.threads <= before.threads+soakThreads &&
		now.descriptors <= before.descriptors+soakDescriptors && now.memory <= before.memory+soakMemory
}

// clients counts the connections to the server that are open, from the side that
// has been accepted or will be.
func (s *server) clients() int {
	text, _ := os.ReadFile("/proc/net/tcp")
	var port int
	fmt.Sscanf(s.addr, "127.0.0.1:%d", &port)
	open := regexp.MustCompile(fmt.Sprintf(`(?m)^ *\d+: 0100007F:%04X [0-9A-F]{8}:[0-9A-F]{4} 0[18] `, port))
	return len(open.FindAll(text, -1))
}

var goroutineHead = regexp.MustCompile(`(?m)^\s*goroutine \d+`)

// goroutines are those of all the server's processes, by srv stacks.
func (s *server) goroutines(t *testing.T) int {
	t.Helper()
	return len(goroutineHead.FindAllString(srvStacks(t, srvBinary, s.cmd.Process.Pid).stdout, -1))
}

// Ten thousand connections that say nothing, as far as descriptors go, one class after
// the other; 2,000 of them are part of TestHogs.
func TestTenThousandIdle(t *testing.T) {
	if *soakTime == 0 {
		return
	}
	var limit unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	n := int(min(10000, limit.Cur-1000))
	for _, class := range classes {
		for _, k := range []kind{goHandler, onCPython} {
			t.Run(class+"/"+string(k), func(t *testing.T) {
				g := target{class, k}
				s := start(t, spec{target: g, app: "station", args: hostileArgs(fmt.Sprintf("--worker-connections=%d", n+100), "--first-byte-timeout=10")})
				t.Logf("%d connections", n)
				s.standsAttacks(t, g, []hostile.Attack{hostile.Silence(n)}, false)
			})
		}
	}
}
