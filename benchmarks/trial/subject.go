package trial

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
	"github.com/seed-77b39ca9/srv/benchmarks/openloop"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
	"github.com/seed-77b39ca9/srv/benchmarks/server"
)

// Config is a server to start.
type Config struct {
	Program string   // the srv, or the program that embeds it
	Args    []string // its settings and its app, without an address
	Dir     string
	Env     []string
	TLS     bool          // the settings have a certificate
	Boot    time.Duration // the longest that it may take to answer
}

// override is what a server under trial must not do: be reached by others, or leave
// or disturb anything.
var override = []string{"--daemon=false", "--pid=", "--health-bind=", "--reload=false"}

// argv is the command line with an address. The app is the last argument, so the rest
// goes before.
func (c *Config) argv(addr string) []string {
	argv := append([]string{c.Program, "--bind=" + addr}, override...)
	return slices.Concat(argv, c.Args)
}

// Subject is a server under trial.
type Subject struct {
	Target openloop.Target
	server *server.Server // nil: somebody else's
}

// Remote is a server that runs already. Of its processes nothing is known.
func Remote(t openloop.Target) *Subject { return &Subject{Target: t} }

// Start starts the server on a free port of the loopback interface and waits until it
// has answered the profile's first request. The caller stops it if the error is nil.
func Start(ctx context.Context, c Config, p *profile.Profile) (*Subject, error) {
	port, err := server.FreePort()
	if err != nil {
		return nil, fmt.Errorf("find a free port: %w", err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	started, err := server.Start(server.Command{Argv: c.argv(addr), Dir: c.Dir, Env: c.Env, Addr: addr}, affinity.Anywhere)
	if err != nil {
		return nil, err
	}
	s := &Subject{Target: openloop.Target{Addr: addr, TLS: c.TLS}, server: started}
	if err := started.Await(ctx, c.Boot, func() error { return ask(ctx, s.Target, p) }); err != nil {
		err = &BootError{Err: err, Log: started.Log(logBytes), Code: started.ExitCode()}
		_ = started.Stop() // that it did not start says more
		return nil, err
	}
	return s, nil
}

// logBytes is how much of a server's output is shown when it has failed.
const logBytes = 4 << 10

// BootError says why a server did not start.
type BootError struct {
	Err  error
	Log  string // the end of its output
	Code int    // its exit code; -1 when it did not exit by itself
}

func (e *BootError) Error() string { return "the server did not start: " + e.Err.Error() }
func (e *BootError) Unwrap() error { return e.Err }

// askLimit is for one try, so that what is lost while the server starts is tried again.
const askLimit = 5 * time.Second

// ask wants any answer to the first request: whether it is the right one, the load
// finds out.
func ask(ctx context.Context, t openloop.Target, p *profile.Profile) error {
	r := p.Requests[0]
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.Method, t.URL()+r.Path, strings.NewReader(string(r.Content)))
	if err != nil {
		return err
	}
	for name, value := range r.Headers {
		request.Header.Set(name, value)
	}
	request.Close = true
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: t.TLSConfig()}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Stop ends the server with everything it has started. What is somebody else's goes on.
func (s *Subject) Stop() error {
	if s.server == nil {
		return nil
	}
	return s.server.Stop()
}

// Err tells whether the server has ended by itself.
func (s *Subject) Err() error {
	if s.server == nil {
		return nil
	}
	if err := s.server.Err(); err != nil {
		return fmt.Errorf("%w\n%s", err, s.server.Log(logBytes))
	}
	return nil
}
