package arbiter

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/internal/proc"
)

// system is all that the state machine asks of the world, so that its tests
// have a world of their own.
type system struct {
	now        func() time.Time
	sleep      func(time.Duration)
	listen     func(bind string, o socketOptions) (*socket, error)
	setBacklog func(s *socket, backlog int) error
	setTitle   func(string)
	newWatcher func(engine string, warn func(string)) watcher
	spawn      func(cfg *Config, sockets []*socket) (child, error)
	// watch tells what a child says, and once, last, that it has ended; from a
	// goroutine that may wait.
	watch func(c child, says func(report), ended func(proc.Exit))
	// reexec starts this program again, as another arbiter on the same sockets.
	reexec func(h handover, sockets []*socket, log *os.File, ended func(proc.Exit)) (*successor, error)
	notify func(state string) // tells the service manager
}

// child is a worker process. *proc.Process is one.
type child interface {
	Pid() int
	Send(message string) error
	Signal(syscall.Signal) error
	Kill() error
}

var realSystem = system{
	now: time.Now, sleep: time.Sleep, listen: listen, setBacklog: setBacklog, setTitle: proc.SetTitle,
	newWatcher: newWatcher, spawn: spawnProcess, watch: watchProcess, reexec: reexec,
}

func spawnProcess(cfg *Config, sockets []*socket) (child, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	cfg.Owner.lend(cfg.Logs)
	settings, err := blobFile(cfg.Blob)
	if err != nil {
		return nil, err
	}
	defer settings.Close()
	files := map[string]*os.File{settingsName: settings}
	for i, s := range sockets {
		files[listenerName(i)] = s.file
	}
	meta, err := json.Marshal(workerMeta{Name: cfg.Name, Bind: names(sockets), Interpreters: cfg.Interpreters})
	if err != nil {
		return nil, err
	}
	p, err := proc.Start(proc.Spec{
		Path: path, Args: []string{workerTitle(cfg.Name)}, Files: files, Dir: cfg.Dir,
		Env: append(workerEnviron(), workerVariable+"="+string(meta)), Credential: cfg.Owner.credential(),
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// blobFile is a file from which the blob can be read once.
func blobFile(blob []byte) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		w.Write(blob) // until the child has read it, or is gone
		w.Close()
	}()
	return r, nil
}

func watchProcess(c child, says func(report), ended func(proc.Exit)) {
	p := c.(*proc.Process)
	go func() {
		for m := range p.Messages() {
			if r, ok := parseReport(m); ok {
				says(r)
			}
		}
		ended(p.Wait())
	}()
}

func names(sockets []*socket) []string {
	names := make([]string, len(sockets))
	for i, s := range sockets {
		names[i] = s.name
	}
	return names
}

func masterTitle(name string) string { return title("master", name) }
func workerTitle(name string) string { return title("worker", name) }

func title(role, name string) string {
	return fmt.Sprintf("srv: %s [%s]", role, strings.ToValidUTF8(name, "?"))
}
