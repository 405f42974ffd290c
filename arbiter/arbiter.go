package arbiter

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
)

// Arbiter starts, watches and stops the worker processes. All its state
// belongs to the goroutine that is in Run; what happens elsewhere comes to it
// as events, which are functions to be called there.
type Arbiter struct {
	cfg    Config
	log    *log.Logger
	reload func() (Config, error)
	system system

	events  chan func()
	sockets []*socket               // those of serving
	health  map[string]*healthPoint // by the value of health_bind
	watcher watcher                 // nil: reload is off

	workers map[*worker]struct{} // every process that has not ended
	serving *generation          // the newest one that should serve
	coming  *generation          // the one a reload has started, until it is ready
	leaving *generation          // one that failed half-way, until serving has its places back

	loading     bool      // the settings are being read for a reload
	reloadAgain bool      // another HUP came meanwhile
	renewing    *renewal  // the serving worker process is reloading in place
	scaled      int       // TTINs less TTOUs since the last HUP
	loadBegan   time.Time // the code that is or will be running was read later than this

	looked time.Time // when lookAfter was called last

	estate     *estate    // what this process was started with, until it is settled
	parent     int        // the arbiter that started this one for an upgrade; 0: none, or no more
	successor  *successor // the arbiter that this one started for an upgrade
	activated  bool       // the sockets are from the service manager
	leftBehind []string   // files of Unix sockets that only the parent uses
	starter    *os.File   // waits to hear that this daemon listens
	pidfile    pidfile
	notifier   notifier

	stop     stopState
	drainAt  time.Time // TERM came, and the graceful stop begins then; zero: it did not
	exitCode int
	reason   string // why it stops by itself; "" when it was told to
}

// The signals that the arbiter answers. The kernel keeps of each kind only one that
// is pending; what it delivers is not lost here.
var (
	stopSignals  = []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}
	otherSignals = []os.Signal{syscall.SIGHUP, syscall.SIGTTIN, syscall.SIGTTOU, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH}
)

// signalRoom is how many signals may wait while the loop is busy. One that finds no room
// is lost: those that stop the server have room of their own.
const signalRoom = 1024

// New makes an arbiter. The function reads the settings again for a reload; it
// is called from another goroutine, never twice at a time.
func New(cfg Config, logger *log.Logger, reload func() (Config, error)) *Arbiter {
	return &Arbiter{
		cfg: cfg, log: logger, reload: reload, system: realSystem,
		events: make(chan func(), 64), workers: map[*worker]struct{}{}, health: map[string]*healthPoint{},
	}
}

// Run serves until it is told to stop, and returns the exit code. It is called
// once, and the process should end after it: whatever still runs ends with it.
func (a *Arbiter) Run() int {
	// From the first moment on, so that a signal never finds the pidfile without
	// anybody to remove it.
	stops, others := make(chan os.Signal, signalRoom), make(chan os.Signal, signalRoom)
	signal.Notify(stops, stopSignals...)
	signal.Notify(others, otherSignals...)
	defer signal.Stop(stops)
	defer signal.Stop(others)
	a.log.Infof("Starting srv %s", a.cfg.Version)
	flush := a.startNotifying()
	defer flush()
	if err := a.enter(); err != nil {
		a.log.Errorf("%v", err)
		return ExitError
	}
	defer func() { a.pidfile.remove() }()
	defer a.keepHealth(nil) // last: until then somebody may ask
	if !a.bind() {
		return ExitError
	}
	defer a.closeSockets()
	if !a.bindHealth() {
		return ExitError
	}
	a.settleEstate()
	a.log.Infof("Listening at: %s (%d)", a.addresses(), os.Getpid())
	a.log.Infof("Using worker: %s", a.cfg.WorkerClass)
	a.detach()
	a.loop(stops, others)
	a.logEnd()
	return a.exitCode
}

// addresses are those of the sockets as a client would write them.
func (a *Arbiter) addresses() string {
	all := strings.Join(names(a.sockets), ",")
	if a.cfg.TLS {
		all = strings.ReplaceAll(all, "http://", "https://")
	}
	return all
}

// enter makes this process known, before it touches anything that others may use. The title
// is first: by it others know that a pidfile is not stale.
func (a *Arbiter) enter() error {
	if err := a.cfg.Owner.Check(); err != nil {
		return err
	}
	if err := a.inherit(); err != nil {
		return err
	}
	a.showTitle()
	return a.claimPidfile()
}

func (a *Arbiter) loop(stops, others <-chan os.Signal) {
	catchSIGPIPE()
	timer := time.NewTimer(0)
	a.begin()
	defer a.unwatch()
	for {
		next := a.manage()
		if a.finished() {
			return
		}
		timer.Reset(next)
		select {
		case s := <-stops:
			a.onSignal(s.(syscall.Signal))
		case s := <-others:
			a.onSignals(s, others)
		case event := <-a.events:
			event()
		case paths := <-a.changes():
			a.onChange(paths)
		case <-timer.C:
		}
	}
}

// onSignals answers a signal and those that came with it in a burst, before anything is
// done about them: of a TTIN and a TTOU nothing is left to do.
func (a *Arbiter) onSignals(first os.Signal, more <-chan os.Signal) {
	a.onSignal(first.(syscall.Signal))
	for range len(more) {
		a.onSignal((<-more).(syscall.Signal))
	}
}

// begin makes the first generation, which the loop then keeps up.
func (a *Arbiter) begin() {
	a.loadBegan = a.system.now()
	a.watchFor(a.cfg.Watch)
	a.serving = newGeneration(a.cfg, a.sockets)
}

// idle is how long the loop sleeps when nothing is due.
const idle = time.Hour

// manage does what is due: processes to start, to relieve, to kill. It returns how
// long until something is due again.
func (a *Arbiter) manage() time.Duration {
	now := a.system.now()
	next := idle
	if a.stop == running {
		next = a.keepUp(now)
	}
	return min(next, a.endDelay(now), a.lookAfter(now), a.renewalOverdue(now), a.killOverdue(now), a.notify(now))
}

// keepUp brings every generation to what it should be.
func (a *Arbiter) keepUp(now time.Time) time.Duration {
	next := idle
	a.settle() // TTOU may have made it complete
	for _, g := range []*generation{a.serving, a.coming, a.leaving} {
		if g == nil {
			continue
		}
		a.relieveExcess(g)
		next = min(next, a.spawnMissing(g, now))
		a.rescale(g)
	}
	if a.leaving != nil && a.leaving.members == 0 {
		a.leaving = nil
	}
	return next
}

func (a *Arbiter) finished() bool { return a.stop != running && len(a.workers) == 0 }

func (a *Arbiter) logEnd() {
	level := log.Info
	if a.exitCode != ExitOK {
		level = log.Error
	}
	a.log.Logf(level, "Shutting down: Master%s", a.suffix())
	if a.reason != "" {
		a.log.Logf(level, "Reason: %s", a.reason)
	}
}
