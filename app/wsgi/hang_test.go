package wsgi

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// logs waits until the error log has all of these in one message.
func (f *fixture) logs(all ...string) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("%q in the error log", all), func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, line := range f.log {
			has := true
			for _, what := range all {
				has = has && strings.Contains(line, what)
			}
			if has {
				return true
			}
		}
		return false
	})
}

// TestTimeout: a call that takes too long is answered 504, its stack is told,
// and its interpreter replaced.
func TestTimeout(t *testing.T) {
	f := start(t, func(o *Options) { o.Timeout = 50 * time.Millisecond })
	s := f.slots()[0]
	hung, _ := f.held("hung")
	queued := f.ask("/pid")
	hung.want(504, "")
	if body := string(queued.wait().body); body == s.pid() || body == "" {
		t.Errorf("answered by %q, which hung", body)
	}
	f.logs("WORKER TIMEOUT (pid:"+s.pid()+"): GET /gate/hung took longer than the timeout of 50ms\n", "most recent call first", "in pass_gate")
	f.logs("Worker (pid:" + s.pid() + ") was killed: GET /gate/hung")
}

// TestSlowCall: the stacks are told once, before the time is over, and nothing else happens.
func TestSlowCall(t *testing.T) {
	f := start(t, func(o *Options) { o.Timeout = time.Hour })
	slow, held := f.held("slow")
	s := f.slots()[0]
	s.words.since.Store(uint64(monotonic() - 49*time.Minute))
	f.logs("is slow: GET /gate/slow has taken 49m", "in pass_gate")
	for range 3 { // looks
		s.words.since.Add(1)
		f.look()
	}
	held.pass()
	slow.want(200, "passed")
	f.mu.Lock()
	defer f.mu.Unlock()
	if log := strings.Join(f.log, "\n"); strings.Count(log, "is slow") != 1 {
		t.Errorf("it is told several times:\n%s", log)
	}
}

// TestTimeoutWaitsForOthers: a call beside the one that hangs is answered before
// the interpreter is killed; the one that hangs is answered at once.
func TestTimeoutWaitsForOthers(t *testing.T) {
	f := start(t, func(o *Options) { o.Threads, o.Timeout = 2, time.Hour })
	hung, _ := f.held("hung")
	other, held := f.held("other")
	in := f.slots()[0].in
	f.holder(hung).words.since.Store(uint64(monotonic() - 2*time.Hour))
	hung.want(504, "")
	f.logs("WORKER TIMEOUT", "GET /gate/hung", "in pass_gate")
	held.pass()
	other.want(200, "passed")
	<-in.process.Done()
	f.ask("/hello").want(200, "Hello")
}

// holder is the slot that has the exchange.
func (f *fixture) holder(ex *exchange) *slot {
	f.t.Helper()
	for _, s := range f.slots() {
		s.mu.Lock()
		holds := len(s.inflight) == 1 && s.inflight[0].ex == app.Exchange(ex)
		s.mu.Unlock()
		if holds {
			return s
		}
	}
	f.t.Fatal("no slot has it")
	return nil
}

// stands says whether every thread of a process is stopped.
func stands(pid int) bool {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, task := range tasks {
		stat, err := os.ReadFile(task)
		if err != nil || !strings.HasPrefix(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " T") {
			return false
		}
	}
	return len(tasks) > 0
}

// stopper stops the interpreter as soon as it has begun to answer.
type stopper struct {
	*exchange
	stop func()
	once sync.Once
}

func (e *stopper) Write(p []byte) error {
	e.once.Do(e.stop)
	return e.exchange.Write(p)
}

// ownAnswers asks for much, and wants everybody to get what is theirs.
func (f *fixture) ownAnswers() {
	f.t.Helper()
	var asked []*exchange
	for i := range 40 {
		ex := get(f.t, fmt.Sprintf("/echo/%d", i)).hold(strings.Repeat(fmt.Sprintf("mine %d.", i), 1+100*i))
		asked = append(asked, ex)
		f.Serve(ex)
	}
	for _, ex := range asked {
		ex.want(200, string(ex.content.Bytes))
	}
}

// TestStoppedAndContinued: an interpreter that is stopped wherever it is, and goes on
// when its time is over, answers nobody any more.
func TestStoppedAndContinued(t *testing.T) {
	const limit = 200 * time.Millisecond
	for _, threads := range []int{1, 3} {
		launch := func(t *testing.T) (f *fixture, signal func(syscall.Signal)) {
			f = start(t, func(o *Options) { o.Timeout, o.Interpreters, o.Threads = limit, 1, threads })
			process := f.slots()[0].in.process
			return f, func(s syscall.Signal) {
				if process.Signal(s); s == syscall.SIGSTOP {
					eventually(t, "all its threads stand", func() bool { return stands(process.Pid()) })
				}
			}
		}
		name := func(where string) string { return fmt.Sprintf("%s, threads %d", where, threads) }
		t.Run(name("in a call"), func(t *testing.T) {
			f, signal := launch(t)
			ex, held := f.held("1")
			signal(syscall.SIGSTOP)
			held.pass()
			ex.want(504, "")
			signal(syscall.SIGCONT)
			f.ownAnswers()
			f.once("/gate/1")
		})
		t.Run(name("in a frame"), func(t *testing.T) {
			f, signal := launch(t)
			ex := &stopper{exchange: get(t, "/big/50000000"), stop: func() { signal(syscall.SIGSTOP) }}
			f.Serve(ex)
			ex.exchange.want(504, "")
			signal(syscall.SIGCONT)
			f.ownAnswers()
		})
		t.Run(name("in a stream"), func(t *testing.T) {
			f, signal := launch(t)
			ex := &stopper{exchange: get(t, "/endless"), stop: func() { signal(syscall.SIGSTOP) }}
			f.Serve(ex)
			ex.exchange.want(504, "")
			signal(syscall.SIGCONT)
			f.ownAnswers()
		})
		t.Run(name("in a batch"), func(t *testing.T) {
			f, signal := launch(t)
			exs := []*exchange{get(t, "/gate/1"), get(t, "/echo/b2").hold("two"), get(t, "/echo/b3").spool("three")}
			f.batch(exs...)
			held := f.gate.call("/gate/1")
			signal(syscall.SIGSTOP)
			held.pass()
			exs[0].want(504, "")
			signal(syscall.SIGCONT)
			exs[1].want(200, "two")
			exs[2].want(200, "three")
			f.ownAnswers()
			f.once("/gate/1", "/echo/b2", "/echo/b3")
		})
		t.Run(name("idle"), func(t *testing.T) {
			f, signal := launch(t)
			signal(syscall.SIGSTOP)
			ex := f.ask("/hello/once")
			ex.want(200, "Hello") // it was not begun, so another one gets it
			signal(syscall.SIGCONT)
			f.ownAnswers()
			f.once("/hello/once")
		})
	}
}

// TestNoHandler: where the stacks cannot be had the quick way, SIGABRT has them told.
func TestNoHandler(t *testing.T) {
	f := start(t, func(o *Options) {
		o.Timeout = 100 * time.Millisecond
		o.Env = append(o.Env, "WITHOUT_HANDLER=1")
	})
	hung, _ := f.held("hung")
	hung.want(504, "")
	f.logs("WORKER TIMEOUT", "no stacks of it: ")
	f.logs("was killed: GET /gate/hung")
	log, _ := os.ReadFile(f.stderr)
	if !strings.Contains(string(log), "Fatal Python error: Aborted") || !strings.Contains(string(log), "in pass_gate") {
		t.Errorf("the error log:\n%s", log)
	}
}
