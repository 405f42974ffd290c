package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/e2e/chaos"
)

// trial is one scenario that happens to one server. It belongs to the test's goroutine.
type trial struct {
	t       *testing.T
	sc      *scenario
	s       *server
	dir     string // of the scenario: its pidfile, its small disk
	arbiter int    // the process id: an upgrade changes it
	load    *chaos.Load
	clients int64
	dice    *rand.Rand

	victims map[int]bool // processes that the scenario killed or stopped
	blows   int64        // how often it did
	told    time.Time    // when the server was told to stop
	room    time.Time    // when its disk had room for the last time again
}

// begin starts the server and has it answer a little, so that what is made once
// has been made.
func begin(t *testing.T, sc *scenario, g target) *trial {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := &trial{t: t, sc: sc, dir: tempDir(t), dice: rand.New(rand.NewPCG(seed, 0)), victims: map[int]bool{}}
	sp := spec{target: g, app: "ledger", args: append([]string{"--workers=2"}, sc.args...)}
	if sc.prepare != nil {
		sc.prepare(t, &sp, r.dir)
	}
	r.s = start(t, sp)
	r.arbiter = r.s.cmd.Process.Pid
	r.s.log.awaitN(t, `Booting worker with pid`, 2)
	r.startLoad()
	r.served(100)
	if tally := r.load.Stop(); tally.Requests() != tally.Counts[chaos.OK] {
		t.Fatalf("before anything was done: %v\n%v", &tally, tally.Failures)
	}
	r.clearLedger()
	return r
}

// The load of most scenarios. A thinking client sends its next request a second
// later at the latest: before any server may give its connection up.
const (
	keepAliveClients = 6
	thinkingClients  = 2
	oneShotClients   = 3
	pause            = 5 * time.Millisecond
)

func (r *trial) startLoad() {
	o := chaos.Options{
		Addr: r.s.addr, KeepAlive: keepAliveClients, Thinking: thinkingClients, OneShot: oneShotClients, Pause: pause,
		Patience: patience / 2, Requests: 1 << 22, Lasting: time.Hour, EndWhenRefused: r.sc.ends,
	}
	if r.sc.load != nil {
		r.sc.load(&o)
	}
	r.clients = int64(o.KeepAlive + o.Thinking + o.OneShot)
	r.load = chaos.Start(o)
	r.t.Cleanup(func() { r.load.Stop() })
}

// served waits for n more right answers.
func (r *trial) served(n int64) {
	r.t.Helper()
	if !r.load.AwaitOK(patience, n) {
		tally := r.load.Stop()
		r.t.Fatalf("not %d more answers within %v: %v\n%v", n, patience, &tally, some(tally.Failures))
	}
}

// seen is how many clients have seen that outcome.
func (r *trial) seen(o chaos.Outcome) (n int64) {
	r.load.Await(patience, func(t *chaos.Tally, _ map[int]int64) bool {
		n = t.Counts[o]
		return true
	})
	return n
}

// sees waits until one more client has seen that outcome.
func (r *trial) sees(o chaos.Outcome) {
	r.t.Helper()
	seen := int64(-1)
	if !r.load.Await(patience, func(t *chaos.Tally, _ map[int]int64) bool {
		if seen < 0 {
			seen = t.Counts[o]
		}
		return t.Counts[o] > seen
	}) {
		tally := r.load.Stop()
		r.t.Fatalf("no client has seen %v: %v\n%v", o, &tally, some(tally.Failures))
	}
}

// newProcessServes waits until a process has answered that had not before.
func (r *trial) newProcessServes(before map[int]int64) {
	r.t.Helper()
	if !r.load.Await(patience, func(_ *chaos.Tally, pids map[int]int64) bool { return len(pids) > len(before) }) {
		tally := r.load.Stop()
		r.t.Fatalf("no new process has answered: %v\n%v", &tally, some(tally.Failures))
	}
}

