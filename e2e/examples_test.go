package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// The beginner's examples, in every class with every kind of app.
func TestExamples(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		dir := tempDir(t)
		large := pattern(25_000_000)
		largePath := writeFile(t, dir, "large.json", string(large))
		socket := filepath.Join(dir, "srv.sock")
		args := []string{"--workers=2", "--access-logfile=-", "--bind=unix:" + socket}
		if g.class != "sync" { // which would turn into threaded
			args = append(args, "--threads=2")
		}
		s := start(t, spec{target: g, app: "examples:application", args: args, env: []string{"LARGE=" + largePath}})
		t.Run("log", func(t *testing.T) { checkStartLog(t, s, g, socket) })
		t.Run("hello", func(t *testing.T) { checkHello(t, s, g) })
		t.Run("chunked upload", func(t *testing.T) { checkUpload(t, s, largePath, large) })
		t.Run("iterator", func(t *testing.T) { checkIterator(t, s) })
		t.Run("GET that promises chunks", func(t *testing.T) { checkPromisedChunks(t, s) })
		t.Run("range", func(t *testing.T) { checkRange(t, s, large) })
		t.Run("whole file", func(t *testing.T) { checkWhole(t, s, large) })
		t.Run("unix socket", func(t *testing.T) { checkUnix(t, s, socket) })
		t.Run("titles", func(t *testing.T) { checkTitles(t, s, g) })
		s.stop()
		if _, err := os.Stat(socket); !os.IsNotExist(err) {
			t.Errorf("the Unix socket is still there after the end: %v", err)
		}
	})
}

const logTime = `\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\]`

// checkStartLog wants gunicorn's lines, in gunicorn's order.
func checkStartLog(t *testing.T, s *server, g target, socket string) {
	booting := s.log.awaitN(t, `Booting worker with pid: \d+$`, 2)
	pid := s.cmd.Process.Pid
	class := g.class
	want := fmt.Sprintf(`(?s)^%[1]s \[%[2]d\] \[INFO\] Starting srv \d+\.\d+\.\d+\n`+
		`%[1]s \[%[2]d\] \[INFO\] Listening at: http://%[3]s,unix:%[4]s \(%[2]d\)\n`+
		`%[1]s \[%[2]d\] \[INFO\] Using worker: %[5]s\n`+
		`%[1]s \[(\d+)\] \[INFO\] Booting worker with pid: (\d+)\n`,
		logTime, pid, regexp.QuoteMeta(s.addr), regexp.QuoteMeta(socket), class)
	found := regexp.MustCompile(want).FindStringSubmatch(s.log.String())
	if found == nil {
		t.Fatalf("the log begins with\n%s\nwant\n%s", s.log, want)
	}
	if found[1] != found[2] {
		t.Errorf("process %s says that it is %s: %s", found[1], found[2], booting[0])
	}
}

func checkHello(t *testing.T, s *server, g target) {
	got := curl(t, "-i", "-A", "tester/1", s.url("/"))
	head, body, _ := strings.Cut(got.stdout, "\r\n\r\n")
	if body != "Hello World" {
		t.Fatalf("body %q of %q", body, got.stdout)
	}
	if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") {
		t.Errorf("status line of %q", head)
	}
	for _, field := range []string{
		`(?i)^Server: srv$`, `(?i)^Content-Type: text/plain$`, `(?i)^Content-Length: 11$`,
		`(?i)^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$`,
	} {
		if n := len(regexp.MustCompile("(?m)"+field).FindAllString(strings.ReplaceAll(head, "\r", ""), -1)); n != 1 {
			t.Errorf("%d fields like %s in %q", n, field, head)
		}
	}
	s.access.await(t, `^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET / HTTP/1\.1" 200 11 "-" "tester/1"$`)
	checkKeepAlive(t, s, g)
}

