package arbiter

import "time"

// The exit codes, which are gunicorn's.
const (
	ExitOK         = 0
	ExitError      = 1 // a socket, the pidfile
	ExitWorkerBoot = 3 // a worker could not start; a worker process exits with it too
	ExitAppLoad    = 4 // the app could not be loaded; a worker process exits with it too
)

// Config is what the arbiter needs of the settings. Another reading of them may
// change everything but Bind, Backlog, Umask and Pidfile.
type Config struct {
	Name    string // what the titles show between brackets: the app, or proc_name
	Version string

	WorkerClass     string        // for the log only
	Processes       int           // worker processes, at least 1
	GracefulTimeout time.Duration // from asking a worker to finish to killing it

	Bind    []string // host:port, :port, [v6]:port, unix:PATH, fd://N
	Backlog int
	Umask   int    // for Unix sockets
	Pidfile string // "" is none

	// Blob is handed to each worker process as it is: its settings.
	Blob []byte
}
