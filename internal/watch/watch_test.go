package watch

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// patience bounds every wait; only a test that fails runs into it.
const patience = 20 * time.Second

// fixture is a directory that is watched.
type fixture struct {
	*Watcher
	t   *testing.T
	dir string
}

// both runs f with each engine.
func both(t *testing.T, f func(f fixture)) {
	for _, engine := range []string{Poll, Inotify} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := New(engine, func(line string) { t.Error(line) })
			defer w.Close()
			f(fixture{w, t, t.TempDir()})
		})
	}
}

func (f fixture) path(name string) string { return filepath.Join(f.dir, name) }

func (f fixture) write(name, content string) {
	f.t.Helper()
	path := f.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// want waits until all those, and nothing else, were told to have changed.
func (f fixture) want(names ...string) {
	f.t.Helper()
	missing := map[string]bool{}
	for _, name := range names {
		missing[f.path(name)] = true
	}
	deadline := time.After(patience)
	for len(missing) > 0 {
		select {
		case paths := <-f.Changes():
			for _, path := range paths {
				if !slices.ContainsFunc(names, func(name string) bool { return f.path(name) == path }) {
					f.t.Errorf("%s has changed", path)
				}
				delete(missing, path)
			}
		case <-deadline:
			f.t.Fatalf("no change of %v", missing)
		}
	}
}

func TestWrite(t *testing.T) {
	both(t, func(f fixture) {
		f.write("a.py", "1")
		f.write("b.py", "1")
		f.Add([]string{f.path("a.py"), f.path("b.py")}, nil, time.Time{})
		f.write("other.py", "2")
		f.write("a.py", "22")
		f.want("a.py")
		f.write("b.py", "22")
		f.want("b.py")
	})
}

// Most editors write another file and rename it.
func TestReplace(t *testing.T) {
	both(t, func(f fixture) {
		f.write("a.py", "1")
		f.Add([]string{f.path("a.py")}, nil, time.Time{})
		for _, content := range []string{"22", "333"} {
			f.write(".a.py.swp", content)
			f.must(os.Rename(f.path(".a.py.swp"), f.path("a.py")))
			f.want("a.py")
		}
	})
}

func TestRemovedAndMadeAgain(t *testing.T) {
	both(t, func(f fixture) {
		f.write("a.py", "1")
		f.write("b.py", "1")
		f.Add([]string{f.path("a.py"), f.path("b.py")}, nil, time.Time{})
		f.must(os.Remove(f.path("a.py")))
		f.write("b.py", "22")
		f.want("b.py") // and not a, which is gone
		f.write("a.py", "1")
		f.want("a.py")
	})
}

func TestAppears(t *testing.T) {
	both(t, func(f fixture) {
		f.Add([]string{f.path("package/sub/__init__.py")}, nil, time.Time{})
		f.must(os.Mkdir(f.path("package"), 0o755))
		f.write("package/sub/__init__.py", "")
		f.want("package/sub/__init__.py")
	})
}

func TestDirectoryMadeAgain(t *testing.T) {
	both(t, func(f fixture) {
		f.write("package/a.py", "1")
		f.Add([]string{f.path("package/a.py")}, nil, time.Time{})
		f.must(os.RemoveAll(f.path("package")))
		f.write("package/a.py", "22")
		f.want("package/a.py")
		f.write("package/a.py", "333")
		f.want("package/a.py")
	})
}

func TestLink(t *testing.T) {
	both(t, func(f fixture) {
		f.write("releases/1/a.py", "1")
		f.must(os.Symlink(f.path("releases/1/a.py"), f.path("a.py")))
		f.Add([]string{f.path("a.py")}, nil, time.Time{})
		f.write("releases/1/a.py", "22")
		f.want("a.py")
	})
}

func TestPatterns(t *testing.T) {
	both(t, func(f fixture) {
		f.write("templates/base.html", "1")
		f.write("settings.ini", "1")
		f.Add(nil, []string{f.path("templates/**/*.html"), f.path("*.ini"), f.path("static/**"), f.path("broken[")}, time.Time{})
		f.write("templates/notes.txt", "2")
		f.write("templates/base.html", "22")
		f.want("templates/base.html")
		f.write("templates/users/deep/list.html", "")
		f.want("templates/users/deep/list.html")
		f.write("templates/users/deep/list.html", "22")
		f.want("templates/users/deep/list.html")
		f.write("static/css/site.css", "")
		f.want("static/css/site.css")
		f.write("static/css/site.css", "22")
		f.want("static/css/site.css")
		f.write("settings.ini", "22")
		f.write("more.ini", "1")
		f.want("settings.ini", "more.ini")
	})
}

// Between a file's being read and its being watched it may have been written.
func TestWrittenBefore(t *testing.T) {
	both(t, func(f fixture) {
		long := time.Now().Add(-time.Hour)
		for name, written := range map[string]time.Time{"old": long, "new": time.Now(), "future": time.Now().Add(time.Hour)} {
			f.write(name, "")
			f.must(os.Chtimes(f.path(name), written, written))
		}
		f.Add([]string{f.path("old"), f.path("new"), f.path("future")}, nil, long.Add(time.Minute))
		f.want("new")
		f.write("old", "22")
		f.want("old")
	})
}

func TestDegradesToPolling(t *testing.T) {
	var warned string
	w := New(Inotify, func(line string) { warned = line })
	defer w.Close()
	w.engine.(*notified).kernel.Close() // it refuses everything from now on
	f := fixture{w, t, t.TempDir()}
	f.write("a.py", "1")
	f.Add([]string{f.path("a.py")}, nil, time.Time{})
	if _, polls := w.engine.(*polling); !polls || warned == "" {
		t.Fatalf("%T, %q", w.engine, warned)
	}
	f.write("a.py", "22")
	f.want("a.py")
}

// A file that changes all the time is told, and does not keep the others back.
func TestNeverQuiet(t *testing.T) {
	both(t, func(f fixture) {
		f.write("noisy", "")
		f.Add([]string{f.path("noisy")}, nil, time.Time{})
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			file, err := os.OpenFile(f.path("noisy"), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				t.Error(err)
				return
			}
			defer file.Close()
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					file.WriteString("x")
				}
			}
		}()
		f.want("noisy")
		close(stop)
		<-done
	})
}
