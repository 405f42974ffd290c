package arbiter

import (
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/restart"
)

// The exit codes, which are gunicorn's.
const (
	ExitOK         = 0
	ExitError      = 1 // a socket, the pidfile
	ExitWorkerBoot = 3 // a worker could not start; a worker process exits with it too
	ExitAppLoad    = 4 // the app could not be loaded; a worker process exits with it too
)

// Config is what the arbiter needs of the settings. Another reading of them may
// change everything but Daemonized.
type Config struct {
	Name    string // what the titles show between brackets: the app, or proc_name
	Version string
	Dir     string // where worker processes are started; "" is this process's own

	WorkerClass     string        // for the log only
	Processes       int           // worker processes, at least 1
	Interpreters    int           // of a WSGI app, in its one worker process, at least 1; 0: a Go app
	GracefulTimeout time.Duration // from asking a worker to finish to killing it
	DrainDelay      time.Duration // from TERM to the graceful stop
	Daemonized      bool          // away from the terminal: WINCH is a signal from somebody

	ReloadSurge      int           // processes that a reload starts at a time; 0: all
	BootTimeout      time.Duration // for a process to be ready; 0: no limit
	HeartbeatTimeout time.Duration // without a sign of life; 0: no limit
	Restarts         restart.Policy

	Bind       []string // host:port, :port, [v6]:port, unix:PATH, fd://N
	TLS        bool     // workers speak it there; for the log only
	HealthBind []string // the same, for health checks
	Backlog    int
	Umask      int        // for Unix sockets
	Pidfile    string     // "" is none
	Log        log.Config // of the arbiter itself

	ReusePort bool     // SO_REUSEPORT
	Owner     *Owner   // of the worker processes; nil: this process's user
	Logs      []string // the files that worker processes log to
	KeepStdio bool     // a daemon's standard streams stay, but a terminal's
	Watch     *Watch   // nil: files are not watched

	// Blob is handed to each worker process as it is: its settings.
	Blob []byte
	// Engine is the part of the settings that only a new process can go by: while it stays
	// the same, a worker process is sent the new Blob instead of being replaced.
	// nil: always a new process.
	Engine []byte
}
