package arbiter

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

const (
	workerVariable = "SRV_WORKER" // in the environment of a worker process only
	settingsName   = "settings"
)

func listenerName(i int) string { return "listener" + strconv.Itoa(i) }

// workerMeta is what a worker process learns from its environment.
type workerMeta struct {
	Name         string
	Bind         []string
	Interpreters int
}

// WorkerEnv is what a worker process got from the arbiter.
type WorkerEnv struct {
	Listeners []net.Listener
	Bind      []string // of each listener: http://127.0.0.1:8000, unix:/run/srv.sock
	Blob      []byte   // the arbiter's Config.Blob
	// Interpreters is how many a WSGI app's are to be, whatever the blob says: since it
	// was made the operator may have changed their number. 0: as the blob says.
	Interpreters int
	Control      *proc.Control
	commands     chan Command
}

// IsWorker reports whether this process is a worker process, and must call
// OpenWorker, before anything else and without reading its arguments.
func IsWorker() bool { return os.Getenv(workerVariable) != "" }

// OpenWorker takes over what the arbiter handed down. From then on this
// process ends when the arbiter does. It is called once. When the worker
// serves it says so with Ready; when it cannot it logs why and exits
// with ExitWorkerBoot or ExitAppLoad.
func OpenWorker() (*WorkerEnv, error) {
	var meta workerMeta
	if err := json.Unmarshal([]byte(os.Getenv(workerVariable)), &meta); err != nil {
		return nil, fmt.Errorf("read %s: %w", workerVariable, err)
	}
	os.Unsetenv(workerVariable)
	in, err := proc.Inherit()
	if err != nil {
		return nil, err
	}
	proc.SetTitle(workerTitle(meta.Name))
	env := &WorkerEnv{
		Bind: meta.Bind, Interpreters: meta.Interpreters, Control: in.Control, commands: make(chan Command, 8),
	}
	if env.Blob, err = readBlob(in.File(settingsName)); err != nil {
		return nil, err
	}
	for i := range meta.Bind {
		ln, err := openListener(in.File(listenerName(i)))
		if err != nil {
			return nil, fmt.Errorf("inherit %s: %w", meta.Bind[i], err)
		}
		env.Listeners = append(env.Listeners, ln)
	}
	go env.receive()
	return env, nil
}

func readBlob(f *os.File) ([]byte, error) {
	defer f.Close()
	blob, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return blob, nil
}

func openListener(f *os.File) (net.Listener, error) {
	defer f.Close()
	return net.FileListener(f)
}

// Commands yields what the arbiter, or a signal to this process, tells it to
// do: TERM is a drain without a limit of its own, INT and QUIT are quit, USR1 is
// reopen, as for a worker of gunicorn. A drain may be followed by a quit.
func (e *WorkerEnv) Commands() <-chan Command { return e.commands }

func (e *WorkerEnv) receive() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGUSR1)
	catchSIGPIPE()
	messages := e.Control.Messages()
	for {
		select {
		case s := <-signals:
			e.commands <- commandOf(s)
		case m, open := <-messages:
			if !open {
				return // this process is about to end with its arbiter
			}
			if c, ok := parseCommand(m); ok {
				e.commands <- c
			}
		}
	}
}

func commandOf(s os.Signal) Command {
	switch s {
	case syscall.SIGTERM:
		return Command{}
	case syscall.SIGUSR1:
		return Command{Reopen: true}
	}
	return Command{Quit: true}
}

// catchSIGPIPE keeps a log that goes to a pipe which nobody reads any more from
// ending this process. It is caught, not ignored: children would inherit that.
func catchSIGPIPE() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
