package wsgi

import (
	"fmt"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/stacks"
)

// A call that hangs. At four fifths of its time every thread's stack is told, so
// that there is something to read about calls that are just slow. When the time is
// over the slot's socket is shut down: whoever reads it finds its end, and answers
// 504 there, so that an answer which comes all the same has no way to anybody. The
// interpreter's other slots finish what they have; then it is killed.

const (
	stacksTime = time.Second // for writing the stacks down
	abortTime  = time.Second // the same, by SIGABRT
)

// hang is what the watch has seen of a slot. Nobody else touches it.
type hang struct {
	seen  progress
	since time.Duration // when it was first seen so, a monotonic time
	told  bool          // the stacks are told
}

// progress changes with everything that a slot does for its requests.
type progress struct{ sent, started, finished uint64 }

// lookForHang sees to a slot that is with the same call for long. 0 is no limit.
func (s *slot) lookForHang(now, limit time.Duration) {
	if limit <= 0 {
		return
	}
	switch took := s.stuck(now); {
	case took >= limit:
		s.in.giveUp(s, limit)
	case took >= limit/5*4 && !s.hang.told:
		s.hang.told = true
		s.in.tellSlow(s, took, limit)
	}
}

// stuck says for how long the slot has been with what it does now: a call, by the
// interpreter's own clock; or nothing, although it has requests to begin or
// answers to send, since the watch saw that first. A process that was stopped is
// found out by this. 0: nobody waits for it.
func (s *slot) stuck(now time.Duration) time.Duration {
	s.mu.Lock()
	held, sent := len(s.inflight) > 0 && !s.closed && s.sending == 0, s.sent
	s.mu.Unlock()
	is := progress{sent, s.words.started.Load(), s.words.finished.Load()}
	if is != s.hang.seen {
		s.hang = hang{seen: is, since: now}
	}
	switch {
	case !held:
		return 0
	case is.started > is.finished:
		return now - time.Duration(s.words.since.Load())
	}
	return now - s.hang.since
}

// request is what the slot is with, for the log.
func (s *slot) request() string {
	started := s.words.started.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, it := range s.inflight {
		if it.number >= started && it.ex != nil {
			r := it.ex.Request() // it cannot be over as long as it stands here
			return string(r.Method()) + " " + string(r.Target())
		}
	}
	return "a request"
}

// cut ends the slot as if the interpreter had closed its socket, and gives what
// it had not begun: one that is only stopped may still come back to it.
func (s *slot) cut() (again []app.Exchange) {
	s.mu.Lock()
	s.timedOut = true
	if s.rescued || s.closed || s.sending > 0 {
		s.mu.Unlock()
	} else {
		again = s.takeBack()
	}
	s.conn.CloseRead()
	s.conn.CloseWrite()
	return again
}

// tellSlow logs the stacks while the call may still end well.
func (in *interpreter) tellSlow(s *slot, took, limit time.Duration) {
	what := fmt.Sprintf("Worker (pid:%d) is slow: %s has taken %v, of the timeout of %v",
		in.process.Pid(), s.request(), took.Round(10*time.Millisecond), limit)
	in.pool.watched.Go(func() { in.logStacks(what) })
}

// giveUp answers for a slot that has taken too long, and has the interpreter
// replaced: it takes no more, and is killed when its other slots are done.
func (in *interpreter) giveUp(hung *slot, limit time.Duration) {
	why := fmt.Sprintf("%s took longer than the timeout of %v", hung.request(), limit)
	in.pool.mu.Lock()
	in.pool.fall(in)
	in.pool.unlock()
	first := in.why.CompareAndSwap(nil, &why)
	if again := hung.cut(); len(again) > 0 {
		in.pool.requeue(again)
	}
	in.pool.watched.Go(func() {
		told := in.logStacks(fmt.Sprintf("WORKER TIMEOUT (pid:%d): %s", in.process.Pid(), why))
		if !first {
			return // it is seen to
		}
		in.awaitSlots()
		if !told {
			in.abort()
		}
		in.process.Kill()
	})
}

// logStacks logs every thread's stack below a line, or why there are none.
func (in *interpreter) logStacks(line string) (told bool) {
	in.telling.Lock()
	defer in.telling.Unlock()
	text, err := stacks.Take(in.process.Pid(), in.process.Signal, stacksTime)
	if err != nil {
		in.pool.errorf("%s (no stacks of it: %v)", line, err)
		return false
	}
	in.pool.errorf("%s\n%s", line, text)
	return true
}

// awaitSlots waits until no slot has anything to answer, which those that hang
// themselves have not for longer than the timeout, or the process has ended.
func (in *interpreter) awaitSlots() {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for in.busySlots() {
		select {
		case <-in.process.Done():
			return
		case <-t.C:
		}
	}
}

func (in *interpreter) busySlots() bool {
	for _, s := range in.slots {
		if s.busy() {
			return true
		}
	}
	return false
}

// abort is the last resort for the stacks: faulthandler writes them to the error
// log when SIGABRT comes.
func (in *interpreter) abort() {
	in.process.Signal(syscall.SIGABRT)
	select {
	case <-in.process.Done():
	case <-time.After(abortTime):
	}
}
