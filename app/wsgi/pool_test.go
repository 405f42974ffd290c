package wsgi

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// fixture is a pool that runs testdata/app.py, with what the test sees of it.
type fixture struct {
	*Pool
	t       *testing.T
	gate    *gate
	journal string // path of the calls' list
	stderr  string // path of the interpreters' error log

	mu  sync.Mutex
	log []string // what the pool told the error log
}

// settings are a pool's for an application in testdata, without anything to watch it by.
func settings(tb testing.TB, application string) Options {
	tb.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		tb.Fatal(err)
	}
	return Options{
		Python: python, App: application, Chdir: "testdata", Env: append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1"),
		Title: "srv: worker [test]", Software: "srv/test", Interpreters: 1, Threads: 1,
		Info: func(int, string) {}, Error: func(string) {},
	}
}

// prepare makes a pool that is not started; change sets what the test is about.
func prepare(t *testing.T, change func(o *Options)) *fixture {
	t.Helper()
	dir := t.TempDir()
	f := &fixture{t: t, gate: newGate(t), journal: filepath.Join(dir, "journal"), stderr: filepath.Join(dir, "stderr")}
	o := settings(t, "app:application")
	if err := os.WriteFile(f.journal, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stderr, err := os.Create(f.stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stderr.Close() })
	o.Stderr = stderr
	o.Env = append(o.Env, "JOURNAL="+f.journal, "GATE="+f.gate.path)
	o.Info, o.Error = func(_ int, line string) { f.tell(line) }, f.tell
	if change != nil {
		change(&o)
	}
	f.Pool = New(o)
	t.Cleanup(func() { f.Stop(0) })
	return f
}

// start starts a pool.
func start(t *testing.T, change func(o *Options)) *fixture {
	t.Helper()
	f := prepare(t, change)
	if err := f.Start(); err != nil {
		t.Fatal(err, text(t, f.stderr))
	}
	return f
}

func (f *fixture) tell(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, line)
}

// told says whether the error log has a line with this in it.
func (f *fixture) told(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Contains(strings.Join(f.log, "\n"), what)
}

// ask sends a GET request into the pool.
func (f *fixture) ask(target string) *exchange {
	ex := get(f.t, target)
	f.Serve(ex)
	return ex
}

// held asks for /gate/name and returns when the application has it in its hands.
func (f *fixture) held(name string) (*exchange, *call) {
	f.t.Helper()
	ex := f.ask("/gate/" + name)
	return ex, f.gate.call("/gate/" + name)
}

// calls lists the interpreters that were given a path, in turn.
func (f *fixture) calls(path string) (pids []string) {
	for line := range strings.Lines(text(f.t, f.journal)) {
		if called, pid, _ := strings.Cut(strings.TrimSpace(line), " "); called == path {
			pids = append(pids, pid)
		}
	}
	return pids
}

// once complains about paths that were not called exactly once.
func (f *fixture) once(paths ...string) {
	f.t.Helper()
	for _, path := range paths {
		if pids := f.calls(path); len(pids) != 1 {
			f.t.Errorf("%s was called %d times", path, len(pids))
		}
	}
}

// batch gives an idle slot several requests at once, as next does when the queue is deep.
func (f *fixture) batch(exs ...*exchange) *slot {
	f.t.Helper()
	var batch []app.Exchange
	for _, ex := range exs {
		batch = append(batch, ex)
	}
	f.Pool.mu.Lock()
	s := f.takeIdle()
	f.Pool.mu.Unlock()
	if s == nil {
		f.t.Fatal("no slot is idle")
	}
	s.send(batch)
	f.wakeWatch()
	return s
}

func (s *slot) pid() string { return strconv.Itoa(s.in.process.Pid()) }

