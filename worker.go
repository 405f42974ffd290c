package srv

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/demo"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/app/static"
	"github.com/seed-77b39ca9/srv/app/wsgi"
	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/internal/certs"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/workers"
)

// demoPrefix begins the names of the Go apps that are built in.
const demoPrefix = "demo:"

// isWSGI says whether the app is Python's: it is when it is not a handler of this
// program or a demo.
func (p *plan) isWSGI(handler http.Handler) bool {
	return handler == nil && !strings.HasPrefix(p.App, demoPrefix)
}

// server is what one worker process runs.
type server struct {
	log     *log.Logger
	environ []string // of interpreters, without the settings' additions
	core    *workers.Core
	worker  workers.Worker
	pool    *wsgi.Pool          // nil for a Go app
	static  *static.App         // nil: off
	access  *accessLog          // nil: off
	certs   *certs.Keeper       // nil: no TLS
	files   func([]string)      // wsgi.Options.Files
	done    chan struct{}       // closed when no connection is left
	spent   func(reason string) // it is time for a successor; may be called again

	plan    atomic.Pointer[plan] // what it goes by
	drainBy atomic.Int64         // when a drain is to be over, Unix time in ns
	tasks   sync.WaitGroup       // reloads under way; they end with the pool
}

// newServer makes the app and the worker around it. With a WSGI app it returns
// when the interpreters are ready; files, if it is not nil, is told what the app is made of.
func newServer(p *plan, handler http.Handler, elog *log.Logger, files func([]string)) (*server, error) {
	s := &server{log: elog, files: files, environ: os.Environ(), done: make(chan struct{})}
	s.plan.Store(p)
	for _, v := range p.environment() {
		key, value, _ := strings.Cut(v, "=")
		os.Setenv(key, value)
	}
	a, err := s.makeApp(p, handler)
	if err != nil {
		return nil, err
	}
	if a, err = s.mountStatic(p, a, elog); err != nil {
		return nil, err
	}
	if s.certs, err = openCerts(p, elog); err != nil {
		return nil, err
	}
	o := workerOptions(p, p.isWSGI(handler))
	if s.certs != nil {
		o.TLS = s.certs.Config()
	}
	o.Log = func(line string) { elog.Warningf("%s", line) }
	o.Error = func(line string) { logError(elog, line) }
	if s.access, err = openAccessLog(p, elog); err != nil {
		return nil, err
	}
	if s.access != nil {
		o.Access = s.access.write
	}
	if s.pool != nil {
		o.Drained = s.stopPool // while the loops can still read its sockets
	}
	s.spent = func(reason string) { // without an arbiter that has a successor
		elog.Infof("Autorestarting worker: %s", reason)
		go s.worker.Drain(idleGrace)
	}
	o.Spent = func() { s.spent("max_requests") }
	s.core = workers.NewCore(a, o)
	if s.worker, err = workers.New(p.WorkerClass, s.core); err != nil {
		return nil, err
	}
	if s.pool != nil {
		if err := s.pool.Start(); err != nil {
			s.pool.Stop(0)
			return nil, err
		}
	}
	return s, nil
}

func (s *server) makeApp(p *plan, handler http.Handler) (app.App, error) {
	if p.isWSGI(handler) {
		o, err := s.poolOptions(p)
		if err != nil {
			return nil, err
		}
		s.pool = wsgi.New(o)
		return s.pool, nil
	}
	if handler == nil {
		return demo.New(strings.TrimPrefix(p.App, demoPrefix))
	}
	o := handlerOptions(p)
	o.Error = func(line string) { logError(s.log, line) }
	return nethttp.New(handler, o), nil
}

// poolOptions are those of interpreters that write to the server's error log.
func (s *server) poolOptions(p *plan) (wsgi.Options, error) {
	o, err := poolOptions(p, s.environ)
	if err != nil {
		return o, err
	}
	if f := s.log.File(); f != nil {
		o.Stderr = f
	}
	o.Info = func(pid int, line string) { s.log.As(pid).Infof("%s", line) }
	o.Error = func(line string) { logError(s.log, line) }
	o.Critical = func(line string) { s.log.Criticalf("%s", line) }
	o.Files = s.files
	return o, nil
}

// logError writes a message that may have a stack dump below its first line.
func logError(elog *log.Logger, line string) {
	first, rest, more := strings.Cut(line, "\n")
	if more {
		elog.Trace(log.Error, rest, "%s", first)
		return
	}
	elog.Errorf("%s", first)
}

// serve serves until the worker has drained or was closed.
func (s *server) serve(listeners []net.Listener) error {
	if s.certs != nil {
		if err := s.certs.Start(listeners); err != nil {
			return err
		}
		defer s.certs.Close()
	}
	err := s.worker.Serve(listeners)
	close(s.done)
	if s.static != nil {
		s.static.Close()
	}
	s.tasks.Wait()
	if s.access != nil {
		s.access.close()
	}
	return err
}

// workerMain is a worker process from beginning to end. It gives the exit code.
func workerMain(handler http.Handler) int {
	env, err := arbiter.OpenWorker()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return arbiter.ExitWorkerBoot
	}
	p, err := decodePlan(env.Blob)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return arbiter.ExitWorkerBoot
	}
	elog, err := openLog(p)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return arbiter.ExitWorkerBoot
	}
	if err := p.settle(elog); err != nil {
		elog.Errorf("Worker failed to boot: %v", err)
		return arbiter.ExitWorkerBoot
	}
	if env.Interpreters > 0 {
		p.Workers = env.Interpreters
	}
	dumpStacksTo(elog)
	defer serveStacks(elog)()
	s, err := newServer(p, handler, elog, filesTold(p, env))
	switch {
	case errors.Is(err, wsgi.ErrApp):
		elog.Errorf("App failed to load.")
		return arbiter.ExitAppLoad
	case err != nil:
		elog.Errorf("Worker failed to boot: %v", err)
		return arbiter.ExitWorkerBoot
	}
	if !p.isWSGI(handler) {
		elog.Infof("Booting worker with pid: %d", os.Getpid())
	}
	if s.core.HasLoops() {
		spareProcessor()
	}
	spent := make(chan string, 1)
	s.spent = func(reason string) {
		select {
		case spent <- reason:
		default: // there was a reason before
		}
	}
	go s.obey(env)
	env.Ready()
	var clock sync.WaitGroup
	clock.Go(func() { s.pulse(env, p, spent) })
	err = s.serve(env.Listeners)
	clock.Wait()
	if err != nil {
		elog.Errorf("Worker failed: %v", err)
		return arbiter.ExitWorkerBoot
	}
	if !p.isWSGI(handler) {
		elog.Infof("Worker exiting (pid: %d)", os.Getpid())
	}
	return arbiter.ExitOK
}

// filesTold passes on to the arbiter what the app is made of, when it watches files.
func filesTold(p *plan, env *arbiter.WorkerEnv) func([]string) {
	if !p.Reload {
		return nil
	}
	return func(paths []string) { env.Files(paths) }
}

// spareProcessor lets one more goroutine run at a time than there are processors.
// An event loop that waits in the kernel keeps its P until the runtime's monitor
// takes it away, up to 10 ms later; without a spare one, whatever else is to run,
// accepting a client for one, waits for that.
func spareProcessor() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) }

func openLog(p *plan) (*log.Logger, error) { return log.New(p.logConfig()) }
