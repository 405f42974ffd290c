package wsgi

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// editable is a fixture whose application the test writes itself.
type editable struct {
	*fixture
	dir string
}

// edit starts a pool with version 1 of an application that does what testdata/app.py
// does, and tells its version at /version.
func edit(t *testing.T, change func(o *Options)) *editable {
	t.Helper()
	e := &editable{dir: t.TempDir()}
	e.version(t, "1", "")
	e.fixture = start(t, func(o *Options) {
		testdata, _ := filepath.Abs("testdata")
		o.App, o.Chdir, o.PythonPath = "edited", e.dir, testdata
		if change != nil {
			change(o)
		}
	})
	return e
}

// version writes a version; atImport is what else it does when it is imported.
func (e *editable) version(t *testing.T, version, atImport string) {
	t.Helper()
	text := "import os, time\nimport app\n" + atImport + `
def application(environ, start_response):
    if environ["PATH_INFO"] == "/version":
        start_response("200 OK", app.TEXT)
        return [b"` + version + `"]
    return app.application(environ, start_response)
`
	if err := os.WriteFile(filepath.Join(e.dir, "edited.py"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// with are the pool's options with a change.
func (f *fixture) with(change func(o *Options)) Options {
	o := *f.newest()
	if change != nil {
		change(&o)
	}
	return o
}

// reload is a reload that must work.
func (f *fixture) reload(change func(o *Options)) {
	f.t.Helper()
	if err := f.Reload(f.with(change)); err != nil {
		f.t.Fatal(err, text(f.t, f.stderr))
	}
}

// reloading is a reload on a goroutine.
func (f *fixture) reloading(o Options) <-chan error {
	done := make(chan error, 1)
	go func() { done <- f.Reload(o) }()
	return done
}

// steady asks for target without pause until it is told to end; each must be answered 200.
func (f *fixture) steady(target string, look func(body string)) (end func()) {
	var clients sync.WaitGroup
	var over atomic.Bool
	for range 4 {
		clients.Go(func() {
			for !over.Load() {
				ex := f.ask(target).wait()
				if ex.status != 200 || ex.aborted {
					f.t.Errorf("answered %d", ex.status)
				}
				look(string(ex.body))
			}
		})
	}
	return func() { over.Store(true); clients.Wait() }
}

// strength waits until there are n processes, and all serve.
func (f *fixture) strength(n int) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("%d interpreters", n), func() bool { return f.Serving() == n && len(f.living()) == n })
}

// TestReload: under load nobody notices, and whatever the two generations' sizes
// are, in the end only the new one is there.
func TestReload(t *testing.T) {
	for _, tt := range []struct{ old, threads, surge, new, newThreads int }{
		{1, 1, 1, 1, 1}, {2, 1, 1, 2, 2}, {2, 2, 0, 2, 1}, {1, 1, 1, 3, 1}, {3, 1, 1, 1, 1}, {3, 1, 2, 3, 1},
	} {
		t.Run(fmt.Sprintf("%+v", tt), func(t *testing.T) {
			e := edit(t, func(o *Options) { o.Interpreters, o.Threads, o.Surge = tt.old, tt.threads, tt.surge })
			var seen atomic.Value
			end := e.steady("/version", func(body string) { seen.Store(body) })
			e.version(t, "2", "")
			e.reload(func(o *Options) { o.Interpreters, o.Threads = tt.new, tt.newThreads })
			e.ask("/version").want(200, "2")
			e.strength(tt.new)
			end()
			if seen.Load() != "2" {
				t.Errorf("at last it was version %v that answered", seen.Load())
			}
			e.idle(tt.new * tt.newThreads)
			if n := e.Slots(); n != tt.new*tt.newThreads || e.capacity != n {
				t.Errorf("%d slots, capacity %d", n, e.capacity)
			}
			if e.told("exited with") || e.told("was killed") {
				t.Errorf("the error log: %q", e.log)
			}
		})
	}
}

// TestReloadFinishesCalls: what an old interpreter has in its hands it answers,
// and if that takes longer than graceful_timeout it is killed.
func TestReloadFinishesCalls(t *testing.T) {
	e := edit(t, nil)
	ex, held := e.held("kept")
	e.version(t, "2", "")
	e.reload(nil)
	e.ask("/version").want(200, "2")
	held.pass()
	ex.want(200, "passed")
	e.strength(1)

	e.reload(func(o *Options) { o.GracefulTimeout = time.Millisecond })
	ex, _ = e.held("cut")
	e.reload(nil)
	ex.want(502, "")
	e.strength(1)
	if !e.told("longer than the graceful_timeout of 1ms") {
		t.Errorf("the error log: %q", e.log)
	}
}

// TestReloadSurge: also while old ones finish what they have, there is never more
// than one too many.
func TestReloadSurge(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters, o.Surge = 2, 1 })
	one, first := f.held("1")
	two, second := f.held("2")
	old := f.newest()
	done := f.reloading(f.with(nil))
	eventually(t, "the first of the new generation serves", func() bool { return f.newest() != old })
	f.ask("/hello").want(200, "Hello")
	check := func() {
		t.Helper()
		if n := len(f.living()); n > 3 {
			t.Errorf("%d processes", n)
		}
	}
	check()
	first.pass()
	one.want(200, "passed")
	check()
	second.pass()
	two.want(200, "passed")
	if err := <-done; err != nil {
		t.Error(err)
	}
	f.strength(2)
}