func TestAnswers(t *testing.T) {
	f := start(t, func(o *Options) { o.ScriptName = "" })
	for _, tt := range []struct {
		target string
		status int
		body   string
	}{
		{"/hello", 200, "Hello"},
		{"/thread", 200, "True"}, // the main one, where an application may expect to be
		{"/path/%00%25%2500/caf%C3%A9", 200, "/path/\x00%%00/caf\xc3\xa9"},
		{"/write", 200, "one two three"},
		{"/pieces/0/1", 200, ""},
		{"/pieces/3/2", 200, "aabbcc"},
		{"/pieces/4/0", 200, ""},
		{"/raise", 500, ""},
		{"/systemexit", 500, ""},
		{"/nothing", 500, ""},
		{"/twice", 500, ""},
		{"/text", 500, ""},
		{"/nul", 500, ""},
		{"/badstatus", 500, ""},
		{"/badlate", 500, ""},
		{"/raiselate", 500, ""}, // which the exchange makes a cut
		{"/hello/still", 200, "Hello"},
	} {
		f.ask(tt.target).want(tt.status, tt.body)
	}
	for _, what := range []string{"on purpose", "SystemExit", "did not call start_response", "yielded str, not bytes",
		"Error handling request GET /raise\n", "a NUL in the status"} {
		if log := text(t, f.stderr); !strings.Contains(log, what) {
			t.Errorf("the error log has no %q:\n%s", what, log)
		}
	}
	if !f.told("Error handling request GET /badstatus: " + errHead.Error()) {
		t.Errorf("the error log says nothing of the bad status: %q", f.log)
	}
	if pids := f.calls("closed:/raiselate"); len(pids) != 1 {
		t.Errorf("the iterable that raised was closed %d times", len(pids))
	}
}

func TestAnswerHeads(t *testing.T) {
	f := start(t, nil)
	ex := f.ask("/fields").wait()
	if ex.status != 418 || ex.reason != "d\xe9j\xe0 vu" || !ex.has("A: 1\nA: 2\nEmpty: ") {
		t.Errorf("got %d %q %q", ex.status, ex.reason, ex.fields)
	}
	ex = f.ask("/replaced").wait()
	if ex.status != 503 || ex.reason != "Sorry" || len(ex.fields) != 0 || string(ex.body) != "sorry" {
		t.Errorf("got %d %q %q %q", ex.status, ex.reason, ex.fields, ex.body)
	}
}

