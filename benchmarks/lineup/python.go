package lineup

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const installTimeout = 4 * time.Minute // uWSGI may have to be compiled

// prepareFromPyPI installs a server, in the version of requirements.txt, into
// the virtual environment of the benchmark, unless it is there.
func (p Paths) prepareFromPyPI(name string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		if !isFile(p.venv("python")) {
			if _, err := output(ctx, time.Minute, p.Root, "python3", "-m", "venv", filepath.Dir(p.venv(""))); err != nil {
				return "", err
			}
		}
		if !isFile(p.venv(name)) {
			requirement, err := p.requirement(name)
			if err != nil {
				return "", err
			}
			if _, err := output(ctx, installTimeout, p.Root, p.venv("python"), "-m", "pip", "install", "--quiet",
				"--disable-pip-version-check", requirement); err != nil {
				return "", err
			}
		}
		return output(ctx, 10*time.Second, p.Root, p.venv(name), "--version")
	}
}

// requirement finds the line of requirements.txt that pins name.
func (p Paths) requirement(name string) (string, error) {
	path := filepath.Join(p.Root, "benchmarks", "peers", "requirements.txt")
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range bytes.Lines(b) {
		if line := strings.TrimSpace(string(line)); strings.HasPrefix(line, name+"==") {
			return line, nil
		}
	}
	return "", fmt.Errorf("%s is not in %s", name, path)
}

func (p Paths) gunicorn(class string) func(Shape) []string {
	return func(shape Shape) []string {
		return []string{
			p.venv("gunicorn"), "-k", class, "-w", itoa(shape.Workers), "--threads", itoa(threadsOf(class, shape)),
			"-b", shape.Addr, "--log-level", "warning", "--no-control-socket",
			"--keep-alive", itoa(keepAlive), "--worker-connections", itoa(maxConnections), shape.App,
		}
	}
}

// uwsgi serves by its HTTP router (--http) or by the workers themselves
// (--http-socket). Where it closes a connection it does not say so, which load
// generators count as an error; the field is added for it.
func (p Paths) uwsgi(socket string, more ...string) func(Shape) []string {
	return func(shape Shape) []string {
		argv := []string{
			p.venv("uwsgi"), socket, shape.Addr, "--master", "--die-on-term", "--need-app", "--disable-logging",
			"--listen", "1024", "--processes", itoa(shape.Workers), "--pythonpath", p.Apps(), "--module", shape.App,
		}
		if socket == "--http-socket" || shape.Close {
			argv = append(argv, "--add-header", "Connection: close")
		}
		return append(argv, more...)
	}
}