// checkKeepAlive asks twice on one connection, where the class allows it.
func checkKeepAlive(t *testing.T, s *server, g target) {
	c := s.dial()
	a, err := c.fetch("/")
	if err != nil {
		t.Fatal(err)
	}
	if a.Close == g.keepsAlive() {
		t.Errorf("Connection: close is %v in %s", a.Close, g.class)
	}
	if !g.keepsAlive() {
		return
	}
	if a, err = c.fetch("/", "Connection: close"); err != nil || a.body != "Hello World" || !a.Close {
		t.Errorf("second answer: %v %q, close %v", err, a.body, a.Close)
	}
	if _, err := c.r.ReadByte(); err == nil {
		t.Error("the connection is open after Connection: close")
	}
}

// checkUpload has curl send 25 MB in chunks after it was told to go on.
func checkUpload(t *testing.T, s *server, path string, want []byte) {
	got := curl(t, "-v", "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue",
		"--data-binary", "@"+path, s.url("/store?chunked"))
	if got.stdout != "stored\n" {
		t.Fatalf("answer %q\n%s", got.stdout, got.stderr)
	}
	if !strings.Contains(got.stderr, "< HTTP/1.1 100 Continue") {
		t.Errorf("no 100 Continue:\n%s", got.stderr)
	}
	if stored, err := os.ReadFile(filepath.Join(s.dir, "chunked")); err != nil || !bytes.Equal(stored, want) {
		t.Errorf("%d bytes arrived (%v), want exactly the %d sent", len(stored), err, len(want))
	}
}

// checkIterator looks at the bytes of a chunked response.
func checkIterator(t *testing.T, s *server) {
	for _, path := range []string{"/lines", "/lines-chunked"} {
		got := curl(t, "-i", "--raw", s.url(path))
		head, body, _ := strings.Cut(got.stdout, "\r\n\r\n")
		if body != "7\r\nline 1\n\r\n7\r\nline 2\n\r\n0\r\n\r\n" {
			t.Errorf("%s: body %q", path, body)
		}
		if n := strings.Count(strings.ToLower(head), "transfer-encoding: chunked"); n != 1 {
			t.Errorf("%s: %d fields Transfer-Encoding in %q", path, n, head)
		}
		if strings.Contains(strings.ToLower(head), "content-length") {
			t.Errorf("%s: Content-Length in %q", path, head)
		}
		// HTTP/1.0 knows no chunks: the end of the connection is the end of the content.
		if old := curl(t, "--http1.0", s.url(path)); old.stdout != "line 1\nline 2\n" {
			t.Errorf("%s with HTTP/1.0: %q", path, old.stdout)
		}
	}
}

// checkPromisedChunks asks as people do who mean the response: curl sends the
// header with its GET, and then no chunk at all, not even the last.
func checkPromisedChunks(t *testing.T, s *server) {
	got := curl(t, "-i", "--raw", "-H", "Transfer-Encoding: chunked", s.url("/lines-chunked"))
	head, body, _ := strings.Cut(got.stdout, "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 200 ") || body != "7\r\nline 1\n\r\n7\r\nline 2\n\r\n0\r\n\r\n" {
		t.Errorf("answer %q", got.stdout)
	}
}

func checkRange(t *testing.T, s *server, large []byte) {
	got := curl(t, "-i", "-r", "1200-1299", s.url("/part"))
	head, body, _ := strings.Cut(got.stdout, "\r\n\r\n")
	if body != string(large[1200:1300]) || !strings.HasPrefix(head, "HTTP/1.1 206 ") {
		t.Errorf("bytes 1200-1299: %q", got.stdout)
	}
}

func checkWhole(t *testing.T, s *server, large []byte) {
	if a := s.get("/whole"); a.body != string(large) {
		t.Errorf("%d bytes, want the file's %d", len(a.body), len(large))
	}
}

