package configs

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestPythonFile(t *testing.T) {
	dir := files(t, map[string]string{
		"gunicorn.conf.py": `
import multiprocessing
import pathlib
import other
print("said on the side")
bind = "127.0.0.1:8000"
workers = multiprocessing.cpu_count() * 2 + 1
threads = other.THREADS
wsgi_app = "wsgi_test:application"
pidfile = pathlib.Path("/run/srv.pid")
accesslog = None
raw_env = ("NAME=" + __name__, "FILE=" + __file__)
forwarded_allow_ips = {"10.0.0.1", "10.0.0.2"}
casefold_http_method = True
keepalive = 2.5
`,
		"other.py": "THREADS = 3",
	})
	var said bytes.Buffer
	got := load(t, Input{Dir: dir, Environ: []string{path()}, Stderr: &said})
	file := filepath.Join(dir, "gunicorn.conf.py")
	if got.Workers < 3 || got.Workers%2 != 1 || got.Threads != 3 || got.App != "wsgi_test:application" ||
		got.Pidfile != "/run/srv.pid" || !got.CasefoldHTTPMethod || got.Keepalive != 2500*time.Millisecond {
		t.Errorf("got %+v", got.Settings)
	}
	if want := []string{"NAME=__config__", "FILE=" + file}; !reflect.DeepEqual(got.RawEnv, want) {
		t.Errorf("got %q, want %q", got.RawEnv, want)
	}
	if want := []string{"10.0.0.1", "10.0.0.2"}; !reflect.DeepEqual(got.ForwardedAllowIPs, want) {
		t.Errorf("got %q, want %q", got.ForwardedAllowIPs, want)
	}
	if got.File != file || got.Source("workers") != file || len(got.Warnings) != 0 {
		t.Errorf("from %s, %s; %q", got.File, got.Source("workers"), got.Warnings)
	}
	if said.String() != "said on the side\n" {
		t.Errorf("it said %q", said.String())
	}
	if found, _ := filepath.Glob(filepath.Join(dir, "__pycache__")); len(found) != 0 {
		t.Error("it left __pycache__ behind")
	}
}

// TestPythonFileFails shows the traceback, without the frames that are not the file's.
func TestPythonFileFails(t *testing.T) {
	tests := []struct {
		name, content string
		want, wantNot []string
	}{
		{"exception", "def f():\n    return 1 / 0\nworkers = f()",
			[]string{"it failed:\nTraceback (most recent call last):\n  File \"FILE\", line 3, in <module>",
				"line 2, in f", "ZeroDivisionError: division by zero"}, []string{"importlib", "<string>"}},
		{"syntax", "workers = = 2", []string{`File "FILE", line 1`, "SyntaxError: "}, []string{"<string>"}},
		{"import", "import nowhere", []string{"ModuleNotFoundError: No module named 'nowhere'"}, nil},
		{"exit", "import sys\nsys.exit(3)", []string{"line 2, in <module>", "SystemExit: 3"}, nil},
		{"death", "import os\nos._exit(3)", []string{"the interpreter failed: exit status 3"}, nil},
	}
	for _, python := range pythons() {
		for _, test := range tests {
			t.Run(python+" "+test.name, func(t *testing.T) {
				got := pythonError(t, python, test.content)
				for _, want := range test.want {
					if !strings.Contains(got, want) {
						t.Errorf("no %q in\n%s", want, got)
					}
				}
				for _, not := range test.wantNot {
					if strings.Contains(got, not) {
						t.Errorf("%q in\n%s", not, got)
					}
				}
			})
		}
	}
}

// pythonError is the text of the error of a file that cannot be loaded.
func pythonError(t *testing.T, python, content string) string {
	t.Helper()
	dir := files(t, map[string]string{"x.py": content})
	_, err := Load(Input{Dir: dir, Args: []string{"-c", "x.py", "--python", python}, Environ: []string{path()}})
	if err == nil {
		t.Fatal("no error")
	}
	return strings.ReplaceAll(err.Error(), filepath.Join(dir, "x.py"), "FILE")
}

// TestPythonFileDeadline: neither the file nor what it started can hold Load up.
func TestPythonFileDeadline(t *testing.T) {
	defer func(d time.Duration) { pythonDeadline = d }(pythonDeadline)
	pythonDeadline = 300 * time.Millisecond
	dir := files(t, map[string]string{"x.py": "import time\ntime.sleep(600)"})
	_, err := Load(Input{Dir: dir, Args: []string{"-c", "x.py"}, Environ: []string{path()}})
	if err == nil || !strings.Contains(err.Error(), "it did not finish within 300ms") {
		t.Errorf("the error is %v", err)
	}
}

// TestPythonFileLeavesAChild that holds its output and the answer's descriptor
// open: what the file says is taken all the same.
func TestPythonFileLeavesAChild(t *testing.T) {
	dir := files(t, map[string]string{"x.py": "import os, time\nif os.fork() == 0:\n    time.sleep(5)\n    os._exit(0)\nworkers = 3"})
	got := load(t, Input{Dir: dir, Args: []string{"-c", "x.py"}, Environ: []string{path()}, Stderr: new(bytes.Buffer)})
	if got.Workers != 3 {
		t.Errorf("workers = %d", got.Workers)
	}
}

// TestPythonIsNamed: the interpreter that is asked for runs the file.
func TestPythonIsNamed(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	dir := files(t, map[string]string{"x.py": "import os\nproc_name = os.environ['MARK']"})
	script := "#!/bin/sh\nMARK=mine " + path() + " exec " + python + ` "$@"` + "\n"
	tests := []struct {
		name string
		in   Input
	}{
		{"flag", Input{Args: []string{"-cx.py", "--python", "./mine"}}},
		{"variable", Input{Args: []string{"-cx.py"}, Environ: []string{"SRV_PYTHON=./mine"}}},
		{"name in PATH", Input{Args: []string{"-cx.py", "--python", "mine"}, Environ: []string{"PATH=" + dir}}},
		{"python in PATH", Input{Args: []string{"-cx.py"}, Environ: []string{"PATH=/nowhere:" + dir}}},
		{"virtual environment", Input{Args: []string{"-cx.py"}, Environ: []string{path(), "VIRTUAL_ENV=" + dir}}},
		{"program", Input{Args: []string{"-cx.py"}, Program: map[string]any{"python": "./mine"}}},
	}
	executableFile(t, filepath.Join(dir, "mine"), script)
	executableFile(t, filepath.Join(dir, "python"), script)
	executableFile(t, filepath.Join(dir, "bin", "python"), script)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.in.Dir = dir
			if got := load(t, test.in); got.ProcName != "mine" {
				t.Errorf("another interpreter ran the file: %+v", got.Settings)
			}
		})
	}
}
