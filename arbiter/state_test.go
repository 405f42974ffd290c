package arbiter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/internal/restart"
)

// world is a system without processes, in which time passes when a test says so.
type world struct {
	*Arbiter
	t        *testing.T
	clock    time.Time
	children []*fakeChild
	broken   bool   // no process can be started
	next     Config // what a reload reads
	nextErr  error
	watching *fakeWatcher
	logPath  string
	told     []string // to the service manager
}

type fakeChild struct {
	pid     int
	cfg     Config
	sockets []*socket
	sent    []string
	signals []syscall.Signal
	killed  bool
	deaf    bool // its control channel is closed
	says    func(report)
	ended   func(proc.Exit)
}

func (c *fakeChild) ready()    { c.says(report{kind: readyMessage}) }
func (c *fakeChild) alive()    { c.says(report{kind: aliveMessage, n: 1}) }
func (c *fakeChild) spent()    { c.says(report{kind: spentMessage, text: "max_requests"}) }
func (c *fakeChild) reloaded() { c.says(report{kind: reloadedMessage}) }
func (c *fakeChild) failed()   { c.says(report{kind: failedMessage, text: "no module named x"}) }

func (c *fakeChild) Pid() int { return c.pid }
func (c *fakeChild) Kill() error {
	c.killed = true
	return nil
}

func (c *fakeChild) Signal(s syscall.Signal) error {
	c.signals = append(c.signals, s)
	return nil
}

func (c *fakeChild) Send(m string) error {
	if c.deaf {
		return errors.New("broken pipe")
	}
	c.sent = append(c.sent, m)
	return nil
}

func newWorld(t *testing.T, processes int) *world {
	t.Helper()
	return worldWith(t, Config{Name: "one", Processes: processes, GracefulTimeout: 30 * time.Second})
}

// worldWith is a world in which the processes of the first generation are started.
func worldWith(t *testing.T, cfg Config) *world {
	t.Helper()
	w := &world{t: t, clock: time.Unix(1_000_000, 0), logPath: filepath.Join(t.TempDir(), "log")}
	logger, err := log.New(log.Config{Path: w.logPath})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { logger.Close() })
	w.next = cfg
	w.Arbiter = New(cfg, logger, func() (Config, error) { return w.next, w.nextErr })
	w.system = system{
		now: func() time.Time { return w.clock }, sleep: func(d time.Duration) { w.clock = w.clock.Add(d) },
		setTitle: func(string) {}, spawn: w.spawnFake, notify: func(s string) { w.told = append(w.told, s) },
		newWatcher: func(string, func(string)) watcher {
			w.watching = &fakeWatcher{}
			return w.watching
		},
		watch: func(c child, says func(report), ended func(proc.Exit)) {
			f := c.(*fakeChild)
			f.says, f.ended = says, ended
		},
	}
	w.begin()
	w.manage()
	return w
}

func (w *world) spawnFake(cfg *Config, sockets []*socket) (child, error) {
	if w.broken {
		return nil, errors.New("resource temporarily unavailable")
	}
	c := &fakeChild{pid: 100 + len(w.children), cfg: *cfg, sockets: sockets}
	w.children = append(w.children, c)
	return c, nil
}

// happens lets events come to the arbiter, and has it do what is due.
func (w *world) happens(events ...func()) {
	w.t.Helper()
	for _, e := range events {
		e()
		for len(w.events) > 0 {
			(<-w.events)()
		}
		w.manage()
	}
}

func (w *world) signal(s syscall.Signal) func() { return func() { w.onSignal(s) } }

// hup reloads, and waits for the settings to be read.
func (w *world) hup() {
	w.onSignal(syscall.SIGHUP)
	w.load()
}

// load waits for the settings, when they are being read.
func (w *world) load() {
	if w.loading {
		(<-w.events)()
	}
}

func ends(c *fakeChild, e proc.Exit) func() { return func() { c.ended(e) } }
func exits(c *fakeChild, code int) func()   { return ends(c, proc.Exit{Code: code}) }

func (w *world) passes(d time.Duration) func() { return func() { w.clock = w.clock.Add(d) } }

// booted is a world in which the first generation serves.
func booted(t *testing.T, processes int) *world {
	t.Helper()
	return bootedWith(t, Config{Name: "one", Processes: processes, GracefulTimeout: 30 * time.Second})
}