// TestReloadTakesOptions: the new generation goes by all of them.
func TestReloadTakesOptions(t *testing.T) {
	e := edit(t, nil)
	e.reload(func(o *Options) {
		o.ScriptName, o.Software, o.Env = "/mount", "other/1", append(o.Env, "SEEN=yes")
		o.Timeout = 50 * time.Millisecond
	})
	body := string(e.ask("/mount/environ").wait().body)
	for _, want := range []string{"SCRIPT_NAME='/mount'", "PATH_INFO='/environ'", "SERVER_SOFTWARE='other/1'"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	hung := e.ask("/mount/gate/hung")
	hung.want(504, "")
}

// TestReloadOfBrokenApp: nothing changes, and the error says why.
func TestReloadOfBrokenApp(t *testing.T) {
	e := edit(t, func(o *Options) { o.Interpreters = 2 })
	e.version(t, "2", "raise RuntimeError('not today')")
	for _, surge := range []int{1, 0} {
		if err := e.Reload(e.with(func(o *Options) { o.Surge = surge })); !errors.Is(err, ErrApp) {
			t.Errorf("surge %d: %v", surge, err)
		}
		e.ask("/version").want(200, "1")
		e.strength(2)
	}
	if log := text(t, e.stderr); !strings.Contains(log, "not today") {
		t.Errorf("the error log has no traceback:\n%s", log)
	}
	// Who dies is replaced by what booted last, if it still does.
	e.version(t, "3", "")
	e.reload(nil)
	e.ask("/version").want(200, "3")
	if err := e.Reload(e.with(func(o *Options) { o.Python = "/nonexistent/python" })); err == nil {
		t.Error("reloaded without an interpreter")
	}
	e.strength(2)
}

// TestReloadStopsRolling: what serves goes on when a later one cannot boot.
func TestReloadStopsRolling(t *testing.T) {
	e := edit(t, func(o *Options) { o.Interpreters, o.Surge = 3, 1 })
	first := filepath.Join(e.dir, "first")
	e.version(t, "2", fmt.Sprintf("os.close(os.open(%q, os.O_CREAT | os.O_EXCL))", first))
	err := e.Reload(e.with(nil))
	if !errors.Is(err, ErrApp) || !strings.Contains(err.Error(), "1 of 3 interpreters are replaced") {
		t.Errorf("Reload: %v", err)
	}
	e.strength(3)
	seen := map[string]bool{}
	eventually(t, "both versions answer", func() bool {
		seen[string(e.ask("/version").wait().body)] = true
		e.idle(3)
		e.swapIdle()
		return seen["1"] && seen["2"]
	})
	os.Remove(first)
	if err := e.Reload(e.with(func(o *Options) { o.Interpreters = 1 })); err != nil {
		t.Error(err)
	}
	e.strength(1)
	e.ask("/version").want(200, "2")
}

// atGate is what an application does at its import that waits for the test.
const atGate = "app.pass_gate('import')"

// TestReloadOfSlowApp: those that serve know nothing of the one that is imported.
func TestReloadOfSlowApp(t *testing.T) {
	e := edit(t, func(o *Options) { o.Restarts.Delay = time.Hour })
	e.version(t, "2", atGate)
	done := e.reloading(e.with(nil))
	slow := e.gate.call("import")
	e.ask("/version").want(200, "1")
	e.Scale(2) // starts one of the old generation, of the code that is there now
	also := e.gate.call("import")
	slow.pass()
	e.gate.call("import").pass()
	if err := <-done; err != nil {
		t.Error(err)
	}
	e.ask("/version").want(200, "2")
	also.pass()
	e.strength(2)
	for in := range e.living() {
		if in.options != e.newest() {
			t.Error("an interpreter goes by the old options")
		}
	}
}

// TestStopDuringReload: the reload ends too, however the pool is stopped.
func TestStopDuringReload(t *testing.T) {
	for name, stop := range map[string]func(e *editable){
		"stop": func(e *editable) { e.Stop(patience) },
		"kill": func(e *editable) { e.Kill(); e.Stop(patience) },
		"both": func(e *editable) { go e.Kill(); e.Stop(patience) },
	} {
		t.Run(name, func(t *testing.T) {
			e := edit(t, func(o *Options) { o.Interpreters = 2 })
			e.version(t, "2", atGate)
			done := e.reloading(e.with(func(o *Options) { o.Surge = 0 }))
			e.gate.call("import")
			e.gate.call("import").pass()
			stop(e)
			if err := <-done; err != errStopped {
				t.Errorf("Reload: %v", err)
			}
			if len(e.living()) != 0 || e.Serving() != 0 {
				t.Error("an interpreter is left")
			}
			if err := e.Reload(e.with(nil)); err != errStopped {
				t.Errorf("Reload after Stop: %v", err)
			}
		})
	}
}

// TestReloadsMeetCrashes: reloads, scaling and kills all at once end in order.
func TestReloadsMeetCrashes(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 2 })
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { f.Reload(f.with(nil)) })
		all.Go(func() {
			for in := range f.living() {
				in.process.Signal(syscall.SIGKILL)
			}
		})
		all.Go(func() { f.Scale(3) })
		all.Go(func() { f.Scale(1) })
	}
	all.Wait()
	f.Scale(2)
	f.strength(2)
	f.ask("/hello").want(200, "Hello")
	f.idle(2)
}

