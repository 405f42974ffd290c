package arbiter

import (
	"errors"
	"slices"
	"syscall"
	"testing"
	"time"
)

type fakeWatcher struct {
	files, patterns []string
	closed          bool
}

func (f *fakeWatcher) Add(files, patterns []string, _ time.Time) {
	f.files, f.patterns = append(f.files, files...), append(f.patterns, patterns...)
}
func (f *fakeWatcher) Changes() <-chan []string { return nil }
func (f *fakeWatcher) Close()                   { f.closed = true }

func (c *fakeChild) names(files ...string) func() {
	return func() { c.says(report{kind: filesMessage, files: files}) }
}

// change says that files have changed, and waits for the settings of a reload.
func (w *world) change(paths ...string) func() {
	return func() {
		w.onChange(paths)
		w.load()
	}
}

// developing is a world whose files are watched; its first generation has begun to start.
func developing(t *testing.T, processes int) *world {
	t.Helper()
	w := newWorld(t, processes)
	w.children, w.workers = nil, map[*worker]struct{}{}
	w.cfg.Watch = &Watch{Files: []string{"/srv.toml"}, Patterns: []string{"/t/*"}, Program: "/bin/app"}
	w.next = w.cfg
	w.begin()
	w.manage()
	if !slices.Equal(w.watching.files, []string{"/srv.toml", "/bin/app"}) || !slices.Equal(w.watching.patterns, []string{"/t/*"}) {
		t.Fatalf("it watches %+v", w.watching)
	}
	return w
}

func TestChangeActsAsHUP(t *testing.T) {
	w := developing(t, 1)
	w.happens(w.children[0].names("/a.py"), w.children[0].ready)
	if !slices.Contains(w.watching.files, "/a.py") {
		t.Errorf("it watches %q", w.watching.files)
	}
	w.happens(w.change("/a.py"))
	w.wantLog("Worker reloading: /a.py modified")
	w.wantChildren(2)
	w.happens(w.children[1].names("/b.py"), w.change("/b.py")) // one more afterwards
	w.wantChildren(2)
	w.happens(w.children[1].ready)
	w.happens(w.load)
	w.wantChildren(3)
	w.happens(w.children[2].ready, w.signal(syscall.SIGTERM), w.change("/a.py"))
	if w.loading {
		t.Error("it reloads while it stops")
	}
}

func TestChangeOfTheProgramIsTold(t *testing.T) {
	w := developing(t, 1)
	w.happens(w.children[0].ready, w.change("/bin/app"))
	w.wantLog("/bin/app has changed")
	w.wantChildren(1)
	w.happens(w.change("/bin/app", "/t/x"))
	w.wantLog("Worker reloading: /t/x modified")
	w.wantChildren(2)
}

func TestBrokenStartAwaitsAChange(t *testing.T) {
	w := developing(t, 2)
	w.happens(w.children[0].names("/a.py"), exits(w.children[0], ExitAppLoad))
	w.wantSent(w.children[1], "relieve 30")
	w.happens(exits(w.children[1], ExitAppLoad))
	w.wantChildren(2)
	w.wantHealth("boot", "boot workers")
	if w.finished() || w.manage() != idle {
		t.Error("it does not simply wait")
	}
	w.happens(w.change("/a.py"))
	w.wantChildren(4)
	w.happens(exits(w.children[2], ExitAppLoad), exits(w.children[3], ExitAppLoad))
	w.wantLog("Clients wait for the next change of a file, or HUP.")
	w.wantChildren(4)
	w.nextErr = errors.New("srv.toml: what?")
	w.happens(w.change("/srv.toml"))
	w.wantChildren(4)
	w.nextErr = nil
	w.happens(w.hup)
	w.wantChildren(6)
	w.happens(w.children[4].ready, w.children[5].ready)
	w.wantHealth("", "")
	w.happens(exits(w.children[4], 1)) // from now on it is kept up
	w.wantChildren(7)
}

func TestChangeDuringABrokenStart(t *testing.T) {
	w := developing(t, 1)
	w.happens(w.change("/a.py"), exits(w.children[0], ExitAppLoad))
	w.happens(w.load)
	w.wantChildren(2)
}

func TestStopWhileNothingCouldStart(t *testing.T) {
	w := developing(t, 1)
	w.happens(exits(w.children[0], ExitAppLoad), w.signal(syscall.SIGTERM))
	w.wantEnd(ExitOK)
}

func TestReloadTurnsWatchingOnAndOff(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.children[0].names("/a.py")) // nobody wants to know
	w.next.Watch = &Watch{}
	w.happens(w.hup)
	w.happens(w.children[1].names("/a.py"), w.children[1].ready)
	watching := w.watching
	if !slices.Equal(watching.files, []string{"/a.py"}) {
		t.Errorf("it watches %q", watching.files)
	}
	w.next.Watch = nil
	w.happens(w.hup)
	w.happens(w.children[2].ready)
	if !watching.closed || w.watcher != nil {
		t.Error("it still watches")
	}
}