func bootedWith(t *testing.T, cfg Config) *world {
	t.Helper()
	w := worldWith(t, cfg)
	for _, c := range w.children {
		w.happens(c.ready)
	}
	return w
}

func (w *world) wantChildren(n int) {
	w.t.Helper()
	if len(w.children) != n {
		w.t.Fatalf("%d processes were started, want %d", len(w.children), n)
	}
}

func (w *world) wantSent(c *fakeChild, want ...string) {
	w.t.Helper()
	if !slices.Equal(c.sent, want) {
		w.t.Errorf("pid %d was told %q, want %q", c.pid, c.sent, want)
	}
}

func (w *world) wantEnd(code int) {
	w.t.Helper()
	if !w.finished() || w.exitCode != code {
		w.t.Errorf("finished %v with code %d, want code %d", w.finished(), w.exitCode, code)
	}
}

// wantDue wants the arbiter to look again between these times from now.
func (w *world) wantDue(from, to time.Duration) {
	w.t.Helper()
	if next := w.manage(); next < from || next > to {
		w.t.Errorf("due in %v, want %v to %v", next, from, to)
	}
}

func (w *world) wantLog(text string) {
	w.t.Helper()
	content, err := os.ReadFile(w.logPath)
	if err != nil || !strings.Contains(string(content), text) {
		w.t.Errorf("the log has no %q:\n%s", text, content)
	}
}

func TestStartsAllProcessesAndReplacesTheDead(t *testing.T) {
	w := booted(t, 3)
	w.wantChildren(3)
	w.happens(ends(w.children[1], proc.Exit{Signal: syscall.SIGSEGV}))
	w.wantChildren(4)
	w.wantLog("[ERROR] Worker (pid:101) was sent SIGSEGV!")
}

// delay is the pause in the tests of crash loops.
const delay = time.Second

// crashing is the first generation's configuration in these.
var crashing = Config{Processes: 1, Restarts: restart.Policy{Delay: delay, DelayMax: 4 * delay}}

func TestCrashLoopIsSlowedDown(t *testing.T) {
	w := bootedWith(t, crashing)
	w.happens(exits(w.children[0], 1)) // replaced at once
	w.wantChildren(2)
	w.happens(exits(w.children[1], ExitAppLoad)) // not the end of a server that has served
	w.wantChildren(2)
	w.wantDue(delay*4/5, delay*6/5)
	w.happens(w.passes(delay * 6 / 5))
	w.wantChildren(3)
	w.happens(w.children[2].ready, w.passes(time.Hour), exits(w.children[2], 1))
	w.wantChildren(4) // it had lived long: at once again
}

func TestTooManyDeaths(t *testing.T) {
	w := bootedWith(t, Config{Processes: 1, Restarts: restart.Policy{Limit: 2, Window: time.Minute}})
	for range 3 {
		w.happens(func() { w.children[len(w.children)-1].ended(proc.Exit{Signal: syscall.SIGKILL}) })
	}
	w.wantChildren(3) // the first, and two in its place
	w.wantLog("[CRITICAL] 3 workers died within 1m0s")
	w.wantDue(time.Minute, time.Minute)
	w.happens(w.passes(time.Minute))
	w.wantChildren(4)
}

func TestBootFailureEndsTheServer(t *testing.T) {
	for _, c := range []struct {
		exit   proc.Exit
		code   int
		reason string
	}{
		{proc.Exit{Code: 3}, ExitWorkerBoot, "Worker failed to boot."},
		{proc.Exit{Code: 4}, ExitAppLoad, "App failed to load."},
		{proc.Exit{Signal: syscall.SIGKILL}, ExitWorkerBoot, "Worker failed to boot."},
		{proc.Exit{}, ExitWorkerBoot, "Worker failed to boot."},
	} {
		w := newWorld(t, 3)
		w.happens(w.children[0].ready, ends(w.children[1], c.exit))
		w.wantSent(w.children[0], "drain 30")
		w.wantSent(w.children[2], "drain 30")
		w.happens(exits(w.children[0], 0), exits(w.children[2], 0))
		w.wantEnd(c.code)
		w.logEnd()
		w.wantLog("[ERROR] Reason: " + c.reason)
	}
}

