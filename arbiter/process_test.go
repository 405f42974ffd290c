package arbiter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
)

// These tests run whole servers: the test binary, started again as an arbiter,
// which starts it again as its workers.

const arbiterVariable = "ARBITER_TEST_CONFIG"

func TestMain(m *testing.M) {
	switch {
	case IsWorker():
		workerMain()
	case os.Getenv(arbiterVariable) != "":
		os.Exit(arbiterMain())
	}
	os.Exit(m.Run())
}

// arbiterMain serves the configuration in the file that the variable names; a
// reload reads it again.
func arbiterMain() int {
	logger, err := log.New(log.Config{Path: "-", Level: log.Debug})
	if err != nil {
		return 99
	}
	load := func() (cfg Config, err error) {
		content, err := os.ReadFile(os.Getenv(arbiterVariable))
		if err == nil {
			err = json.Unmarshal(content, &cfg)
		}
		return cfg, err
	}
	cfg, err := load()
	if err != nil {
		return 98
	}
	return New(cfg, logger, load).Run()
}

// workerMain answers each connection with its pid and its blob. The blob also says
// how it behaves.
func workerMain() {
	env, err := OpenWorker()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(ExitWorkerBoot)
	}
	blob := string(env.Blob)
	if code, ok := strings.CutPrefix(blob, "exit "); ok {
		n, _ := strconv.Atoi(code)
		os.Exit(n)
	}
	env.Control.Ready() // before the first answer: then it is known to serve
	for _, ln := range env.Listeners {
		go func() {
			for {
				conn, err := ln.Accept()
				if err != nil {
					return
				}
				fmt.Fprintf(conn, "%d %s\n", os.Getpid(), blob)
				conn.Close()
			}
		}()
	}
	for c := range env.Commands() {
		if blob != "stubborn" || c.Quit {
			os.Exit(0)
		}
	}
	select {}
}

// server is a running arbiter.
type server struct {
	t      *testing.T
	cmd    *exec.Cmd
	config string // the file
	log    *transcript
	exit   chan struct{}
}

func serve(t *testing.T, cfg Config) *server {
	t.Helper()
	s := &server{t: t, config: filepath.Join(t.TempDir(), "config.json"), log: &transcript{}, exit: make(chan struct{})}
	s.write(cfg)
	s.cmd = exec.Command("/proc/self/exe")
	s.cmd.Args[0] = "srv"
	s.cmd.Env = append(os.Environ(), arbiterVariable+"="+s.config)
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.cmd.Wait(); close(s.exit) }()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.exit
		if t.Failed() {
			t.Logf("the log:\n%s", s.log)
		}
	})
	return s
}

func (s *server) write(cfg Config) {
	s.t.Helper()
	content, err := json.Marshal(cfg)
	if err == nil {
		err = os.WriteFile(s.config, content, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) wantExit(code int) {
	s.t.Helper()
	select {
	case <-s.exit:
		if got := s.cmd.ProcessState.ExitCode(); got != code {
			s.t.Errorf("exit code %d, want %d", got, code)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("the server does not end")
	}
}

var listening = regexp.MustCompile(`Listening at: (?:http://([0-9.:]+)|unix:(\S+)) \(\d+\)`)

// ask connects and returns the pid and the blob of the worker that answered.
func (s *server) ask() (pid int, blob string) {
	s.t.Helper()
	m := s.log.wait(s.t, listening)
	network, addr := "tcp", m[1]
	if m[2] != "" {
		network, addr = "unix", m[2]
	}
	conn, err := net.DialTimeout(network, addr, 20*time.Second)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		s.t.Fatal(err)
	}
	word, blob, _ := strings.Cut(strings.TrimSpace(line), " ")
	pid, _ = strconv.Atoi(word)
	return pid, blob
}

func config(blob string) Config {
	return Config{
		Name: "demo:hello", Version: "0.1.0", WorkerClass: "gnet", Processes: 1,
		GracefulTimeout: 20 * time.Second, Bind: []string{"127.0.0.1:0"}, Backlog: 64, Blob: []byte(blob),
	}
}

func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	state := stat[bytes.LastIndexByte(stat, ')')+2]
	return state != 'Z' && state != 'X'
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
	}
}

func TestServesAndStopsGracefully(t *testing.T) {
	t.Parallel()
	s := serve(t, config("one"))
	worker, blob := s.ask()
	if blob != "one" {
		t.Errorf("the worker has the settings %q", blob)
	}
	for pid, want := range map[int]string{s.cmd.Process.Pid: "srv: master [demo:hello]", worker: "srv: worker [demo:hello]"} {
		cmdline, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if got := strings.TrimRight(string(cmdline), "\x00"); got != want {
			t.Errorf("the command line shows %q, want %q", got, want)
		}
		if got := strings.TrimSpace(string(comm)); got != want[:15] {
			t.Errorf("the command's name is %q", got)
		}
	}
	s.signal(syscall.SIGTERM)
	s.wantExit(ExitOK)
	if alive(worker) {
		t.Error("the worker lives on")
	}
	pid := s.cmd.Process.Pid
	for _, line := range []string{"Starting srv 0.1.0", "Using worker: gnet", "Handling signal: term", "Shutting down: Master"} {
		s.log.wait(t, regexp.MustCompile(fmt.Sprintf(`(?m)^\[[^\]]+\] \[%d\] \[INFO\] %s$`, pid, line)))
	}
}

