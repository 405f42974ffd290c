package e2e

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait. It is long because nothing is measured with it: a
// test that runs into it has failed.
var patience = 60 * time.Second

func init() { flag.DurationVar(&patience, "patience", patience, "how long a test waits for anything") }

// server is a running srv, or goapp.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	addr    string // host:port of the TCP socket
	log     *lines // standard error: the error log
	access  *lines // standard output: the access log
	dir     string // a directory of its own; apps know it as STORE
	ended   chan struct{}
	endedBy error
}

// spec says what to start.
type spec struct {
	target
	app     string   // module:callable; goapp has its own
	args    []string // besides worker class, bind and Python
	env     []string
	dir     string              // where it is started; "": appsDir
	noBind  bool                // args or a file say where to listen
	program string              // instead of srv
	files   []*os.File          // that it inherits, from descriptor 3 on
	as      *syscall.Credential // nil: as the tests
}

// start starts a server and waits until it listens. It is stopped with the test.
func start(t *testing.T, o spec) *server {
	t.Helper()
	s := launch(t, o)
	listening := s.log.await(t, `Listening at: \S+`)
	if found := regexp.MustCompile(`https?://([^ ,]+)`).FindStringSubmatch(listening); found != nil {
		s.addr = found[1]
	}
	return s
}

// launch starts it and waits for nothing.
func launch(t *testing.T, o spec) *server {
	t.Helper()
	s := &server{t: t, log: newLines(), access: newLines(), ended: make(chan struct{}), dir: tempDir(t)}
	s.cmd = exec.Command(o.binary(), o.arguments()...)
	s.cmd.Dir = o.dir
	if o.dir == "" {
		s.cmd.Dir = appsDir
	}
	s.cmd.Env = append(environ(), "STORE="+s.dir)
	s.cmd.Env = append(s.cmd.Env, o.env...)
	s.cmd.Stdout, s.cmd.Stderr = s.access, s.log
	// So that neither a test that gives up nor a test binary that dies leaves anybody behind.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: o.as}
	s.cmd.ExtraFiles = o.files
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.endedBy = s.cmd.Wait() // also of the pipes: every process that holds them has ended
		close(s.ended)
		s.log.end()
		s.access.end()
	}()
	t.Cleanup(s.cleanup)
	return s
}

func (o spec) binary() string {
	switch {
	case o.program != "":
		return o.program
	case o.kind == goHandler:
		return goappBinary
	}
	return srvBinary
}

func (o spec) arguments() []string {
	var args []string
	if o.class != "" {
		args = append(args, "--worker-class="+o.class)
	}
	if !o.noBind {
		args = append(args, "--bind=127.0.0.1:0")
	}
	if o.kind != goHandler && o.kind != "" {
		args = append(args, "--python="+o.kind.python())
	}
	args = append(args, o.args...)
	if o.app != "" && o.kind != goHandler {
		args = append(args, o.app)
	}
	return args
}

// environ is the tests' own without what would change the server's settings.
func environ() []string {
	var kept []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch {
		case strings.HasPrefix(name, "SRV_"), name == "WEB_CONCURRENCY", name == "PORT",
			name == "VIRTUAL_ENV", name == "FORWARDED_ALLOW_IPS", name == "SCRIPT_NAME":
		default:
			kept = append(kept, v)
		}
	}
	return append(kept, "PYTHONDONTWRITEBYTECODE=1")
}

// cleanup kills what is left and shows the log of a test that failed.
func (s *server) cleanup() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
	if s.t.Failed() {
		s.t.Logf("error log:\n%s", s.log.tail(60))
		if out := s.access.tail(20); out != "" {
			s.t.Logf("standard output:\n%s", out)
		}
	}
}

// signal sends the arbiter a signal.
func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("%v to the arbiter: %v", sig, err)
	}
}

// wait waits for its end and gives the exit code, -1 after a signal.
func (s *server) wait() int {
	s.t.Helper()
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		for _, p := range s.descendants() {
			syscall.Kill(p.pid, syscall.SIGABRT) // Go's processes say where they hang
		}
		s.signal(syscall.SIGABRT)
		<-s.ended
		s.t.Fatalf("the server does not end:\n%s", s.log)
		return -1
	}
}

// stop asks for a graceful end and wants exit code 0.
func (s *server) stop() {
	s.t.Helper()
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code != 0 {
		s.t.Errorf("exit code %d after TERM, want 0", code)
	}
}

func (s *server) url(path string) string { return "http://" + s.addr + path }

// result is a command's that has ended.
type result struct {
	code           int
	stdout, stderr string
}

// execute runs srv to its end.
func execute(t *testing.T, o spec) result {
	t.Helper()
	o.noBind = true
	dir := o.dir
	if dir == "" {
		dir = appsDir
	}
	return command(t, dir, append(environ(), o.env...), o.binary(), o.arguments()...)
}

// command runs any program to its end.
func command(t *testing.T, dir string, env []string, name string, args ...string) result {
	t.Helper()
	return commandFor(t, patience, dir, env, name, args...)
}

// commandFor gives it so long.
func commandFor(t *testing.T, limit time.Duration, dir string, env []string, name string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %q: %v\n%s", name, args, err, &stderr)
	}
	if ctx.Err() != nil {
		t.Fatalf("%s %q does not end\n%s", name, args, &stderr)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// curl runs curl quietly, without anybody's configuration.
func curl(t *testing.T, args ...string) result {
	t.Helper()
	return command(t, "", os.Environ(), "curl", append([]string{"-q", "-sS"}, args...)...)
}

// tempDir is a directory whose path is short enough for a Unix socket in it.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func writeFile(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// lines is an output as it comes; several may wait for what it will say.
type lines struct {
	mu      sync.Mutex
	text    []byte
	over    bool
	changed chan struct{} // closed and replaced whenever there is news
}

func newLines() *lines { return &lines{changed: make(chan struct{})} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.news()
	return len(p), nil
}

func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.news()
}

func (l *lines) news() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// tail is the last n lines.
func (l *lines) tail(n int) string {
	all := strings.SplitAfter(l.String(), "\n")
	return strings.Join(all[max(len(all)-n, 0):], "")
}

// count is how often the pattern is there by now.
func (l *lines) count(pattern string) int {
	return len(regexp.MustCompile("(?m)"+pattern).FindAllString(l.String(), -1))
}

// await waits for the first match and gives it.
func (l *lines) await(t *testing.T, pattern string) string {
	t.Helper()
	return l.awaitN(t, pattern, 1)[0]
}

// awaitN waits until there are n matches and gives all there are.
func (l *lines) awaitN(t *testing.T, pattern string, n int) []string {
	t.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	deadline := time.After(patience)
	for {
		l.mu.Lock()
		text, over, changed := string(l.text), l.over, l.changed
		l.mu.Unlock()
		if found := re.FindAllString(text, -1); len(found) >= n {
			return found
		}
		if over {
			t.Fatalf("the server ended without %d of %q in its output:\n%s", n, pattern, text)
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("no %d of %q in the output:\n%s", n, pattern, l.tail(60))
		}
	}
}