// TestBootTimeout: an interpreter that takes too long to be ready is killed.
func TestBootTimeout(t *testing.T) {
	e := edit(t, func(o *Options) { o.Env = append(o.Env, "PYTHONWARNINGS=ignore") })
	e.version(t, "2", "time.sleep(3600)")
	err := e.Reload(e.with(func(o *Options) { o.BootTimeout = 10 * time.Millisecond }))
	if err == nil || !strings.Contains(err.Error(), "not ready within the boot_timeout of 10ms") {
		t.Errorf("Reload: %v", err)
	}
	e.strength(1)
	e.ask("/version").want(200, "1")
	if !e.told("was killed: it was not ready") {
		t.Errorf("the error log: %q", e.log)
	}
}

// TestReadyPath: an interpreter serves when it has answered that.
func TestReadyPath(t *testing.T) {
	f := start(t, func(o *Options) { o.ReadyPath, o.Interpreters, o.MaxRequests = "/status/301", 2, 1000 })
	f.ask("/hello").want(200, "Hello")
	if n := len(f.calls("/status/301")); n != 2 {
		t.Errorf("asked %d times", n)
	}
	f.reload(func(o *Options) { o.ReadyPath, o.Threads = "/pieces/3/100", 2 })
	f.ask("/hello").want(200, "Hello")
	f.strength(2)
	f.idle(4)

	for path, want := range map[string]string{
		"/status/500": "GET /status/500 was answered 500",
		"/raise":      "GET /raise was answered 500",
		"/raiselate":  "GET /raiselate was answered 500",
		"/exit":       "ended before it was ready: exit code 3",
		"/gate/hangs": "it was not ready within the boot_timeout", // perhaps before it was asked
	} {
		err := f.Reload(f.with(func(o *Options) {
			o.ReadyPath, o.BootTimeout, o.Surge = path, patience, 1
			if path == "/gate/hangs" {
				o.BootTimeout = time.Second
			}
		}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
		if n := len(f.calls(path)); n != 1 && path != "/gate/hangs" {
			t.Errorf("%s was asked %d times", path, n)
		}
	}
	f.strength(2)
	f.idle(4)
}

func TestReadyPathAtStart(t *testing.T) {
	f := prepare(t, func(o *Options) { o.ReadyPath = "/status/404" })
	if err := f.Start(); err == nil || !strings.Contains(err.Error(), "answered 404") {
		t.Errorf("Start: %v", err)
	}
	f.Stop(patience)
	if len(f.living()) != 0 {
		t.Error("an interpreter is left")
	}
}

// TestScale: one more, one less, and no request is lost.
func TestScale(t *testing.T) {
	f := start(t, nil)
	end := f.steady("/hello", func(string) {})
	for _, n := range []int{3, 1, 2, 5, 2} {
		f.Scale(n)
		f.strength(n)
		if f.Slots() != n {
			t.Errorf("%d slots of %d", f.Slots(), n)
		}
	}
	end()
	if f.told("exited with") || f.told("was killed") {
		t.Errorf("the error log: %q", f.log)
	}
}

// TestScaleDown: it is the idle one that goes, then one that finishes its call.
func TestScaleDown(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 3 })
	one, first := f.held("1")
	two, second := f.held("2")
	f.Scale(2)
	eventually(t, "one has gone", func() bool { return len(f.living()) == 2 })
	f.Scale(1)
	if f.Serving() != 1 {
		t.Errorf("%d serve", f.Serving())
	}
	first.pass()
	second.pass()
	one.want(200, "passed")
	two.want(200, "passed")
	f.strength(1)
}

// TestReopen: after a rotation tracebacks go to the new file.
func TestReopen(t *testing.T) {
	f := start(t, nil)
	old := f.stderr + ".1"
	if err := os.Rename(f.stderr, old); err != nil {
		t.Fatal(err)
	}
	f.ask("/raise").want(500, "")
	f.Reopen(f.stderr)
	eventually(t, "the new log", func() bool { _, err := os.Stat(f.stderr); return err == nil })
	eventually(t, "a traceback in it", func() bool {
		f.ask("/raise").want(500, "")
		return strings.Contains(text(t, f.stderr), "on purpose")
	})
	if !strings.Contains(text(t, old), "on purpose") {
		t.Error("the old log has nothing")
	}
}
