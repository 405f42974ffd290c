package workertest

import (
	"crypto/tls"
	"net"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
	"github.com/seed-77b39ca9/srv/workers"
)

// patience is how long anything may take that is expected to happen.
const patience = 20 * time.Second

// server is one worker of the class under test, on a TCP and on a Unix socket.
type server struct {
	worker   workers.Worker
	tcp      string // address
	unix     string // path
	spool    string // directory of spool files
	stats    *workers.Stats
	errorLog lines
	infoLog  lines
	client   *tls.Config // for the clients; nil: in the clear
	served   chan error  // Serve's result
	stopped  bool
}

// start serves a with options that edit may change, until the test ends.
func (s *suite) start(t *testing.T, a app.App, edit ...func(*workers.Options)) *server {
	t.Helper()
	goroutines := 0
	if s.warm {
		goroutines = runtime.NumGoroutine()
	}
	sv := &server{served: make(chan error, 1), stats: new(workers.Stats), spool: t.TempDir()}
	o := workers.Options{
		Protocol: &protocol.Options{
			Limits: protocol.Limits{RequestLine: 4094, Fields: 100, FieldSize: 8190},
			Server: "srv",
		},
		Connections: 1000,
		KeepAlive:   patience, FirstByte: patience, HeadTimeout: patience, BodyTimeout: patience, SendTimeout: patience,
		SpoolAfter: 64 << 10, SpoolDir: sv.spool,
		ResponseMemory: 1 << 20, ResponseSpool: 1 << 30, ResponseDir: sv.spool,
		MemoryBudget: 1 << 30, SpoolBudget: 1 << 40,
		Log: sv.infoLog.add, Error: sv.errorLog.add,
		Stats: sv.stats,
	}
	if s.tls != nil {
		o.TLS, o.HandshakeTimeout, sv.client = s.tls.server, patience, s.tls.client
	}
	for _, f := range edit {
		f(&o)
	}
	w, err := s.factory(workers.NewCore(a, o))
	if err != nil {
		t.Fatalf("make the worker: %v", err)
	}
	sv.worker = w
	listeners := sv.listen(t)
	go func() { sv.served <- w.Serve(listeners) }()
	t.Cleanup(func() { sv.check(t, goroutines) })
	return sv
}

func (sv *server) listen(t *testing.T) []net.Listener {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sv.tcp, sv.unix = tcp.Addr().String(), filepath.Join(t.TempDir(), "s")
	unix, err := net.Listen("unix", sv.unix)
	if err != nil {
		t.Fatal(err)
	}
	return []net.Listener{tcp, unix}
}

// stop waits for Serve to return.
func (sv *server) stop(t *testing.T) {
	t.Helper()
	if sv.stopped {
		return
	}
	sv.stopped = true
	select {
	case err := <-sv.served:
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(patience):
		stacks := make([]byte, 1<<20)
		t.Fatalf("Serve does not return\n%s", stacks[:runtime.Stack(stacks, true)])
	}
}

// check ends the server, and looks at what it leaves behind: goroutines are how
// many there were before it, 0 when that does not count.
func (sv *server) check(t *testing.T, goroutines int) {
	if !sv.stopped {
		sv.worker.Close()
		sv.stop(t)
	}
	if n := sv.stats.Open.Load(); n != 0 {
		t.Errorf("%d connections are counted as open after Serve", n)
	}
	if held, spooled := sv.stats.Memory.Load(), sv.stats.Spooled.Load(); held != 0 || spooled != 0 {
		t.Errorf("%d bytes of memory and %d of spool files are counted as held after Serve", held, spooled)
	}
	if goroutines > 0 && !happens(func() bool { return runtime.NumGoroutine() <= goroutines }) {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines before the server, %d after it\n%s",
			goroutines, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
	}
	if t.Failed() {
		t.Logf("error log:\n%s", strings.Join(append(sv.errorLog.all(), sv.infoLog.all()...), "\n"))
	}
}

// happens waits for a condition that nothing announces.
func happens(f func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if f() {
			return true
		}
	}
	return f()
}

// eventually is happens for a condition that the test is about.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	if !happens(f) {
		t.Fatalf("never: %s", what)
	}
}

// await waits for a channel to be closed or to give something.
func await[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
	}
	return v
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	got []string
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = append(l.got, line)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.got...)
}

// has says whether a line holds each of parts.
func (l *lines) has(parts ...string) bool {
	for _, line := range l.all() {
		found := true
		for _, p := range parts {
			found = found && strings.Contains(line, p)
		}
		if found {
			return true
		}
	}
	return false
}