func TestEnvironArrives(t *testing.T) {
	f := start(t, func(o *Options) { o.Threads, o.Interpreters = 2, 2 })
	body := string(f.ask("/environ?a=b").wait().body)
	for _, want := range []string{
		"PATH_INFO='/environ'", "QUERY_STRING='a=b'", "HTTP_HOST='a'", "SERVER_SOFTWARE='srv/test'", "wsgi.version=(1, 0)",
		"wsgi.multithread=True", "wsgi.multiprocess=True", "wsgi.run_once=False", "wsgi.url_scheme='http'", "SCRIPT_NAME=''",
	} {
		if !strings.Contains("\n"+body, "\n"+want+"\n") {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

func TestContent(t *testing.T) {
	f := start(t, nil)
	large := strings.Repeat("0123456789abcdef", 1<<17)
	for _, ex := range []*exchange{
		get(t, "/echo/none"),
		get(t, "/echo/memory").hold("in memory"),
		get(t, "/echo/file").spool("in a file"),
		get(t, "/echo/large/memory").hold(large),
		get(t, "/echo/large/file").spool(large),
		get(t, "/hello/unread").spool(large),
	} {
		f.Serve(ex)
		want := string(ex.content.Bytes)
		switch {
		case strings.HasPrefix(string(ex.request.Target()), "/hello"):
			want = "Hello"
		case ex.content.File != nil:
			b, _ := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", ex.content.File.Fd()))
			want = string(b)
		}
		ex.want(200, want)
	}
}

// TestContentInABatch: what the socket does not take at once keeps its order,
// and each file reaches its own request.
func TestContentInABatch(t *testing.T) {
	f := start(t, nil)
	large := strings.Repeat("0123456789abcdef", 1<<16)
	for range 10 {
		exs := []*exchange{
			get(t, "/echo/1").hold(large), get(t, "/echo/2").spool("two"), get(t, "/echo/3").spool("three"),
			get(t, "/echo/4").hold("four"), get(t, "/echo/5").spool("five"), get(t, "/echo/6").hold(large),
		}
		f.batch(exs...)
		for i, want := range []string{large, "two", "three", "four", "five", large} {
			exs[i].want(200, want)
		}
		f.idle(1)
	}
}

// idle waits until so many slots are idle.
func (f *fixture) idle(n int) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("%d idle slots", n), func() bool {
		f.Pool.mu.Lock()
		defer f.Pool.mu.Unlock()
		return len(f.Pool.idle) == n
	})
}

func TestLargeAnswers(t *testing.T) {
	f := start(t, nil)
	f.ask("/big/3000000").want(200, strings.Repeat("x", 3000000))
	ex := f.ask("/pieces/30/300000").wait()
	if want := bytes.Repeat([]byte{'z'}, 300000); len(ex.body) != 30*300000 || !bytes.Equal(ex.body[25*300000:26*300000], want) {
		t.Errorf("%d bytes", len(ex.body))
	}
}

// TestStreams: a piece goes out when the application yields it.
func TestStreams(t *testing.T) {
	f := start(t, nil)
	ex := f.ask("/stream")
	held := f.gate.call("/stream")
	<-ex.flushed
	ex.mu.Lock()
	if string(ex.body) != "before " || ex.over {
		t.Errorf("%q before the gate, over: %v", ex.body, ex.over)
	}
	ex.mu.Unlock()
	held.pass()
	ex.want(200, "before after")
}

// TestEarlyHints: they go out when the application gives them, and none does
// behind the response's beginning.
func TestEarlyHints(t *testing.T) {
	f := start(t, nil)
	ex := f.ask("/hints")
	held := f.gate.call("/hints")
	want := "[103 Link: </a.css>; rel=preload 103 Link: </b.js>; rel=preload 103 X: y]"
	hints := func() string {
		ex.mu.Lock()
		defer ex.mu.Unlock()
		return fmt.Sprint(ex.hints)
	}
	eventually(t, "the hints are there before the response", func() bool { return hints() == want })
	held.pass()
	ex.want(200, "one two")
	if got := hints(); got != want {
		t.Errorf("got %s", got)
	}
}

// TestSlowClient: a stream of which too much waits for its client stands still.
func TestSlowClient(t *testing.T) {
	f := start(t, nil)
	ex := get(t, "/pieces/400/65536")
	ex.pending = fullAt + 1
	f.Serve(ex)
	waits := func() bool {
		ex.mu.Lock()
		defer ex.mu.Unlock()
		return ex.drain != nil
	}
	eventually(t, "the stream waits", waits)
	ex.mu.Lock()
	if ex.over || len(ex.body) >= 400*65536 {
		t.Errorf("%d bytes did not wait", len(ex.body))
	}
	ex.pending = 0
	drain := ex.drain
	ex.mu.Unlock()
	drain()
	if ex.wait(); len(ex.body) != 400*65536 || ex.aborted {
		t.Errorf("%d bytes", len(ex.body))
	}
}

// TestClientLeavesStream: the application's iterable is closed, and what still
// comes reaches nobody.
func TestClientLeavesStream(t *testing.T) {
	f := start(t, nil)
	ex := f.ask("/endless")
	<-ex.flushed
	ex.leave()
	ex.want(app.StatusGone, "")
	f.ask("/hello").want(200, "Hello")
	f.once("/endless", "closed:/endless")
}

// TestClientLeftTheQueue: its request never reaches the application.
func TestClientLeftTheQueue(t *testing.T) {
	f := start(t, nil)
	first, held := f.held("1")
	left, stays := f.ask("/hello/left"), f.ask("/hello/stays")
	left.leave()
	held.pass()
	first.want(200, "passed")
	stays.want(200, "Hello")
	left.want(app.StatusGone, "")
	if pids := f.calls("/hello/left"); len(pids) != 0 {
		t.Error("the application was called for a client that had left")
	}
}

// TestQueueIsFull: who finds no room is answered at once, and who waits too long when the time has passed.
func TestQueueIsFull(t *testing.T) {
	f := start(t, func(o *Options) { o.Queue, o.QueueTimeout = 1, 10*time.Millisecond })
	first, held := f.held("1")
	waits := f.ask("/hello/waits")
	waits.want(503, "")
	f.Pool.mu.Lock()
	o := *f.Pool.options
	o.QueueTimeout = 0
	f.Pool.options = &o
	f.Pool.mu.Unlock()
	waits = f.ask("/hello/waits")
	f.ask("/hello/turned-away").want(503, "")
	held.pass()
	first.want(200, "passed")
	waits.want(200, "Hello")
	f.once("/hello/waits")
}

// TestKilledInterpreter: what it had begun gets 502, what it had not another interpreter.
func TestKilledInterpreter(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 2 })
	exs := []*exchange{get(t, "/gate/killed"), get(t, "/hello/1"), get(t, "/hello/2").hold("a"), get(t, "/echo/3").spool("three")}
	s := f.batch(exs...)
	s.mu.Lock()
	s.rescued = true // so that only the kill gives them to another
	s.mu.Unlock()
	f.gate.call("/gate/killed")
	s.in.process.Signal(syscall.SIGKILL)
	exs[0].want(502, "")
	exs[1].want(200, "Hello")
	exs[2].want(200, "Hello")
	exs[3].want(200, "three")
	f.once("/gate/killed", "/hello/1", "/hello/2", "/echo/3")
	f.idle(2)
	if f.ask("/hello/after").want(200, "Hello"); !f.told("exited with signal SIGKILL") {
		t.Errorf("the error log does not tell: %q", f.log)
	}
}