func TestNothingCanBeStarted(t *testing.T) {
	w := newWorld(t, 1)
	w.children, w.workers = nil, map[*worker]struct{}{}
	w.broken = true
	w.begin()
	w.manage()
	w.wantEnd(ExitWorkerBoot)
	w.wantLog("resource temporarily unavailable")

	w = bootedWith(t, crashing)
	w.broken = true
	w.happens(exits(w.children[0], 1))
	w.wantDue(delay*4/5, delay*6/5)
	if w.stop != running {
		t.Errorf("state %v", w.stop)
	}
	w.broken = false
	w.happens(w.passes(2 * delay))
	w.wantChildren(2)
}

func TestTERM(t *testing.T) {
	w := booted(t, 2)
	w.happens(w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0], "drain 30")
	w.happens(exits(w.children[0], 0), w.passes(30*time.Second))
	if w.finished() || w.children[1].killed {
		t.Error("the second worker did not get its time")
	}
	w.happens(w.passes(drainMargin))
	if !w.children[1].killed {
		t.Error("the second worker may go on for ever")
	}
	w.happens(ends(w.children[1], proc.Exit{Signal: syscall.SIGKILL}))
	w.wantEnd(ExitOK)
	w.wantChildren(2)
}

// delaying is a world that was told to end and serves on for ten seconds.
func delaying(t *testing.T) *world {
	w := booted(t, 1)
	w.cfg.DrainDelay = 10 * time.Second
	w.happens(w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0])
	return w
}

func TestDrainDelay(t *testing.T) {
	w := delaying(t)
	if next := w.manage(); next != 10*time.Second {
		t.Errorf("due in %v", next)
	}
	w.happens(w.passes(9*time.Second), exits(w.children[0], 1))
	w.wantChildren(2) // it serves, and is kept up
	w.happens(w.children[1].ready, w.signal(syscall.SIGHUP))
	if w.loading {
		t.Error("a reload begins")
	}
	w.happens(w.passes(time.Second))
	w.wantSent(w.children[1], "drain 30")
	w.happens(exits(w.children[1], 0))
	w.wantEnd(ExitOK)
}

func TestSignalsDuringDrainDelay(t *testing.T) {
	w := delaying(t)
	w.happens(w.signal(syscall.SIGTERM)) // enough of the delay
	w.wantSent(w.children[0], "drain 30")
	w.happens(w.signal(syscall.SIGTERM)) // enough of the drain
	w.wantSent(w.children[0], "drain 30", "quit")

	w = delaying(t)
	w.happens(w.signal(syscall.SIGINT))
	w.wantSent(w.children[0], "quit")
}

func TestReloadUnderWayWhenTheDelayBegins(t *testing.T) {
	w := booted(t, 1)
	w.cfg.DrainDelay = 10 * time.Second
	w.next.DrainDelay = 10 * time.Second
	w.happens(w.hup, w.signal(syscall.SIGTERM), func() { w.children[1].ready() })
	w.wantSent(w.children[0], "relieve 30")
	w.wantSent(w.children[1])
	w.happens(w.passes(10 * time.Second))
	w.wantSent(w.children[1], "drain 30")
}

func TestNoDrainDelayBeforeItServes(t *testing.T) {
	w := newWorld(t, 1)
	w.cfg.DrainDelay = time.Hour
	w.happens(w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0], "drain 30")
}

func TestSecondSignalWhileStopping(t *testing.T) {
	for _, second := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT} {
		w := booted(t, 1)
		c := w.children[0]
		w.happens(w.signal(syscall.SIGTERM), w.signal(second))
		w.wantSent(c, "drain 30", "quit")
		w.happens(w.signal(second))
		if !c.killed {
			t.Errorf("%v a third time does not kill", second)
		}
	}
}

func TestQuickStopIsBounded(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.signal(syscall.SIGINT))
	w.wantSent(w.children[0], "quit")
	w.happens(w.passes(quitTimeout))
	if !w.children[0].killed {
		t.Error("it is not killed")
	}
}

func TestDeafWorkerIsKilled(t *testing.T) {
	w := booted(t, 1)
	w.children[0].deaf = true
	w.happens(w.signal(syscall.SIGTERM))
	if !w.children[0].killed {
		t.Error("it is not killed")
	}
}

func TestReloadChangesTheGeneration(t *testing.T) {
	w := booted(t, 1)
	w.next.Name, w.next.Processes = "two", 2
	w.happens(w.hup)
	w.wantChildren(3)
	if c := w.children[1].cfg; c.Name != "two" {
		t.Errorf("the new worker has %+v", c)
	}
	w.happens(w.children[1].ready)
	w.wantSent(w.children[0])
	w.happens(w.children[2].ready)
	w.wantSent(w.children[0], "relieve 30")
	w.happens(exits(w.children[0], 0))
	w.wantChildren(3)
	w.happens(exits(w.children[2], 1)) // from now on they are replaced
	w.wantChildren(4)
}

