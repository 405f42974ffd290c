package lineup

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestArgv(t *testing.T) {
	shape := Shape{Addr: "127.0.0.1:81", App: "benchapp:hello", Workers: 2, Threads: 4}
	closing := shape
	closing.Close = true
	tests := []struct {
		server string
		shape  Shape
		has    string
		hasNot string
	}{
		{"srv-gnet", shape, "/r/bin/srv -k gnet -w 2 -b 127.0.0.1:81 | --threads 1 benchapp:hello", "demo:hello"},
		{"srv-threaded", shape, "--threads 4", ""},
		{"srvgo-netpoll", shape, "-k netpoll | demo:hello", "benchapp"},
		{"srvhandler-threaded", shape, "/r/bin/bench/fromhandler -k threaded", "benchapp"},
		{"gunicorn-sync", shape, "/r/.venv-bench/bin/gunicorn -k sync -w 2 --threads 1", "--threads 4"},
		{"gunicorn-gthread", shape, "--threads 4", ""},
		{"uwsgi-http", shape, "--http 127.0.0.1:81 | --http-keepalive=1", "Connection: close"},
		{"uwsgi-http", closing, "Connection: close", ""},
		{"uwsgi-http-socket", shape, "--http-socket 127.0.0.1:81 | Connection: close", "--http-keepalive"},
		{"srvstatic-gnet", shape, "-k gnet | --static /static=/r/bin/bench/files demo:hello", "benchapp"},
		{"nginx", shape, "exec nginx | /r/benchmarks/peers/nginx.conf /r/bin/bench/nginx 127.0.0.1:81 2 /r/bin/bench/files/", ""},
		{"gnetraw", shape, "/r/bin/bench/gnetraw -addr 127.0.0.1:81", ""},
	}
	servers := Servers(Paths{Root: "/r", Srv: "/r/bin/srv"})
	for _, tt := range tests {
		t.Run(tt.server, func(t *testing.T) {
			line := strings.Join(servers[tt.server].Argv(tt.shape), " ")
			for _, part := range strings.Split(tt.has, " | ") {
				if !strings.Contains(line, part) {
					t.Errorf("%q is not in %q", part, line)
				}
			}
			if tt.hasNot != "" && strings.Contains(line, tt.hasNot) {
				t.Errorf("%q is in %q", tt.hasNot, line)
			}
		})
	}
}

func TestEveryPeerOfPyPIIsPinned(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gunicorn", "uwsgi"} {
		if line, err := (Paths{Root: root}).requirement(name); err != nil || !strings.HasPrefix(line, name+"==") {
			t.Errorf("%s: %q, %v", name, line, err)
		}
	}
	if _, err := (Paths{Root: root}).requirement("absent"); err == nil {
		t.Error("a requirement that is not there is found")
	}
}

func TestMissingSrvIsReported(t *testing.T) {
	paths := Paths{Root: t.TempDir(), Srv: filepath.Join(t.TempDir(), "srv")}
	if _, err := Servers(paths)["srv-gnet"].Prepare(context.Background()); err == nil || !strings.Contains(err.Error(), "no srv binary") {
		t.Errorf("error %v", err)
	}
}

func TestOutput(t *testing.T) {
	dir := t.TempDir()
	got, err := output(context.Background(), 10*time.Second, dir, "sh", "-c", "echo one; echo two")
	if err != nil || got != "two" {
		t.Errorf("got %q, %v", got, err)
	}
	_, err = output(context.Background(), 10*time.Second, dir, "sh", "-c", "echo one; echo why >&2; exit 3")
	if err == nil || !strings.HasSuffix(err.Error(), "exit status 3: one why") {
		t.Errorf("error %v", err)
	}
}