// TestOnlyInterpreterDies: requests wait for its successor.
func TestOnlyInterpreterDies(t *testing.T) {
	f := start(t, nil)
	for range 3 {
		ex, queued := f.ask("/exit"), f.ask("/hello")
		ex.want(502, "")
		queued.want(200, "Hello")
	}
}

// TestKilledInAStream: the client sees that the response is not whole.
func TestKilledInAStream(t *testing.T) {
	f := start(t, nil)
	ex := f.ask("/stream")
	f.gate.call("/stream")
	<-ex.flushed
	for in := range f.living() {
		in.process.Kill()
	}
	ex.want(502, "")
}

// living are the interpreters whose processes live.
func (f *fixture) living() map[*interpreter]bool {
	f.Pool.mu.Lock()
	defer f.Pool.mu.Unlock()
	all := map[*interpreter]bool{}
	for in := range f.processes {
		all[in] = true
	}
	return all
}

// TestSlowRequestInABatch: those before it are answered, those behind it are
// answered by another interpreter, and nothing is executed twice.
func TestSlowRequestInABatch(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 2 })
	exs := []*exchange{
		get(t, "/pid/before"), get(t, "/gate/slow"), get(t, "/pid/behind"),
		get(t, "/echo/file").spool("of the one behind"), get(t, "/echo/memory").hold("of the last"),
	}
	s := f.batch(exs...)
	held := f.gate.call("/gate/slow")
	exs[0].want(200, s.pid())
	if body := string(exs[2].wait().body); body == s.pid() || body == "" {
		t.Errorf("answered by %s, which was given the slow one", body)
	}
	exs[3].want(200, "of the one behind")
	exs[4].want(200, "of the last")
	if exs[1].isOver() {
		t.Error("the slow one is answered already")
	}
	held.pass()
	exs[1].want(200, "passed")
	f.idle(2)
	f.once("/pid/before", "/gate/slow", "/pid/behind", "/echo/file", "/echo/memory")

	// The slot that had skipped a file must not give it to whoever comes next.
	for i := range 4 {
		want := fmt.Sprintf("file %d", i)
		next := get(t, "/echo/next").spool(want)
		f.Serve(next)
		next.want(200, want)
		f.idle(2)
		f.swapIdle()
	}
}

// swapIdle has the slot that was idle for longest taken next.
func (f *fixture) swapIdle() {
	f.Pool.mu.Lock()
	defer f.Pool.mu.Unlock()
	f.Pool.idle = append(f.Pool.idle[1:], f.Pool.idle[0])
}

// TestHeldBack: requests that wait for the one busy slot of a quick application
// are given to its others when a call turns out to be slow.
func TestHeldBack(t *testing.T) {
	f := start(t, func(o *Options) { o.Threads = 2 })
	f.Pool.mu.Lock()
	f.pace.service = time.Microsecond
	f.Pool.mu.Unlock()
	slow, held := f.held("slow")
	f.ask("/hello").want(200, "Hello")
	held.pass()
	slow.want(200, "passed")
}

