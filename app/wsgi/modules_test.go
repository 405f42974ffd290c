package wsgi

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// fileSet is what a pool has told of files.
type fileSet struct {
	mu    sync.Mutex
	paths []string
}

func (s *fileSet) add(paths []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paths = append(s.paths, paths...)
}

func (s *fileSet) has(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.paths, path)
}

// appOf makes a directory of Python files, and prepares a pool for main in it that
// tells its files.
func appOf(t *testing.T, preload bool, files map[string]string) (*fixture, *fileSet, string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	told := &fileSet{}
	f := prepare(t, func(o *Options) {
		o.App, o.Chdir, o.Files = "main:application", dir, told.add
		o.Preload = preload
	})
	return f, told, dir
}

const lazy = `import helper, package.inner, json
def application(environ, start_response):
    import later
    start_response("200 OK", [])
    return []
`

func TestFilesOfTheApplication(t *testing.T) { filesOfTheApplication(t, false) }

func TestFilesOfThePreloadedApplication(t *testing.T) { filesOfTheApplication(t, true) }

func filesOfTheApplication(t *testing.T, preload bool) {
	f, told, dir := appOf(t, preload, map[string]string{
		"main.py": lazy, "helper.py": "", "package/__init__.py": "", "package/inner.py": "", "later.py": "",
	})
	if err := f.Start(); err != nil {
		t.Fatal(err, text(t, f.stderr))
	}
	for _, name := range []string{"main.py", "helper.py", "package/__init__.py", "package/inner.py"} {
		if !told.has(filepath.Join(dir, name)) {
			t.Errorf("%s is missing when the pool is ready", name)
		}
	}
	if n := slices.IndexFunc(told.paths, func(p string) bool { return filepath.Base(filepath.Dir(p)) == "json" }); n >= 0 {
		t.Errorf("%s is the standard library's", told.paths[n])
	}
	later := filepath.Join(dir, "later.py")
	if told.has(later) {
		t.Error("later.py is told before it is imported")
	}
	f.ask("/").wait()
	for deadline := time.Now().Add(20 * time.Second); !told.has(later); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("later.py is never told")
		}
	}
}

// A module whose import fails is in no list of modules; its file is what will be mended.
func TestFilesOfAnApplicationThatCannotBeLoaded(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  map[string]string
		expect []string
	}{
		{"syntax error", map[string]string{"main.py": "import helper, broken", "helper.py": "", "broken.py": "def"},
			[]string{"main.py", "helper.py", "broken.py"}},
		{"syntax error in main", map[string]string{"main.py": "def"}, []string{"main.py"}},
		{"exception", map[string]string{"main.py": "import helper\nhelper.f()", "helper.py": "def f(): 1/0"},
			[]string{"main.py", "helper.py"}},
		{"while another is handled", map[string]string{
			"main.py": "try:\n    import first\nexcept ImportError:\n    import second", "first.py": "import nothing", "second.py": "1/0"},
			[]string{"main.py", "first.py", "second.py", "nothing.py"}},
		{"missing", map[string]string{"main.py": "import package.missing", "package/__init__.py": ""},
			[]string{"main.py", "package/__init__.py", "package/missing.py", "package/missing/__init__.py"}},
		{"main is missing", nil, []string{"main.py", "main/__init__.py"}},
		{"no such name", map[string]string{"main.py": ""}, []string{"main.py"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, preload := range []bool{false, true} {
				f, told, dir := appOf(t, preload, c.files)
				if err := f.Start(); !errors.Is(err, ErrApp) {
					t.Fatalf("%v", err)
				}
				for _, name := range c.expect {
					if !told.has(filepath.Join(dir, name)) {
						t.Errorf("preloaded %v: %s is missing in %q", preload, name, told.paths)
					}
				}
			}
		})
	}
}
