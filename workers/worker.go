package workers

import (
	"fmt"
	"net"
	"sort"
	"strings"
	"time"
)

// Worker is one worker class at work in one worker process.
type Worker interface {
	// Serve accepts clients from the listeners and serves them until Drain or
	// Close. It owns the listeners and closes them. Called once; it returns when
	// the last connection is closed, or with the error that kept it from serving.
	Serve(listeners []net.Listener) error

	// Drain stops accepting, lets every exchange in flight finish and says
	// "Connection: close" with the next response of each connection. A connection
	// that stays idle for idleGrace is closed. It returns at once; Serve returns
	// when the last connection has gone. From any goroutine.
	Drain(idleGrace time.Duration)

	// Finish is Drain when nobody else accepts from the listeners: a client that
	// has connected waits in their queues, takes itself for accepted, and would be
	// reset with the last listener. So it is served too. From any goroutine.
	Finish(idleGrace time.Duration)

	// Close cuts every connection; Serve returns soon after. From any goroutine.
	Close()
}

// Factory makes a worker around the exchange loop that it feeds.
type Factory func(core *Core) (Worker, error)

var classes = map[string]Factory{}

// Register makes a worker class known by the name that the setting worker_class
// uses. It is called from init, by the package of the class.
func Register(name string, f Factory) {
	if _, taken := classes[name]; taken {
		panic("workers: class registered twice: " + name)
	}
	classes[name] = f
}

// New makes a worker of the named class.
func New(name string, core *Core) (Worker, error) {
	f, ok := classes[name]
	if !ok {
		return nil, fmt.Errorf("worker class %q is not built into this program; it has: %s", name, strings.Join(Names(), ", "))
	}
	return f(core)
}

// Names lists the registered classes, sorted.
func Names() []string {
	names := make([]string, 0, len(classes))
	for name := range classes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
