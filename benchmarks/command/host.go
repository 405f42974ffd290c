package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/trial"
	"github.com/seed-77b39ca9/srv/configs"
)

// Exit codes. A server that cannot start gives its own: 3, or 4 when the app cannot be loaded.
const (
	ExitOK    = 0
	ExitError = 1
)

// Host is the program whose subcommand runs: srv, or one that embeds it. It is how the
// measuring side knows the server without importing it.
type Host struct {
	Name    string   // for messages
	Version string   // of srv
	Program string   // the path that starts it again as a server
	Args    []string // the command line behind the subcommand
	Stdout  io.Writer
	Stderr  io.Writer

	// Load reads a server's settings from a command line. With a handler of its
	// own the program takes no app.
	Load func(args []string) (*configs.Loaded, error)
	// Handler says that the program serves a handler of its own.
	Handler bool
	// IsGo says whether an app of that name is Go's; "" is the handler.
	IsGo func(app string) bool
}

// Context ends with the first INT or TERM; a second one has its usual effect.
func Context() (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, cancel)
	return ctx, cancel
}

// Say prints a line about how it goes.
func (h *Host) Say(text string) { fmt.Fprintln(h.Stderr, text) }

// Fail prints an error and gives the exit code for it.
func (h *Host) Fail(err error) int {
	code := ExitError
	var boot *trial.BootError
	if errors.As(err, &boot) {
		if log := strings.TrimSpace(boot.Log); log != "" {
			fmt.Fprintln(h.Stderr, log)
		}
		if boot.Code > 0 {
			code = boot.Code
		}
	}
	fmt.Fprintf(h.Stderr, "%s: error: %v\n", h.Name, err)
	return code
}

// Repeat is the command as one would type it again.
func (h *Host) Repeat(subcommand string) string {
	words := append([]string{h.Name, subcommand}, h.Args...)
	for i, word := range words {
		words[i] = quote(word)
	}
	return strings.Join(words, " ")
}

func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@%+^", c)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Deployment is a server's command line as the user gave it, and what it means.
type Deployment struct {
	*configs.Loaded
	Args []string
	Go   bool // the app is Go's
}

// Deployment reads the server's part of a command line.
func (h *Host) Deployment(args []string) (*Deployment, error) {
	l, err := h.Load(args)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasPrefix(l.Source("bind"), "-"):
		return nil, errors.New("bind: what is measured listens on a free port of 127.0.0.1; leave it out")
	case len(l.ACMEDomains) > 0:
		return nil, errors.New("acme_domains: what is measured must not ask for certificates; set acme_domains to nothing")
	case l.App == "" && !h.Handler:
		return nil, errors.New("no application: name one as MODULE:CALLABLE, or set wsgi_app")
	case l.CheckConfig || l.PrintConfig || l.Version:
		return nil, errors.New("--check-config, --print-config and --version are for serving")
	}
	return &Deployment{Loaded: l, Args: args, Go: h.IsGo(l.App)}, nil
}

// PythonPath is the deployment's interpreter; "" if it has none.
func (d *Deployment) PythonPath() string {
	if d.Go {
		return ""
	}
	python, err := configs.FindPython(d.Python, d.Chdir, os.Environ())
	if err != nil {
		return ""
	}
	return python
}

// Trial is how the deployment is started with some settings changed. Those go behind the
// others on the command line, so that they count.
func (h *Host) Trial(d *Deployment, changed ...string) trial.Config {
	end := slices.Index(d.Args, "--")
	if end < 0 {
		end = len(d.Args)
	}
	return trial.Config{
		TLS:     len(d.Certfile) > 0,
		Program: h.Program, Args: slices.Concat(d.Args[:end], changed, d.Args[end:]), Env: os.Environ(),
		Boot: max(d.BootTimeout, time.Minute),
	}
}
