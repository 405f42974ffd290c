package lineup

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Kept connections must outlive a run, and no server may refuse some that
// another takes.
const (
	keepAlive      = 75    // seconds
	maxConnections = 20000 // of one worker
)

// Shape is what a scenario wants of a server.
type Shape struct {
	Addr    string // host:port to listen on
	App     string // WSGI app, module:callable in the folder Dir; Go programs have their own
	Workers int
	Threads int  // for classes that have threads; the others have one
	Close   bool // the load closes each connection after one request
	TLS     bool // with the certificate in Cert and Key, which are files
	Cert    string
	Key     string
}

// Server is one server of the lineup.
type Server struct {
	Name    string
	prepare func(ctx context.Context) (version string, err error)
	argv    func(shape Shape) []string
}

// Prepare obtains the server, if need be by building or installing it, and
// returns its version.
func (s Server) Prepare(ctx context.Context) (version string, err error) { return s.prepare(ctx) }

// Argv is the command line.
func (s Server) Argv(shape Shape) []string { return s.argv(shape) }

// Paths are where things are; all absolute.
type Paths struct {
	Root string // the repository
	Srv  string // the srv binary
}

// Apps is the folder of the WSGI apps, in which every server is started.
func (p Paths) Apps() string { return filepath.Join(p.Root, "benchmarks", "apps") }

func (p Paths) venv(program string) string {
	return filepath.Join(p.Root, ".venv-bench", "bin", program)
}

func (p Paths) binary(name string) string { return filepath.Join(p.Root, "bin", "bench", name) }

// Servers is the whole lineup by name.
func Servers(paths Paths) map[string]Server {
	all := map[string]Server{}
	add := func(name string, prepare func(context.Context) (string, error), argv func(Shape) []string) {
		all[name] = Server{name, prepare, argv}
	}
	for _, class := range []string{"sync", "threaded", "gnet", "netpoll"} {
		add("srv-"+class, paths.prepareSrv, paths.srvWSGI(class))
		add("srvgo-"+class, paths.prepareSrv, paths.srvGo(class))
		add("srvstatic-"+class, paths.withFiles(paths.prepareSrv), paths.srvStatic(class))
	}
	add("srvhandler-threaded", paths.prepareFromHandler, paths.fromHandler("threaded"))
	for _, class := range []string{"sync", "gthread"} {
		add("gunicorn-"+class, paths.prepareFromPyPI("gunicorn"), paths.gunicorn(class))
	}
	add("uwsgi-http", paths.prepareFromPyPI("uwsgi"), paths.uwsgi("--http", "--http-keepalive=1"))
	add("uwsgi-http-socket", paths.prepareFromPyPI("uwsgi"), paths.uwsgi("--http-socket"))
	add("nginx", paths.withFiles(paths.prepareNginx), paths.nginx)
	add("nethttp", paths.prepareGoPeer("nethttp", ""), paths.goPeer("nethttp"))
	add("fasthttp", paths.prepareGoPeer("fasthttp", "github.com/valyala/fasthttp"), paths.goPeer("fasthttp"))
	add("gnetraw", paths.prepareGoPeer("gnetraw", "github.com/panjf2000/gnet/v2"), paths.goPeer("gnetraw"))
	return all
}

// output runs a short command and returns the last line it printed; on failure
// the last two are in the error.
func output(ctx context.Context, limit time.Duration, dir string, argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // a grandchild may hold the pipe
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.Join(lines[max(0, len(lines)-2):], " "))
	}
	return lines[len(lines)-1], nil
}

func itoa(n int) string { return strconv.Itoa(n) }