func TestSecondTERMStopsQuickly(t *testing.T) {
	t.Parallel()
	s := serve(t, config("stubborn"))
	worker, _ := s.ask()
	s.signal(syscall.SIGTERM)
	s.log.wait(t, regexp.MustCompile("Handling signal: term"))
	if !alive(worker) {
		t.Fatal("the worker did not get its time")
	}
	s.signal(syscall.SIGTERM)
	s.wantExit(ExitOK)
	s.log.wait(t, regexp.MustCompile("Quick shutdown requested"))
}

func TestINTAndQUITStopQuickly(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		s := serve(t, config("stubborn"))
		s.ask()
		s.signal(sig)
		s.wantExit(ExitOK)
	}
}

func TestStubbornWorkerIsKilled(t *testing.T) {
	t.Parallel()
	cfg := config("stubborn")
	cfg.GracefulTimeout = 0
	s := serve(t, cfg)
	s.ask()
	s.signal(syscall.SIGTERM)
	s.wantExit(ExitOK)
	s.log.wait(t, regexp.MustCompile("has not ended in time and is killed"))
}

func TestDeadWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	s := serve(t, config(""))
	first, _ := s.ask()
	syscall.Kill(first, syscall.SIGKILL)
	second, _ := s.ask() // the socket is the arbiter's: the connection waits
	if second == first {
		t.Error("answered by the dead")
	}
	s.log.wait(t, regexp.MustCompile(fmt.Sprintf(`\[ERROR\] Worker \(pid:%d\) was sent SIGKILL!`, first)))
}

func TestNoOrphanSurvivesTheArbiter(t *testing.T) {
	t.Parallel()
	s := serve(t, config(""))
	worker, _ := s.ask()
	s.cmd.Process.Kill()
	eventually(t, "the worker's end", func() bool { return !alive(worker) })
}

func TestBootFailureStopsTheServer(t *testing.T) {
	t.Parallel()
	for blob, want := range map[string]struct {
		code   int
		reason string
	}{
		"exit 3": {ExitWorkerBoot, "Reason: Worker failed to boot."},
		"exit 4": {ExitAppLoad, "Reason: App failed to load."},
		"exit 1": {ExitWorkerBoot, "Reason: Worker failed to boot."},
	} {
		s := serve(t, config(blob))
		s.wantExit(want.code)
		s.log.wait(t, regexp.MustCompile(`\[ERROR\] `+want.reason))
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	s := serve(t, config("one"))
	first, _ := s.ask()

	s.write(config("exit 4"))
	s.signal(syscall.SIGHUP)
	s.log.wait(t, regexp.MustCompile(`Reload failed: .*exit code 4`))
	if pid, blob := s.ask(); pid != first || blob != "one" {
		t.Errorf("after a failed reload pid %d answers %q", pid, blob)
	}

	if err := os.WriteFile(s.config, []byte("not JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.signal(syscall.SIGHUP)
	s.log.wait(t, regexp.MustCompile(`Reload failed: invalid character`))

	s.write(config("two"))
	s.signal(syscall.SIGHUP)
	eventually(t, "the old worker's end", func() bool { return !alive(first) })
	if _, blob := s.ask(); blob != "two" {
		t.Errorf("after the reload the answer is %q", blob)
	}
}

func TestUnixSocketAndPidfile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := config("")
	cfg.Bind = []string{"unix:" + filepath.Join(dir, "srv.sock")}
	cfg.Pidfile = filepath.Join(dir, "srv.pid")
	stalePid := exec.Command("true")
	if err := stalePid.Run(); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(cfg.Pidfile, []byte(strconv.Itoa(stalePid.Process.Pid)), 0o600)
	stale, err := net.Listen("unix", filepath.Join(dir, "srv.sock"))
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close()

	s := serve(t, cfg)
	s.ask()
	if pid := readPidfile(cfg.Pidfile); pid != s.cmd.Process.Pid {
		t.Errorf("the pidfile says %d", pid)
	}
	if info, err := os.Stat(filepath.Join(dir, "srv.sock")); err != nil || info.Mode().Perm() != 0o777 {
		t.Errorf("socket %v, %v", info, err)
	}

	other := serve(t, cfg)
	other.wantExit(ExitError)
	other.log.wait(t, regexp.MustCompile(`already running on PID`))
	s.ask()

	s.signal(syscall.SIGTERM)
	s.wantExit(ExitOK)
	for _, path := range []string{cfg.Pidfile, filepath.Join(dir, "srv.sock")} {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind", path)
		}
	}
}

// transcript is what a server has logged so far.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// wait waits until the log has a match.
func (l *transcript) wait(t *testing.T, want *regexp.Regexp) (match []string) {
	t.Helper()
	eventually(t, "in the log: "+want.String(), func() bool {
		match = want.FindStringSubmatch(l.String())
		return match != nil
	})
	return match
}
