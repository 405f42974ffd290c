package lineup

import (
	"context"
	"fmt"
	"os"
	"time"
)

func (p Paths) prepareSrv(ctx context.Context) (string, error) {
	if _, err := os.Stat(p.Srv); err != nil {
		return "", fmt.Errorf("no srv binary: %w", err)
	}
	return output(ctx, 10*time.Second, p.Root, p.Srv, "--version")
}

func (p Paths) prepareFromHandler(ctx context.Context) (string, error) {
	binary := p.binary("fromhandler")
	if _, err := output(ctx, buildTimeout, p.Root, "go", "build", "-o", binary, "./benchmarks/apps/fromhandler"); err != nil {
		return "", err
	}
	return output(ctx, 10*time.Second, p.Root, binary, "--version")
}

// srvWSGI serves the WSGI app with the interpreter that the Python peers have.
func (p Paths) srvWSGI(class string) func(Shape) []string {
	return func(shape Shape) []string {
		argv := srvOptions(p.Srv, class, shape)
		if python := p.venv("python"); isFile(python) {
			argv = append(argv, "--python", python)
		}
		return append(argv, "--threads", itoa(threadsOf(class, shape)), shape.App)
	}
}

// srvGo serves the Go app that is built into srv.
func (p Paths) srvGo(class string) func(Shape) []string {
	return func(shape Shape) []string { return append(srvOptions(p.Srv, class, shape), "demo:hello") }
}

// fromHandler is the program that embeds srv around a net/http handler.
func (p Paths) fromHandler(class string) func(Shape) []string {
	return func(shape Shape) []string { return srvOptions(p.binary("fromhandler"), class, shape) }
}

func srvOptions(binary, class string, shape Shape) []string {
	argv := []string{
		binary, "-k", class, "-w", itoa(shape.Workers), "-b", shape.Addr, "--log-level", "warning",
		"--keep-alive", itoa(keepAlive), "--worker-connections", itoa(maxConnections),
	}
	if shape.TLS {
		argv = append(argv, "--certfile", shape.Cert, "--keyfile", shape.Key)
	}
	return argv
}

// threadsOf gives threads to the classes of which it is a property; with the
// others one interpreter is one call at a time.
func threadsOf(class string, shape Shape) int {
	if class == "threaded" || class == "gthread" {
		return shape.Threads
	}
	return 1
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