func checkUnix(t *testing.T, s *server, socket string) {
	if got := curl(t, "--unix-socket", socket, "http://any.example/"); got.stdout != "Hello World" {
		t.Errorf("through the Unix socket: %q %q", got.stdout, got.stderr)
	}
}

// checkTitles wants what the users look for in ps and top.
func checkTitles(t *testing.T, s *server, g target) {
	name := "examples:application"
	if g.kind == goHandler {
		name = "goapp"
	}
	arbiter, _ := processOf(s.cmd.Process.Pid)
	wantTitle(t, arbiter, "srv: master ["+name+"]")
	for _, p := range s.descendants() {
		wantTitle(t, p, "srv: worker ["+name+"]")
	}
	if n := len(s.interpreters()); g.kind != goHandler && n != 2 {
		t.Errorf("%d interpreters, want 2", n)
	}
}

func wantTitle(t *testing.T, p process, want string) {
	t.Helper()
	if got := p.title(t); got != want {
		t.Errorf("ps shows %q, want %q", got, want)
	}
	if got := p.shortTitle(); got != want[:15] {
		t.Errorf("top shows %q, want %q", got, want[:15])
	}
}

// The built-in app, which runs inline in the event loops.
func TestDemo(t *testing.T) {
	t.Parallel()
	for _, class := range classes {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			s := start(t, spec{target: target{class: class}, app: "demo:hello"})
			a := s.get("/")
			if a.body != "Hello World" || a.ContentLength != 11 || a.Header.Get("Content-Type") != "text/plain" {
				t.Errorf("%q, Content-Length %d, %v", a.body, a.ContentLength, a.Header)
			}
			checkKeepAlive(t, s, target{class: class})
			s.stop()
		})
	}
}

// A Python configuration file that computes the number of workers.
func TestPythonConfiguration(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		dir := tempDir(t)
		file := writeFile(t, dir, "settings.py", `import multiprocessing
import os

bind = "127.0.0.1:0"
workers = multiprocessing.cpu_count() * 2 + 1
wsgi_app = "examples:hello"
chdir = os.environ["APPS"]
worker_class = os.environ["CLASS"]
`)
		o := spec{
			target: target{kind: g.kind}, args: []string{"-c", file}, noBind: true, dir: dir,
			env: []string{"APPS=" + appsDir, "CLASS=" + g.class},
		}
		if g.class == "sync" {
			checked := o
			checked.args = append([]string{"--check-config"}, o.args...)
			if got := execute(t, checked); got.code != 0 || got.stdout+got.stderr != "" {
				t.Fatalf("--check-config: %+v", got)
			}
		}
		s := start(t, o)
		want := 2*runtime.NumCPU() + 1
		booted := s.log.awaitN(t, `Booting worker with pid: \d+$`, want)
		s.want("/", 200, "Hello World")
		s.log.await(t, "Using worker: "+g.class)
		if n := len(s.interpreters()); n != want || len(booted) != want {
			t.Errorf("%d interpreters run, %d booted, want %d", n, len(booted), want)
		}
		s.stop()
	})
}

// The other ways to say what to serve.
func TestApplicationNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ app, body string }{
		{"examples", "Hello World"},
		{"examples:hello", "Hello World"},
		{`examples:make("Hi")`, "Hi!"},
		{`examples:make("Hi", mark="?")`, "Hi?"},
	} {
		t.Run(c.app, func(t *testing.T) {
			t.Parallel()
			s := start(t, spec{target: target{"threaded", onCPython}, app: c.app})
			s.want("/", 200, c.body)
		})
	}
}

// A Unix socket as the only address, and again where a dead server left its own.
func TestUnixSocketAlone(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		socket := filepath.Join(tempDir(t), "only.sock")
		for range 2 {
			s := start(t, spec{target: g, app: "examples", noBind: true, args: []string{"--bind=unix:" + socket}})
			checkUnix(t, s, socket)
			s.signal(syscall.SIGKILL)
			s.wait()
		}
	})
}
