package arbiter

import (
	"errors"
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
	sockets []*socket

	workers map[*worker]struct{} // every process that has not ended
	serving *generation          // the newest one that should serve
	coming  *generation          // the one a reload has started, until it is ready

	loading     bool // the settings are being read for a reload
	reloadAgain bool // another HUP came meanwhile

	stop     stopState
	exitCode int
	reason   string // why it stops by itself; "" when it was told to
}

// signals are those that the arbiter answers.
var signals = []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}

// New makes an arbiter. The function reads the settings again for a reload; it
// is called from another goroutine, never twice at a time.
func New(cfg Config, logger *log.Logger, reload func() (Config, error)) *Arbiter {
	return &Arbiter{
		cfg: cfg, log: logger, reload: reload, system: realSystem,
		events: make(chan func(), 64), workers: map[*worker]struct{}{},
	}
}

// Run serves until it is told to stop, and returns the exit code. It is called
// once, and the process should end after it: whatever still runs ends with it.
func (a *Arbiter) Run() int {
	// From the first moment on, so that a signal never finds the pidfile without
	// anybody to remove it. Room for every signal many times over: one that finds
	// no room is lost.
	sigs := make(chan os.Signal, 64)
	signal.Notify(sigs, signals...)
	defer signal.Stop(sigs)
	a.log.Infof("Starting srv %s", a.cfg.Version)
	if a.cfg.Pidfile != "" {
		if err := writePidfile(a.cfg.Pidfile); err != nil {
			a.log.Errorf("%v", err)
			return ExitError
		}
		defer removePidfile(a.cfg.Pidfile)
	}
	if !a.bind() {
		return ExitError
	}
	defer a.closeSockets()
	a.system.setTitle(masterTitle(a.cfg.Name))
	a.log.Infof("Listening at: %s (%d)", strings.Join(names(a.sockets), ","), os.Getpid())
	a.log.Infof("Using worker: %s", a.cfg.WorkerClass)
	a.loop(sigs)
	a.logEnd()
	return a.exitCode
}

func (a *Arbiter) loop(sigs <-chan os.Signal) {
	catchSIGPIPE()
	timer := time.NewTimer(0)
	a.begin()
	for {
		next := a.manage()
		if a.finished() {
			return
		}
		timer.Reset(next)
		select {
		case s := <-sigs:
			a.onSignal(s.(syscall.Signal))
		case event := <-a.events:
			event()
		case <-timer.C:
		}
	}
}

// begin makes the first generation, which the loop then keeps up.
func (a *Arbiter) begin() { a.serving = newGeneration(a.cfg) }

// idle is how long the loop sleeps when nothing is due.
const idle = time.Hour

// manage does what is due: processes to start, to kill. It returns how long
// until something is due again.
func (a *Arbiter) manage() time.Duration {
	now := a.system.now()
	next := idle
	for _, g := range []*generation{a.serving, a.coming} {
		if g != nil && a.stop == running {
			next = min(next, a.spawnMissing(g, now))
		}
	}
	return min(next, a.killOverdue(now))
}

func (a *Arbiter) finished() bool { return a.stop != running && len(a.workers) == 0 }

func (a *Arbiter) logEnd() {
	level := log.Info
	if a.exitCode != ExitOK {
		level = log.Error
	}
	a.log.Logf(level, "Shutting down: Master")
	if a.reason != "" {
		a.log.Logf(level, "Reason: %s", a.reason)
	}
}

// bindAttempts is how often an address that is in use is tried.
const bindAttempts = 5

// bind makes every listening socket; it logs why when it cannot.
func (a *Arbiter) bind() bool {
	for _, b := range a.cfg.Bind {
		s, err := a.bindPatiently(b)
		if err != nil {
			a.log.Errorf("Can't connect to %s: %v", b, err)
			a.closeSockets()
			return false
		}
		a.sockets = append(a.sockets, s)
	}
	return true
}

// bindPatiently waits a little for an address that is in use: a server that
// is just stopping may still hold it.
func (a *Arbiter) bindPatiently(bind string) (s *socket, err error) {
	for attempt := range bindAttempts {
		s, err = a.system.listen(bind, a.cfg.Backlog, a.cfg.Umask)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return s, err
		}
		a.log.Errorf("Connection in use: %s", bind)
		if attempt < bindAttempts-1 {
			a.log.Errorf("Retrying in 1 second.")
			a.system.sleep(time.Second)
		}
	}
	return nil, err
}

func (a *Arbiter) closeSockets() {
	for _, s := range a.sockets {
		s.close()
	}
	a.sockets = nil
}
