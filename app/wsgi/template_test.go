package wsgi

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// preloaded starts a pool with a template.
func preloaded(t *testing.T, change func(o *Options)) *fixture {
	t.Helper()
	return start(t, func(o *Options) {
		o.Preload, o.TemplateTitle = true, "srv: template [test]"
		if change != nil {
			change(o)
		}
	})
}

// template is the process that the pool's interpreters are forked from.
func (f *fixture) template() int {
	f.t.Helper()
	f.Pool.mu.Lock()
	t := f.templates[f.options]
	f.Pool.mu.Unlock()
	if t == nil {
		f.t.Fatal("there is no template")
	}
	return t.pid()
}

// loads counts how often the application was loaded.
func (f *fixture) loads() int { return len(f.calls("loaded")) }

// TestPreload: the application is loaded once, and its interpreters are this process's
// children, told of as any other.
func TestPreload(t *testing.T) {
	f := preloaded(t, func(o *Options) { o.Interpreters, o.Threads = 3, 2 })
	f.ownAnswers()
	if !f.told("Preloaded: ") {
		t.Error("the memory is not told")
	}
	if n := f.loads(); n != 1 {
		t.Errorf("loaded %d times", n)
	}
	if title, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", f.template())); !strings.HasPrefix(string(title), "srv: template [test]") {
		t.Errorf("the template's title is %q", title)
	}
	for in := range f.living() {
		pid := in.process.Pid()
		if got := parentOf(pid); got != os.Getpid() {
			t.Errorf("interpreter %d is a child of %d", pid, got)
		}
		if title, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); !strings.HasPrefix(string(title), "srv: worker [test]") {
			t.Errorf("an interpreter's title is %q", title)
		}
	}
}

func parentOf(pid int) (parent int) {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fmt.Sscanf(string(stat[strings.LastIndexByte(string(stat), ')')+4:]), "%d", &parent)
	return parent
}

// TestPreloadedScale: one more is forked, and so is who takes a spent one's place.
func TestPreloadedScale(t *testing.T) {
	f := preloaded(t, func(o *Options) { o.MaxRequests = 30 })
	f.Scale(3)
	f.idle(3)
	pids := map[string]bool{}
	for deadline := time.Now().Add(patience); len(pids) < 5 && time.Now().Before(deadline); {
		pids[string(f.ask("/pid").wait().body)] = true
	}
	if n := f.loads(); n != 1 || len(pids) < 5 {
		t.Errorf("loaded %d times for %d interpreters", n, len(pids))
	}
}

// TestPreloadedInterpreterDies: how is known, and a fork takes its place.
func TestPreloadedInterpreterDies(t *testing.T) {
	f := preloaded(t, nil)
	for range 3 {
		f.ask("/exit").want(502, "")
		f.ask("/hello").want(200, "Hello")
	}
	f.logs("exited with exit code 3")
	f.ask("/thread").want(200, "True")
	f.slots()[0].in.process.Signal(syscall.SIGKILL)
	f.logs("exited with signal SIGKILL")
	f.ask("/hello").want(200, "Hello")
	if n := f.loads(); n != 1 {
		t.Errorf("loaded %d times", n)
	}
}

// TestTemplateDies: what it has forked goes on, and there is another when it is needed.
func TestTemplateDies(t *testing.T) {
	f := preloaded(t, nil)
	died := f.template()
	syscall.Kill(died, syscall.SIGKILL)
	f.ask("/hello").want(200, "Hello")
	if n := f.loads(); n != 1 {
		t.Errorf("loaded %d times, and nobody was in need", n)
	}
	f.ask("/exit").want(502, "")
	f.ask("/hello").want(200, "Hello")
	if n := f.loads(); n != 2 || f.template() == died {
		t.Errorf("loaded %d times", n)
	}
}

// TestPreloadedReload: a new template loads the new code, and the old one ends with
// its interpreters.
func TestPreloadedReload(t *testing.T) {
	f := preloaded(t, func(o *Options) { o.Interpreters = 2 })
	old := f.template()
	ex, held := f.held("old")
	if err := f.Reload(*f.options); err != nil {
		t.Fatal(err)
	}
	f.ownAnswers()
	if now := f.template(); now == old || f.loads() != 2 {
		t.Errorf("template %d, then %d; loaded %d times", old, now, f.loads())
	}
	if !runs(old) {
		t.Error("the old template has ended before its interpreter")
	}
	held.pass()
	ex.want(200, "passed")
	eventually(t, "the old template ends", func() bool { return !runs(old) })
}

func runs(pid int) bool { return syscall.Kill(pid, 0) == nil }

// TestPreloadedReloadFails: it changes nothing, and leaves no template behind.
func TestPreloadedReloadFails(t *testing.T) {
	f := preloaded(t, nil)
	old := f.template()
	broken := *f.options
	broken.App = "broken:application"
	if err := f.Reload(broken); !errors.Is(err, ErrApp) {
		t.Errorf("error %v", err)
	}
	f.ask("/hello").want(200, "Hello")
	f.Pool.mu.Lock()
	n := len(f.templates)
	f.Pool.mu.Unlock()
	if n != 1 || f.template() != old {
		t.Errorf("%d templates", n)
	}
}

func TestPreloadedAppCannotBeLoaded(t *testing.T) {
	f := prepare(t, func(o *Options) { o.Preload, o.Interpreters, o.App = true, 3, "broken:application" })
	if err := f.Start(); !errors.Is(err, ErrApp) {
		t.Errorf("Start: %v", err)
	}
	if n := strings.Count(text(t, f.stderr), "Exception in loading"); n != 1 {
		t.Errorf("it was tried %d times", n)
	}
}

// TestPreloadedLate: what hangs in a fork is found and replaced as anywhere.
func TestPreloadedLate(t *testing.T) {
	f := preloaded(t, func(o *Options) { o.Timeout = 100 * time.Millisecond })
	hung, _ := f.held("hung")
	hung.want(504, "")
	f.logs("WORKER TIMEOUT", "in pass_gate")
	f.ownAnswers()
}

// TestThreadsDoNotSurvive: who counts on them is told.
func TestThreadsDoNotSurvive(t *testing.T) {
	f := preloaded(t, func(o *Options) { o.Env = append(o.Env, "WITH_THREAD=lonely") })
	if log := text(t, f.stderr); !strings.Contains(log, "[WARNING]") || !strings.Contains(log, "fork: lonely") {
		t.Errorf("the error log:\n%s", log)
	}
	f.ask("/hello").want(200, "Hello")
}
