package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/unit"

	"github.com/seed-77b39ca9/srv/configs"
)

// manager is a service manager's socket, and what came to it, a blank line after each message.
type manager struct {
	*lines
	variable string // for the server's environment
}

func newManager(t *testing.T) *manager {
	t.Helper()
	path := filepath.Join(tempDir(t), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{newLines(), "NOTIFY_SOCKET=" + path}
	done := make(chan struct{})
	go func() {
		defer close(done)
		message := make([]byte, 4096)
		for {
			n, err := conn.Read(message)
			if err != nil {
				return
			}
			fmt.Fprintf(m.lines, "%s\n\n", message[:n])
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return m
}

// The service manager hears when the server is ready, reloads, is well, is upgraded and stops.
func TestNotify(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		m := newManager(t)
		s := start(t, spec{target: g, app: "station", env: []string{m.variable, "WATCHDOG_USEC=200000"}})
		m.await(t, `^READY=1\nSTATUS=Serving$`)
		if strings.HasPrefix(m.String(), "READY") || s.log.count(`Booting worker`) == 0 && g.kind != goHandler {
			t.Errorf("ready before there is a worker: %s", m)
		}
		m.awaitN(t, `^WATCHDOG=1$`, 3)
		for _, p := range s.descendants() {
			environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
			if found := regexp.MustCompile(`NOTIFY_SOCKET|WATCHDOG`).Find(environ); found != nil {
				t.Errorf("process %d has %s in its environment", p.pid, found)
			}
		}
		s.signal(syscall.SIGHUP)
		m.await(t, `^RELOADING=1\nSTATUS=Reloading\nMONOTONIC_USEC=\d+$`)
		m.awaitN(t, `^READY=1$`, 2)

		other := s.upgrade(t, 1)
		eventually(t, "the new arbiter's worker", func() bool { return s.log.count(`Booting worker`) >= 3 })
		s.signal(syscall.SIGTERM)
		m.awaitN(t, fmt.Sprintf(`^MAINPID=%d$`, other.pid), 2) // said by the old, and by the new
		m.awaitN(t, `^READY=1$`, 3)
		if n := m.count(`^STOPPING=1$`); n != 0 {
			t.Error("the service stops although another arbiter goes on")
		}
		other.signal(t, syscall.SIGTERM)
		m.await(t, `^STOPPING=1$`)
		s.wait()
	})
}

// Sockets of the service manager take the place of bind, when they are meant for this process,
// and go along in an upgrade.
func TestSocketActivation(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		dir := tempDir(t)
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer tcp.Close()
		unix, err := net.Listen("unix", filepath.Join(dir, "s"))
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close()
		o := spec{target: g, app: "station", program: filepath.Join(dir, "activate"), args: []string{"--keep-alive=1"}, files: []*os.File{fileOf(t, tcp), fileOf(t, unix)},
			env: []string{"SERVER=" + spec{target: g}.binary(), "LISTEN_FDS=2", "LISTEN_FDNAMES=http:local"}}
		replace(t, o.program, "#!/bin/sh\nLISTEN_PID=$$ exec \"$SERVER\" \"$@\"\n")
		s := start(t, o)
		if want := tcp.Addr().String(); s.addr != want {
			t.Errorf("it listens at %s, not at %s", s.addr, want)
		}
		s.log.await(t, `Listening at: http://\S+,unix:\S+/s`)
		local := func() {
			t.Helper()
			if got := curl(t, "--unix-socket", filepath.Join(dir, "s"), "http://localhost/fast"); got.stdout != "fast" {
				t.Errorf("%s%s", got.stdout, got.stderr)
			}
		}
		s.want("/fast", 200, "fast")
		local()
		other := s.upgrade(t, 1)
		s.log.awaitN(t, `Booting worker`, 2)
		s.signal(syscall.SIGTERM)
		s.log.await(t, `Master has been promoted.`)
		s.want("/fast", 200, "fast")
		local()
		other.signal(t, syscall.SIGTERM)
		s.wait()
		if _, err := os.Stat(filepath.Join(dir, "s")); err != nil {
			t.Errorf("the service manager's socket is gone: %v", err)
		}
	})
}

// fileOf is a listener's descriptor, to be inherited.
func fileOf(t *testing.T, ln net.Listener) *os.File {
	t.Helper()
	f, err := ln.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Sockets that are another process's are not taken.
func TestSocketActivationOfAnother(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	s := start(t, spec{app: "demo:hello", files: []*os.File{fileOf(t, ln)}, env: []string{"LISTEN_FDS=1", "LISTEN_PID=1"}})
	if s.addr == ln.Addr().String() {
		t.Error("it listens on a socket that is not its own")
	}
	s.want("/", 200, "Hello World")
	s.stop()
}

// The unit files are what systemd understands, and agree with the defaults.
func TestUnitFiles(t *testing.T) {
	t.Parallel()
	loaded, err := configs.Load(configs.Input{NoFiles: true, WorkerClasses: classes})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"srv.service", "srv-notify-reload.service"} {
		values := unitValues(t, name)
		for key, least := range map[string]time.Duration{
			"TimeoutStartSec": loaded.BootTimeout,
			"TimeoutStopSec":  loaded.GracefulTimeout + loaded.DrainDelay,
		} {
			if n, err := strconv.Atoi(values[key]); err != nil || time.Duration(n)*time.Second <= least {
				t.Errorf("%s: %s=%s, want more than %v", name, key, values[key], least)
			}
		}
		if n, _ := strconv.Atoi(values["LimitNOFILE"]); n <= 2*loaded.WorkerConnections {
			t.Errorf("%s: LimitNOFILE=%s", name, values["LimitNOFILE"])
		}
	}
	if got, want := unitValues(t, "srv.socket")["Backlog"], strconv.Itoa(loaded.Backlog); got != want {
		t.Errorf("srv.socket: Backlog=%s, want %s", got, want)
	}
}

// unitValues reads a unit file, the last value of each key, and has systemd look at it where
// it is installed.
func unitValues(t *testing.T, name string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "configs", "systemd", name))
	if err != nil {
		t.Fatal(err)
	}
	options, err := unit.DeserializeOptions(strings.NewReader(string(content)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	values := map[string]string{}
	for _, o := range options {
		values[o.Name] = o.Value
	}
	verifyUnit(t, name, string(content))
	return values
}

func verifyUnit(t *testing.T, name, content string) {
	t.Helper()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd-analyze is not installed: the unit files were only parsed")
		return
	}
	dir := tempDir(t)
	// systemd before 253 does not know notify-reload.
	installed := strings.NewReplacer("/usr/local/bin/srv", srvBinary, "Type=notify-reload", "Type=notify").Replace(content)
	service := strings.TrimSuffix(name, ".socket") + ".service"
	if strings.HasSuffix(name, ".socket") {
		writeFile(t, dir, service, "[Service]\nExecStart=/bin/true\n")
	}
	got := command(t, dir, os.Environ(), analyze, "--man=no", "verify", writeFile(t, dir, name, installed))
	if got.code != 0 || strings.Contains(got.stderr, name+":") {
		t.Errorf("%s: %s", name, got.stderr)
	}
}
