package wsgi

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/restart"
)

// only is the one interpreter that serves.
func (f *fixture) only() *interpreter {
	f.t.Helper()
	all := f.members()
	if len(all) != 1 {
		f.t.Fatalf("%d interpreters", len(all))
	}
	return all[0]
}

// TestMaxMemory: an application that leaks gets a new interpreter, between requests.
func TestMaxMemory(t *testing.T) {
	f := start(t, nil)
	limit := residentBytes(f.only().process.Pid()) + 32<<20
	if limit <= 32<<20 {
		t.Skip("there is no /proc on this machine")
	}
	f.reload(func(o *Options) { o.MaxMemory = limit })
	f.strength(1)
	leaks := f.only()
	f.examine(time.Now())
	f.ask("/hello").want(200, "Hello")
	if leaks.spent != "" {
		t.Errorf("spent: %s", leaks.spent)
	}
	f.ask("/leak/67108864").want(200, "leaked")
	f.examine(time.Now())
	eventually(t, "the successor", func() bool { return f.Serving() == 1 && f.only() != leaks })
	f.ask("/hello").want(200, "Hello")
	f.strength(1)
	if !f.told("Autorestarting worker after current request: its memory is past max_worker_memory") {
		t.Errorf("the error log: %q", f.log)
	}
}

// TestMaxLifetime: one after the other, though all are old at once; the pool is
// never smaller than it should be.
func TestMaxLifetime(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters, o.MaxLifetime = 3, time.Hour })
	old := f.members()
	f.examine(time.Now().Add(59 * time.Minute))
	for _, in := range old {
		if in.spent != "" {
			t.Fatalf("spent: %s", in.spent)
		}
	}
	end := f.steady("/hello", func(string) {
		if n := f.Serving(); n < 3 || n > 4 {
			t.Errorf("%d serve", n)
		}
	})
	f.examine(time.Now().Add(67 * time.Minute))
	for _, in := range old {
		eventually(t, "it has gone", func() bool { return !f.living()[in] })
	}
	end()
	f.strength(3)
	if !f.told("it has lived for max_worker_lifetime") || f.told("exited with") {
		t.Errorf("the error log: %q", f.log)
	}
}

// TestSuccessorCannotBoot: who is spent goes on, until one can.
func TestSuccessorCannotBoot(t *testing.T) {
	e := edit(t, func(o *Options) { o.MaxRequests, o.Restarts = 1, restart.Policy{Delay: time.Millisecond} })
	old := e.only()
	e.version(t, "2", "raise RuntimeError('not today')")
	e.ask("/version").want(200, "1")
	eventually(t, "some attempts", func() bool { return strings.Count(text(t, e.stderr), "not today") >= 3 })
	e.ask("/version").want(200, "1")
	if e.only() != old || !e.told("Worker failed to boot: ") {
		t.Errorf("the error log: %q", e.log)
	}
	e.version(t, "3", "")
	eventually(t, "the mended version", func() bool { return string(e.ask("/version").wait().body) == "3" })
}

// TestPauses: who dies again and again is replaced after pauses; while nobody
// serves and nobody boots clients are told so at once.
func TestPauses(t *testing.T) {
	f := start(t, func(o *Options) { o.Restarts = restart.Policy{Delay: time.Hour, DelayMax: time.Hour} })
	ex, _ := f.held("1")
	queued := f.ask("/hello")
	f.only().process.Signal(syscall.SIGKILL)
	ex.want(502, "")
	queued.want(200, "Hello") // the first is replaced at once

	ex, _ = f.held("2")
	queued = f.ask("/hello")
	f.only().process.Signal(syscall.SIGKILL)
	ex.want(502, "")
	queued.want(503, "")
	ex = f.ask("/hello")
	ex.want(503, "")
	if ex.again < 40*60 || ex.again > 80*60 {
		t.Errorf("told to come again after %d s", ex.again)
	}
	if f.Serving() != 0 {
		t.Errorf("%d serve", f.Serving())
	}
	f.Scale(2) // one more does not wait
	eventually(t, "it serves", func() bool { return f.Serving() == 1 })
	f.ask("/hello").want(200, "Hello")
	f.reload(nil) // and neither does a new generation
	f.strength(1)
}

// TestHangsDoNotPause: an interpreter whose call hangs is replaced at once,
// however often that happens.
func TestHangsDoNotPause(t *testing.T) {
	f := start(t, func(o *Options) {
		o.Timeout, o.Restarts = 50*time.Millisecond, restart.Policy{Delay: time.Hour, Limit: 1, Window: time.Hour}
	})
	for _, name := range []string{"1", "2", "3"} {
		ex, _ := f.held(name)
		ex.want(504, "")
	}
	f.strength(1)
}

// TestRestartLimit: so many are replaced, then none before the window has room.
func TestRestartLimit(t *testing.T) {
	f := start(t, func(o *Options) { o.Restarts = restart.Policy{Limit: 2, Window: time.Hour} })
	for range 2 {
		f.ask("/exit").want(502, "")
		f.strength(1)
	}
	f.ask("/exit").want(502, "")
	eventually(t, "the alarm", func() bool { return f.told("restart_limit (2 within 1h0m0s) is reached") })
	f.ask("/hello").want(503, "")
}

// TestCannotBootLater: the pool comes back when the application does.
func TestCannotBootLater(t *testing.T) {
	e := edit(t, func(o *Options) { o.Restarts.Delay = 5 * time.Millisecond })
	flag := filepath.Join(e.dir, "mended")
	e.version(t, "2", "if not os.path.exists('"+flag+"'): raise RuntimeError('not today')")
	e.ask("/exit").want(502, "")
	eventually(t, "some attempts", func() bool { return strings.Count(text(t, e.stderr), "not today") >= 3 })
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e.strength(1)
	e.ask("/version").want(200, "2")
}

func TestResidentBytes(t *testing.T) {
	if n := residentBytes(os.Getpid()); n < 1<<20 {
		t.Errorf("%d bytes", n)
	}
	if n := residentBytes(-1); n != 0 {
		t.Errorf("%d bytes of nobody", n)
	}
}