// TestMaxRequests: interpreters are replaced under a steady load, and no request is lost.
func TestMaxRequests(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters, o.MaxRequests, o.MaxRequestsJitter = 2, 20, 5 })
	var clients sync.WaitGroup
	var pids sync.Map
	var replaced atomic.Int32
	for range 4 {
		clients.Go(func() {
			for deadline := time.Now().Add(patience); replaced.Load() < 6 && time.Now().Before(deadline); {
				ex := f.ask("/pid").wait()
				if ex.status != 200 || ex.aborted {
					t.Errorf("answered %d", ex.status)
				}
				if _, known := pids.LoadOrStore(string(ex.body), true); !known {
					replaced.Add(1)
				}
			}
		})
	}
	clients.Wait()
	if replaced.Load() < 6 {
		t.Errorf("%d interpreters", replaced.Load())
	}
	eventually(t, "two are left", func() bool { return len(f.living()) == 2 })
	if !f.told("Autorestarting worker after current request") || f.told("exited with") {
		t.Errorf("the error log: %q", f.log)
	}
}

// TestStopWaits: calls under way are answered, and who comes later is turned away.
func TestStopWaits(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 2 })
	ex, held := f.held("1")
	stopped := f.stopping(patience)
	f.ask("/hello").want(503, "")
	eventually(t, "the idle one ends", func() bool { return len(f.living()) == 1 })
	held.pass()
	ex.want(200, "passed")
	<-stopped
	if f.told("exited with") || f.told("was killed") {
		t.Errorf("the error log: %q", f.log)
	}
	f.Stop(0)
}

// stopping calls Stop on a goroutine and returns when it is under way, with what
// is closed when it has ended.
func (f *fixture) stopping(grace time.Duration) chan struct{} {
	f.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Stop(grace)
	}()
	eventually(f.t, "the pool is closed", func() bool {
		f.Pool.mu.Lock()
		defer f.Pool.mu.Unlock()
		return f.stopped && len(f.interpreters) == 0
	})
	return done
}

// TestStopHasAnEnd: after the grace time calls are cut, and those that waited are answered too.
func TestStopHasAnEnd(t *testing.T) {
	f := start(t, nil)
	ex, _ := f.held("1")
	queued := f.ask("/hello")
	f.Stop(time.Millisecond)
	ex.want(502, "")
	queued.want(503, "")
	if len(f.living()) != 0 {
		t.Error("a process is left")
	}
}

func TestKill(t *testing.T) {
	f := start(t, func(o *Options) { o.Interpreters = 2 })
	ex, _ := f.held("1")
	f.Kill()
	ex.want(502, "")
	f.Stop(patience)
}

func TestStopWithNothing(t *testing.T) {
	f := prepare(t, nil)
	f.Stop(patience)
	if err := f.Start(); err != errStopped {
		t.Errorf("started after Stop: %v", err)
	}
	f.Kill()

	f = start(t, nil)
	f.Stop(patience)
	f.Stop(patience)
}

func TestAppCannotBeLoaded(t *testing.T) {
	for _, tt := range []struct{ app, told string }{
		{"missing:application", "No module named 'missing'"},
		{"broken:application", "cannot be loaded"},
		{"app:missing", "has no 'missing'"},
		{"app:TEXT", "not a callable"},
		{"app:a.b", "neither a name nor a call"},
		{"app:(", "SyntaxError"},
	} {
		t.Run(tt.app, func(t *testing.T) {
			f := prepare(t, func(o *Options) { o.App = tt.app })
			if err := f.Start(); !errors.Is(err, ErrApp) {
				t.Errorf("Start: %v", err)
			}
			if err := Check(*f.Pool.options); !errors.Is(err, ErrApp) {
				t.Errorf("Check: %v", err)
			}
			if log := text(t, f.stderr); strings.Count(log, "Exception in loading "+tt.app) != 2 || !strings.Contains(log, tt.told) {
				t.Errorf("the error log has no %q:\n%s", tt.told, log)
			}
		})
	}
}

func TestNoInterpreter(t *testing.T) {
	f := prepare(t, func(o *Options) { o.Python = "/nonexistent/python" })
	if err := f.Start(); err == nil || errors.Is(err, ErrApp) {
		t.Errorf("Start: %v", err)
	}
	f = prepare(t, func(o *Options) { o.Python = "/bin/false" })
	if err := f.Start(); err == nil || errors.Is(err, ErrApp) || !strings.Contains(err.Error(), "exit code 1") {
		t.Errorf("Start: %v", err)
	}
}

func TestCheck(t *testing.T) {
	f := prepare(t, nil)
	if err := Check(*f.Pool.options); err != nil {
		t.Error(err, text(t, f.stderr))
	}
}
