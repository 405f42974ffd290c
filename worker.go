package srv

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/demo"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/app/wsgi"
	"github.com/seed-77b39ca9/srv/arbiter"
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
	worker workers.Worker
	pool   *wsgi.Pool    // nil for a Go app
	access *accessLog    // nil: off
	loops  bool          // the class has event loops
	done   chan struct{} // closed when no connection is left
}

// newServer makes the app and the worker around it. With a WSGI app it returns
// when the interpreters are ready.
func newServer(p *plan, handler http.Handler, elog *log.Logger) (*server, error) {
	s := &server{done: make(chan struct{})}
	a, err := s.makeApp(p, handler, elog)
	if err != nil {
		return nil, err
	}
	o := workerOptions(p, p.isWSGI(handler))
	o.Log = func(line string) { elog.Warningf("%s", line) }
	o.Error = func(line string) { logError(elog, line) }
	if s.access, err = openAccessLog(p, elog); err != nil {
		return nil, err
	}
	if s.access != nil {
		o.Access = s.access.write
	}
	if s.pool != nil {
		o.Drained = func() { s.pool.Stop(exitTime) } // while the loops can still read its sockets
	}
	o.Spent = func() {
		elog.Infof("Autorestarting worker after current request.")
		go s.worker.Drain(idleGrace)
	}
	core := workers.NewCore(a, o)
	if s.worker, err = workers.New(p.WorkerClass, core); err != nil {
		return nil, err
	}
	s.loops = core.HasLoops()
	if s.pool != nil {
		if err := s.pool.Start(); err != nil {
			s.pool.Stop(0)
			return nil, err
		}
	}
	return s, nil
}

func (s *server) makeApp(p *plan, handler http.Handler, elog *log.Logger) (app.App, error) {
	if p.isWSGI(handler) {
		o, err := poolOptions(p)
		if err != nil {
			return nil, err
		}
		if f := elog.File(); f != nil {
			o.Stderr = f
		}
		o.Info = func(pid int, line string) { elog.As(pid).Infof("%s", line) }
		o.Error = func(line string) { logError(elog, line) }
		s.pool = wsgi.New(o)
		return s.pool, nil
	}
	if handler == nil {
		return demo.New(strings.TrimPrefix(p.App, demoPrefix))
	}
	o := handlerOptions(p)
	o.Error = func(line string) { logError(elog, line) }
	return nethttp.New(handler, o), nil
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
	err := s.worker.Serve(listeners)
	close(s.done)
	if s.access != nil {
		s.access.close()
	}
	return err
}

// obey does what the arbiter says, until there is no more.
func (s *server) obey(commands <-chan arbiter.Command, p *plan) {
	for c := range commands {
		if c.Quit {
			s.worker.Close()
			if s.pool != nil {
				s.pool.Kill()
			}
			continue
		}
		grace := idleGrace
		if c.Relieved {
			grace = min(p.Keepalive, p.GracefulTimeout)
		}
		s.worker.Drain(grace)
	}
}

// exitTime is how long an interpreter without requests may take to end.
const exitTime = 5 * time.Second

// idleGrace is how long an idle keep-alive connection stays open when the server
// stops, for a request that may be on its way. On a reload it stays for as long
// as it would otherwise, and its next response is its last.
const idleGrace = 2 * time.Second

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
	for _, v := range p.RawEnv {
		key, value, _ := strings.Cut(v, "=")
		os.Setenv(key, value)
	}
	s, err := newServer(p, handler, elog)
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
	if s.loops {
		spareProcessor()
	}
	go s.obey(env.Commands(), p)
	env.Ready()
	if err := s.serve(env.Listeners); err != nil {
		elog.Errorf("Worker failed: %v", err)
		return arbiter.ExitWorkerBoot
	}
	if !p.isWSGI(handler) {
		elog.Infof("Worker exiting (pid: %d)", os.Getpid())
	}
	return arbiter.ExitOK
}

// spareProcessor lets one more goroutine run at a time than there are processors.
// An event loop that waits in the kernel keeps its P until the runtime's monitor
// takes it away, up to 10 ms later; without a spare one, whatever else is to run,
// accepting a client for one, waits for that.
func spareProcessor() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) }

func openLog(p *plan) (*log.Logger, error) {
	level, err := log.ParseLevel(p.Loglevel)
	if err != nil {
		return nil, err
	}
	return log.New(log.Config{Path: p.Errorlog, Level: level})
}
