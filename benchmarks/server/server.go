package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
	"github.com/seed-77b39ca9/srv/benchmarks/httpconn"
	"github.com/seed-77b39ca9/srv/benchmarks/procstat"
)

const (
	readyTimeout = 20 * time.Second       // for the first right answer
	settleTime   = 200 * time.Millisecond // from the first answer until all workers are likely up
	stopTimeout  = 2 * time.Second        // between SIGTERM and SIGKILL
)

// Command is how a server is started.
type Command struct {
	Argv []string
	Dir  string
	Env  []string // nil: this process's, without what changes settings or tunes a runtime
	Addr string   // host:port it will listen on
	TLS  bool     // it speaks it
}

// Server is a running server.
type Server struct {
	Addr   string
	TLS    bool
	cmd    *exec.Cmd
	log    *os.File      // its standard output and error
	exited chan struct{} // closed when the first process has ended
}

// FreePort returns a TCP port on 127.0.0.1 that nobody listens on now.
func FreePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// Start starts the server on core. The caller calls Stop in every case where
// the error is nil.
func Start(command Command, core int) (*Server, error) {
	log, err := os.CreateTemp("", "srvbench-*.log")
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(command.Argv[0], command.Argv[1:]...)
	cmd.Dir = command.Dir
	if cmd.Env = command.Env; cmd.Env == nil {
		cmd.Env = environment(os.Environ())
	}
	cmd.Stdout, cmd.Stderr = log, log
	// A group of its own is what Stop kills; the death signal is for the case
	// that nobody is left to call it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := affinity.Start(cmd, core); err != nil {
		removeLog(log)
		return nil, fmt.Errorf("start %s: %w", command.Argv[0], err)
	}
	s := &Server{Addr: command.Addr, TLS: command.TLS, cmd: cmd, log: log, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in ProcessState
		close(s.exited)
	}()
	return s, nil
}

// Ready waits until the server answers a GET of / with 200 and content.
func (s *Server) Ready(ctx context.Context, content string) error {
	return s.Await(ctx, readyTimeout, func() error { return s.ask(content) })
}

// Await asks again and again until there is no error, and then lets the server settle.
func (s *Server) Await(ctx context.Context, limit time.Duration, ask func() error) error {
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		last := ask()
		if last == nil {
			return sleep(ctx, settleTime)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("it ended with %v: %s", s.cmd.ProcessState, s.lastLine())
		case <-waiting.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("not ready in %v: %v: %s", limit, last, s.lastLine())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Err tells whether the server has ended by itself, and why.
func (s *Server) Err() error {
	select {
	case <-s.exited:
		return fmt.Errorf("the server ended with %v: %s", s.cmd.ProcessState, s.lastLine())
	default:
		return nil
	}
}

// ExitCode is that of the server's first process; -1 while it runs and after a signal.
func (s *Server) ExitCode() int {
	select {
	case <-s.exited:
		return s.cmd.ProcessState.ExitCode()
	default:
		return -1
	}
}

// Tree is the server's process tree now.
func (s *Server) Tree() (procstat.Tree, error) { return procstat.ReadTree(s.cmd.Process.Pid) }

// Stop ends the server: SIGTERM to its first process, then SIGKILL to what is
// left of its group and of the tree that was seen before.
func (s *Server) Stop() error {
	defer removeLog(s.log)
	pid := s.cmd.Process.Pid
	tree, err := s.Tree()
	_ = syscall.Kill(pid, syscall.SIGTERM) // it may have ended already
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	for _, p := range tree {
		if procstat.Alive(p) {
			_ = syscall.Kill(p.PID, syscall.SIGKILL)
		}
	}
	select {
	case <-s.exited:
		return err
	case <-time.After(stopTimeout):
		return errors.Join(err, fmt.Errorf("process %d does not end", pid))
	}
}

func (s *Server) ask(content string) error {
	dial := httpconn.Dial
	if s.TLS {
		dial = httpconn.DialTLS
	}
	conn, err := dial(s.Addr, time.Now().Add(2*time.Second))
	if err != nil {
		return err
	}
	defer conn.Close()
	response, err := conn.Do(httpconn.Request("/", true))
	if err != nil {
		return err
	}
	if response.Status != 200 || string(response.Content) != content {
		return fmt.Errorf("status %d, content %.40q", response.Status, response.Content)
	}
	return nil
}

// Log is the end of what the server printed, at most so many bytes.
func (s *Server) Log(most int64) string {
	size, err := s.log.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	b := make([]byte, min(size, most))
	if _, err := s.log.ReadAt(b, size-int64(len(b))); err != nil {
		return ""
	}
	return string(b)
}

// lastLine is the end of what the server printed, mostly the reason it failed.
func (s *Server) lastLine() string {
	lines := strings.Split(strings.TrimSpace(s.Log(4096)), "\n")
	return lines[len(lines)-1]
}

// environment is env without what would tune one runtime and not another, or
// change the settings of a server behind its command line.
func environment(env []string) []string {
	var kept []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "GOMAXPROCS", name == "GOGC", name == "GOMEMLIMIT", name == "GODEBUG":
		case name == "PYTHONPATH", name == "WEB_CONCURRENCY", name == "GUNICORN_CMD_ARGS":
		case strings.HasPrefix(name, "SRV_"), strings.HasPrefix(name, "UWSGI_"):
		default:
			kept = append(kept, entry)
		}
	}
	return kept
}

func removeLog(log *os.File) {
	log.Close()
	os.Remove(log.Name())
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