// some are the first few: they tell the story, and the rest repeat it.
func some(all []chaos.Failure) string {
	var b strings.Builder
	for n, f := range all {
		if n == 10 {
			fmt.Fprintf(&b, "... and %d more\n", len(all)-n)
			break
		}
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

// workers are the arbiter's children.
func (r *trial) workers() []process {
	var found []process
	for _, p := range descendantsOf(r.arbiter) {
		if p.parent == r.arbiter {
			found = append(found, p)
		}
	}
	return found
}

func (r *trial) interpreters() []process { return interpretersOf(r.arbiter) }

// strength is what a server at rest consists of.
type strength struct {
	workers, interpreters int
	arbiterFiles          int // open descriptors
	workerFiles           int // of the worker that has most
}

// strength waits until no client's connection is left, and counts.
func (r *trial) strength() strength {
	r.t.Helper()
	eventually(r.t, "the server has closed its clients' connections", func() bool { return r.clientConnections() == 0 })
	return r.count()
}

func (r *trial) count() strength {
	now := strength{interpreters: len(r.interpreters()), arbiterFiles: openFiles(r.arbiter)}
	for _, p := range r.workers() {
		now.workers++
		now.workerFiles = max(now.workerFiles, openFiles(p.pid))
	}
	return now
}

func openFiles(pid int) int { return len(filesOf(pid)) }

// filesOf says what the descriptors of a process are, apart from the ledger's and
// those of pollers, which it has from its first request on.
func filesOf(pid int) (files []string) {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	for _, link := range links {
		name, err := os.Readlink(link)
		if err == nil && !strings.Contains(name, "/ledger.") && !strings.Contains(name, "[event") {
			files = append(files, name)
		}
	}
	return files
}

func pids(of []process) (all []int) {
	for _, p := range of {
		all = append(all, p.pid)
	}
	return all
}

// clientConnections counts the server's ends that some process still holds.
func (r *trial) clientConnections() int {
	_, port, _ := strings.Cut(r.s.addr, ":")
	number, _ := strconv.Atoi(port)
	suffix := fmt.Sprintf(":%04X", number)
	table, _ := os.ReadFile("/proc/net/tcp")
	n := 0
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line) // sl local_address rem_address st ... inode is the tenth
		const listening = "0A"
		if len(f) > 9 && strings.HasSuffix(f[1], suffix) && f[3] != listening && f[9] != "0" {
			n++
		}
	}
	return n
}

// recovers waits until the server is what it was: as many processes, and in each
// no more descriptors.
func (r *trial) recovers(before strength) {
	r.t.Helper()
	var now strength
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		if now = r.count(); now.workers == before.workers && now.interpreters == before.interpreters &&
			now.arbiterFiles <= before.arbiterFiles && now.workerFiles <= before.workerFiles {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	r.t.Errorf("before: %+v; now, without load: %+v", before, now)
	for _, pid := range append([]int{r.arbiter}, pids(r.workers())...) {
		r.t.Logf("open in %d: %q", pid, filesOf(pid))
	}
}

// stop stops the server, whoever is its arbiter by now.
func (r *trial) stop() {
	r.t.Helper()
	syscall.Kill(r.arbiter, syscall.SIGTERM)
	if code := r.s.wait(); code != 0 {
		r.t.Errorf("exit code %d after TERM, want 0", code)
	}
}

// leavesNobody: no process that was started for this server outlives it. They all
// have its STORE in their environment.
func (r *trial) leavesNobody() {
	r.t.Helper()
	mark := "STORE=" + r.s.dir + "\x00"
	eventually(r.t, "no process of the server is left", func() bool {
		files, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, file := range files {
			if env, _ := os.ReadFile(file); strings.Contains(string(env)+"\x00", mark) {
				return false
			}
		}
		return true
	})
	for _, word := range []string{"panic: ", "fatal error: "} {
		if strings.Contains(r.s.log.String(), word) {
			r.t.Errorf("the log says %q", word)
		}
	}
}
