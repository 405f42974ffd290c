package srv

import (
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/seed-77b39ca9/srv/app/wsgi"
	"github.com/seed-77b39ca9/srv/arbiter"
	"github.com/seed-77b39ca9/srv/configs"
	"github.com/seed-77b39ca9/srv/internal/log"
	"github.com/seed-77b39ca9/srv/internal/proc"
	"github.com/seed-77b39ca9/srv/workers"

	// All worker classes are built in.
	_ "github.com/seed-77b39ca9/srv/workers/gnet"
	_ "github.com/seed-77b39ca9/srv/workers/netpoll"
	_ "github.com/seed-77b39ca9/srv/workers/sync"
	_ "github.com/seed-77b39ca9/srv/workers/threaded"
)

// exitUsage is the exit code when the command line or a setting is wrong.
const exitUsage = arbiter.ExitError

// Main gives a Go program the whole server: it reads the settings from the command
// line, the environment and the configuration file, serves handler, and exits. It
// is called first thing in main, because worker processes are this program
// started again.
func Main(handler http.Handler) {
	if handler == nil {
		handler = http.DefaultServeMux
	}
	os.Exit(run(handler))
}

// Command is the command srv, which serves the app that its argument names. It
// gives the exit code.
func Command() int { return run(nil) }

func run(handler http.Handler) int {
	if arbiter.IsWorker() {
		return workerMain(handler)
	}
	if pid, ok := stacksPid(os.Args[1:]); ok {
		return printStacks(os.Stdout, pid)
	}
	if main := measuring(os.Args[1:]); main != nil {
		return main(measuringHost(handler))
	}
	l, err := load(handler)
	switch {
	case err != nil:
		return fail(err)
	case l.Help:
		configs.Help(os.Stdout)
		return arbiter.ExitOK
	case l.Version:
		fmt.Printf("%s (version %s)\n", name, Version)
		return arbiter.ExitOK
	}
	for _, w := range l.Warnings {
		fmt.Fprintf(os.Stderr, "%s: warning: %s\n", name, w)
	}
	if l.PrintConfig {
		l.Print(os.Stdout)
	}
	if handler == nil && l.App == "" {
		return noApp()
	}
	if err := os.Chdir(l.Chdir); err != nil {
		return fail(err)
	}
	if l.CheckConfig || l.PrintConfig {
		return check(newPlan(l), handler)
	}
	if l.Daemon && !arbiter.IsDetached() {
		return arbiter.Daemonize()
	}
	return arbitrate(l, handler)
}

// load reads the settings, at the start and again for each reload.
func load(handler http.Handler) (*configs.Loaded, error) {
	return loadArgs(handler, os.Args[1:])
}

func loadArgs(handler http.Handler, args []string) (*configs.Loaded, error) {
	l, err := configs.Load(configs.Input{
		Args: args, Environ: os.Environ(), Dir: startDir, WorkerClasses: workers.Names(),
	})
	if err == nil && handler != nil && l.App != "" {
		err = fmt.Errorf("this program serves its own handler: it takes no app (%q)", l.App)
	}
	return l, err
}

// startDir is where the program was started; relative paths start there, whatever
// chdir says.
var startDir, _ = os.Getwd()

func fail(err error) int {
	fmt.Fprintf(os.Stderr, "%s: error: %v\n", name, err)
	return exitUsage
}

func noApp() int {
	fmt.Fprintf(os.Stderr, "usage: %s [OPTIONS] [APP]\n\n%s: error: no application: name one as MODULE:CALLABLE "+
		"(%s --help), or set wsgi_app; try %s demo:hello\n", name, name, name, name)
	return exitUsage
}

// check loads the app, so that --check-config means what it says.
func check(p *plan, handler http.Handler) int {
	if err := checkCerts(p); err != nil {
		return fail(err)
	}
	if !p.isWSGI(handler) {
		if _, err := new(server).makeApp(p, handler); err != nil {
			return fail(err)
		}
		return arbiter.ExitOK
	}
	o, err := poolOptions(p, os.Environ())
	if err != nil {
		return fail(err)
	}
	if err := wsgi.Check(o); err != nil {
		return fail(fmt.Errorf("%s: %w", p.App, err))
	}
	return arbiter.ExitOK
}

// arbitrate is the arbiter process.
func arbitrate(l *configs.Loaded, handler http.Handler) int {
	p := newPlan(l)
	cfg, err := arbiterConfig(l, p, handler)
	if err != nil {
		return fail(err)
	}
	elog, err := openLog(p)
	if err != nil {
		return fail(err)
	}
	defer serveStacks(elog)()
	if os.Getpid() == 1 { // of a container: orphans are left to it
		defer proc.ReapOrphans()()
	}
	warnOfDescriptors(p, p.isWSGI(handler), elog)
	return arbiter.New(cfg, elog, func() (arbiter.Config, error) { return reload(handler, elog) }).Run()
}

// reload reads the settings again.
func reload(handler http.Handler, elog *log.Logger) (arbiter.Config, error) {
	l, err := load(handler)
	if err != nil {
		return arbiter.Config{}, err
	}
	if handler == nil && l.App == "" {
		return arbiter.Config{}, errors.New("no application: neither APP nor wsgi_app is set any more")
	}
	p := newPlan(l)
	warnOfDescriptors(p, p.isWSGI(handler), elog)
	return arbiterConfig(l, p, handler)
}

func arbiterConfig(l *configs.Loaded, p *plan, handler http.Handler) (arbiter.Config, error) {
	owner, err := p.owner()
	if err == nil {
		err = checkCerts(p)
	}
	if err != nil {
		return arbiter.Config{}, err
	}
	processes, interpreters := p.Workers, 0
	if p.isWSGI(handler) {
		processes, interpreters = 1, p.Workers // one I/O process in front of all interpreters
	}
	return arbiter.Config{
		Name: p.name(), Version: Version, Dir: p.Chdir,
		WorkerClass: p.WorkerClass, Processes: processes, Interpreters: interpreters,
		GracefulTimeout: p.GracefulTimeout, DrainDelay: p.DrainDelay, ReloadSurge: p.ReloadSurge,
		BootTimeout: p.BootTimeout, HeartbeatTimeout: p.HeartbeatTimeout, Restarts: p.restarts(),
		Bind: p.Bind, TLS: p.TLS(), HealthBind: p.HealthBind, Backlog: p.Backlog, Umask: p.Umask, ReusePort: p.ReusePort, Pidfile: p.Pidfile,
		Owner: owner, Log: p.logConfig(), Logs: p.logFiles(),
		Daemonized: p.Daemon, KeepStdio: p.EnableStdioInheritance,
		Watch: watched(l, handler), Blob: p.encode(), Engine: p.engine(handler),
	}, nil
}
