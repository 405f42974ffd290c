package e2e

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// health is a server's listener for health checks.
type health struct {
	s    *server
	addr string
}

// awaitHealth learns from the log where it is.
func (s *server) awaitHealth() health {
	s.t.Helper()
	line := s.log.await(s.t, `Health checks at: \S+`)
	return health{s, regexp.MustCompile(`http://(\S+)`).FindStringSubmatch(line)[1]}
}

func (h health) get(path string) answer {
	h.s.t.Helper()
	a, err := do(client(h.s.t), "GET", "http://"+h.addr+path, "", nil)
	if err != nil {
		h.s.t.Fatal(err)
	}
	return a
}

func (h health) want(path string, status int, body string) {
	h.s.t.Helper()
	if a := h.get(path); a.StatusCode != status || a.body != body+"\n" {
		h.s.t.Errorf("GET %s: %d %q, want %d %q", path, a.StatusCode, a.body, status, body)
	}
}

func (h health) await(path string, status int) answer {
	h.s.t.Helper()
	var a answer
	eventually(h.s.t, fmt.Sprintf("%s says %d", path, status), func() bool {
		a = h.get(path)
		return a.StatusCode == status
	})
	return a
}

// The checks are true from the first moment to the last, whatever the app does.
func TestHealth(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", env: []string{gates.env()},
			args: []string{"--health-bind=127.0.0.1:0", "--drain-delay=3600"}})
		h := s.awaitHealth()
		h.await("/startupz", 200)
		h.want("/livez", 200, "ok")
		h.want("/readyz?verbose", 200, "[+]alive ok\n[+]boot ok\n[+]workers ok\n[+]stop ok\nreadyz check passed")

		hung := s.dial()
		hung.ask("/wait?hung")
		visit := gates.await(t, "hung") // the only slot
		h.want("/livez", 200, "ok")
		h.want("/readyz", 200, "ok")
		visit.pass()
		if a, err := hung.answer(); err != nil || a.body != "waited" {
			t.Errorf("%v %q", err, a.body)
		}

		// TERM: not ready any more, and new connections are served all the same.
		s.signal(syscall.SIGTERM)
		if a := h.await("/readyz", 503); a.body != "stop: the server is to end\n" {
			t.Errorf("readyz says %q", a.body)
		}
		h.want("/livez", 200, "ok")
		s.want("/fast", 200, "fast")
		last := s.dial()
		last.ask("/wait?last")
		visit = gates.await(t, "last")
		s.signal(syscall.SIGTERM) // ends the delay; the request in flight is waited for
		eventually(t, "the server takes no new clients", func() bool {
			c, err := net.DialTimeout("tcp", s.addr, 2*time.Second)
			if err == nil {
				c.Close()
			}
			// Until those in its queue are served, sync does not close it, and nobody answers.
			return errors.Is(err, syscall.ECONNREFUSED) || err != nil && g.class == "sync"
		})
		h.want("/livez", 200, "ok")
		h.await("/readyz", 503)
		visit.pass()
		if a, err := last.answer(); err != nil || a.body != "waited" {
			t.Errorf("%v %q", err, a.body)
		}
		if code := s.wait(); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
	})
}

// The delay of TERM comes to its end by itself.
func TestDrainDelayEnds(t *testing.T) {
	s := start(t, spec{target: target{"threaded", goHandler}, args: []string{"--drain-delay=0.2"}})
	s.want("/fast", 200, "fast")
	s.signal(syscall.SIGTERM)
	s.log.await(t, `Serving for another 200ms before the graceful stop`)
	if code := s.wait(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

// While the app is being imported the server lives, and is not ready.
func TestHealthWhileStarting(t *testing.T) {
	gates := newGates(t)
	dir := tempDir(t)
	writeFile(t, dir, "slow.py", "import sys\nsys.path.append("+fmt.Sprintf("%q", appsDir)+")\n"+
		"import gate\ngate.wait('import')\nfrom station import application\n")
	s := start(t, spec{target: target{"gnet", onCPython}, app: "slow", dir: dir, env: []string{gates.env()},
		args: []string{"--health-bind=127.0.0.1:0"}})
	h := s.awaitHealth()
	importing := gates.await(t, "import")
	h.want("/livez", 200, "ok")
	h.want("/startupz", 503, "boot: the workers have not been ready yet")
	if a := h.get("/readyz"); a.StatusCode != 503 {
		t.Errorf("readyz says %d", a.StatusCode)
	}
	importing.pass()
	h.await("/readyz", 200)
	h.want("/startupz", 200, "ok")
	s.stop()
}

// The address may be a Unix socket, which goes with the server.
func TestHealthOnUnixSocket(t *testing.T) {
	path := filepath.Join(tempDir(t), "health")
	s := start(t, spec{target: target{"sync", goHandler}, args: []string{"--health-bind=unix:" + path}})
	eventually(t, "the server is ready", func() bool {
		return curl(t, "--unix-socket", path, "http://health/readyz").stdout == "ok\n"
	})
	s.stop()
	if _, err := os.Lstat(path); err == nil {
		t.Error("the socket's file is left")
	}
}

// An address that is taken ends the server with a reason.
func TestHealthAddressInUse(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go http.Serve(ln, http.NotFoundHandler())
	s := launch(t, spec{target: target{"sync", goHandler}, args: []string{"--health-bind=" + ln.Addr().String()}})
	if code := s.wait(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if text := s.log.String(); !strings.Contains(text, "health checks: bind "+ln.Addr().String()) {
		t.Errorf("the log does not say why:\n%s", text)
	}
}
