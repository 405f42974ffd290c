package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-77b39ca9/srv/e2e/chaos"
)

// allowance is an outcome that a scenario's requests may have, when they have the excuse.
type allowance struct {
	outcome chaos.Outcome
	when    excuse
}

type excuse func(r *trial, l ledger, f chaos.Failure) bool

// inItsHands: a process that was killed or stopped had begun it, or was just about
// to write that down; judge counts these.
func inItsHands(r *trial, l ledger, f chaos.Failure) bool {
	begun := l[f.Number]
	return len(begun) == 0 || len(begun) == 1 && r.victims[begun[0]]
}

// unserved: no process had begun it.
func unserved(_ *trial, l ledger, f chaos.Failure) bool { return len(l[f.Number]) == 0 }

// onItsConnection: it was on a connection to a process that was killed or stopped.
// Whose a connection is that had no answer yet nobody knows.
func onItsConnection(r *trial, _ ledger, f chaos.Failure) bool {
	return f.Pid == 0 || r.victims[f.Pid]
}

// afterTheStop: the server had been told to stop.
func afterTheStop(r *trial, _ ledger, f chaos.Failure) bool {
	return !r.told.IsZero() && f.Began.Add(f.Took).After(r.told)
}

// needsTheDisk: its content goes to a file, and the disk was full.
func needsTheDisk(r *trial, _ ledger, f chaos.Failure) bool {
	return f.Bytes >= spooled && f.Began.Before(r.room)
}

// judge wants every request that failed to have an excuse, and no more of them than
// there were clients each time that something was broken. No request may have
// been given to the app twice, nor been answered without it.
func (r *trial) judge(tally chaos.Tally) {
	r.t.Helper()
	r.t.Logf("%v", &tally)
	l := r.readLedger()
	var unexcused []chaos.Failure
	for _, f := range tally.Failures {
		if !r.excused(l, f) {
			unexcused = append(unexcused, f)
		}
	}
	if len(unexcused) > 0 {
		r.t.Errorf("%d requests failed that must not:\n%s", len(unexcused), some(unexcused))
	}
	if most := r.blows * r.clients; r.blows > 0 && int64(len(tally.Failures)) > most {
		r.t.Errorf("%d requests failed, %d blows can have hit %d", len(tally.Failures), r.blows, most)
	}
	if n := unbegun(l, tally.Failures); n > r.blows {
		r.t.Errorf("%d requests that the app had not begun got 502 or 504; %d blows can have hit one each", n, r.blows)
	}
	for number, pids := range l {
		if len(pids) > 1 {
			r.t.Errorf("request %d was given to the app more than once: to the processes %d", number, pids)
		}
	}
	for _, number := range tally.Numbers {
		if len(l[number]) == 0 {
			r.t.Errorf("request %d was answered, and no process has begun it", number)
		}
	}
}

func (r *trial) excused(l ledger, f chaos.Failure) bool {
	for _, a := range r.sc.allowed {
		if a.outcome == f.Outcome && a.when(r, l, f) {
			return true
		}
	}
	return false
}

// unbegun counts the requests that were answered as if a process had had them in
// its hands, and are in no ledger.
func unbegun(l ledger, failures []chaos.Failure) (n int64) {
	for _, f := range failures {
		if len(l[f.Number]) == 0 && (f.Outcome == chaos.BadGateway || f.Outcome == chaos.GatewayTimeout) {
			n++
		}
	}
	return n
}

// ledger says which processes have begun a request.
type ledger map[int64][]int

func (r *trial) ledgers() []string {
	files, _ := filepath.Glob(filepath.Join(r.s.dir, "ledger.*"))
	return files
}

func (r *trial) readLedger() ledger {
	l := ledger{}
	for _, file := range r.ledgers() {
		pid, _ := strconv.Atoi(strings.TrimPrefix(filepath.Ext(file), "."))
		lines, err := os.ReadFile(file)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, word := range strings.Fields(string(lines)) {
			number, _ := strconv.ParseInt(word, 10, 64)
			l[number] = append(l[number], pid)
		}
	}
	return l
}

// clearLedger forgets what was begun so far.
func (r *trial) clearLedger() {
	for _, file := range r.ledgers() {
		if err := os.Truncate(file, 0); err != nil {
			r.t.Fatal(err)
		}
	}
}