func TestOldWorkerThatDiesDuringReloadIsReplaced(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.hup, exits(w.children[0], 1))
	w.wantChildren(3) // one of each generation: the new one may yet fail
	w.happens(exits(w.children[1], 4))
	w.happens(w.children[2].ready)
	w.wantChildren(3)
	if w.coming != nil || w.serving.ready != 1 {
		t.Error("the old generation does not serve")
	}
}

func TestReloadThatFailsChangesNothing(t *testing.T) {
	w := booted(t, 1)
	w.next.Processes = 2
	w.happens(w.hup)
	w.happens(w.children[1].ready, exits(w.children[2], 4))
	w.wantSent(w.children[0])
	w.wantSent(w.children[1], "relieve 30")
	w.wantLog("Reload failed: a new worker ended before it was ready (exit code 4)")
	w.happens(exits(w.children[1], 0))
	w.wantChildren(3)

	w.nextErr = errors.New("srv.toml: workers: -1 is below 1")
	w.happens(w.hup)
	w.wantChildren(3)
	w.wantLog("Reload failed: srv.toml: workers: -1 is below 1")
}

func TestHUPsDuringReloadAreOneMore(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.hup, w.hup, w.hup)
	w.wantChildren(2)
	w.next.Name = "newest"
	w.happens(w.children[1].ready)
	w.happens(w.load) // the settings are read once more
	w.wantChildren(3)
	if name := w.children[2].cfg.Name; name != "newest" {
		t.Errorf("it ends on %q", name)
	}
	w.happens(w.children[2].ready)
	if w.loading || w.coming != nil {
		t.Error("yet another reload")
	}
}

func TestHUPBeforeTheFirstIsReady(t *testing.T) {
	w := newWorld(t, 1)
	w.happens(w.signal(syscall.SIGHUP))
	w.wantChildren(1)
	w.children[0].ready()
	(<-w.events)()
	if !w.loading {
		t.Error("the HUP is forgotten")
	}
	w.load()
}

// A relieved worker may take its time as long as nobody waits for it.
func TestTERMAfterReload(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.hup, func() { w.children[1].ready() })
	w.wantSent(w.children[0], "relieve 30")
	w.happens(w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0], "relieve 30", "drain 30")
	w.wantSent(w.children[1], "drain 30")
}

func TestTERMDuringReload(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.hup, w.signal(syscall.SIGTERM))
	w.wantSent(w.children[0], "drain 30")
	w.wantSent(w.children[1], "drain 30")
	w.happens(exits(w.children[1], 0), exits(w.children[0], 0))
	w.wantEnd(ExitOK)
	w.wantChildren(2)
}

// Its "ready" and our "drain" may cross: by then it may have begun to serve.
func TestWorkerThatGetsReadyWhileDrained(t *testing.T) {
	w := newWorld(t, 2)
	w.happens(w.signal(syscall.SIGTERM), w.children[0].ready, w.passes(quitTimeout))
	if w.children[0].killed || !w.children[1].killed {
		t.Errorf("killed: ready %v, not ready %v", w.children[0].killed, w.children[1].killed)
	}
}

func TestBindIsRetriedWhileInUse(t *testing.T) {
	w := newWorld(t, 1)
	w.cfg.Bind = []string{"127.0.0.1:8000"}
	began, tries := w.clock, 0
	w.system.listen = func(string, socketOptions) (*socket, error) {
		tries++
		return nil, fmt.Errorf("bind: %w", syscall.EADDRINUSE)
	}
	if w.bind() || tries != bindAttempts || w.clock.Sub(began) != (bindAttempts-1)*time.Second {
		t.Errorf("%d tries in %v", tries, w.clock.Sub(began))
	}
	w.wantLog("Connection in use: 127.0.0.1:8000")
	w.wantLog("Retrying in 1 second.")
	w.wantLog("Can't connect to 127.0.0.1:8000")

	tries = 0
	w.system.listen = func(string, socketOptions) (*socket, error) {
		tries++
		return nil, syscall.EACCES
	}
	if w.bind() || tries != 1 {
		t.Errorf("%d tries of what is not allowed", tries)
	}
}
