package arbiter

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestParseBind(t *testing.T) {
	for _, c := range []struct {
		bind string
		want address
	}{
		{"127.0.0.1:8000", address{"tcp4", "127.0.0.1:8000"}},
		{"localhost", address{"tcp4", "localhost:8000"}},
		{"", address{"tcp4", ":8000"}},
		{":80", address{"tcp4", ":80"}},
		{"tcp://h:1", address{"tcp4", "h:1"}},
		{"[::1]:80", address{"tcp6", "[::1]:80"}},
		{"[::]", address{"tcp6", "[::]:8000"}},
		{"unix:/run/s", address{"unix", "/run/s"}},
		{"unix:///run/s", address{"unix", "/run/s"}},
		{"unix:rel", address{"unix", "rel"}},
		{"fd://3", address{"fd", "3"}},
	} {
		if got, err := parseBind(c.bind); err != nil || got != c.want {
			t.Errorf("%q: %v, %v; want %v", c.bind, got, err, c.want)
		}
	}
	for _, bad := range []string{"unix:", "fd://x", "fd://-1", "h:port", "h:65536", "::1", "[::1"} {
		if _, err := parseBind(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestListenTCP(t *testing.T) {
	s, err := listen("127.0.0.1:0", socketOptions{backlog: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(true)
	addr := strings.TrimPrefix(s.name, "http://")
	if _, err := listen(addr, socketOptions{backlog: 16}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second time: %v", err)
	}
	ln, err := net.FileListener(s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	conn, err := net.DialTimeout("tcp", addr, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	accepted, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	accepted.Close()
}

func TestListenUnix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s, err := listen("unix:"+path, socketOptions{backlog: 16, umask: 0o077})
	if err != nil {
		t.Fatal(err)
	}
	if s.name != "unix:"+path {
		t.Errorf("name %q", s.name)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := listen("unix:"+path, socketOptions{backlog: 16}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second time: %v", err)
	}
	s.close(true)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("the file is left behind")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listen("unix:"+path, socketOptions{backlog: 16}); err == nil || !strings.Contains(err.Error(), "is not a socket") {
		t.Errorf("over a file: %v", err)
	}
}

func TestListenInherited(t *testing.T) {
	s, err := listen("127.0.0.1:0", socketOptions{backlog: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close(true)
	fd, err := syscall.Dup(int(s.file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	again, err := adopt(address{"fd", strconv.Itoa(fd)})
	if err != nil || again.name != s.name {
		t.Fatalf("%v, %v", again, err)
	}
	again.close(true)
	if _, err := listen("fd://9999", socketOptions{}); err == nil || !strings.Contains(err.Error(), "fd://9999") {
		t.Errorf("error %v", err)
	}
}
