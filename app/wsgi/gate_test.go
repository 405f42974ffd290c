package wsgi

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gate is where the applications of the tests wait for the test (testdata/app.py).
type gate struct {
	t     *testing.T
	path  string
	calls chan *call
	early []*call // that came while another was waited for
}

// call is an application's call that waits at the gate.
type call struct {
	path string
	conn net.Conn
}

func newGate(t *testing.T) *gate {
	g := &gate{t: t, path: filepath.Join(t.TempDir(), "gate"), calls: make(chan *call, 100)}
	l, err := net.Listen("unix", g.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			path, _ := bufio.NewReader(conn).ReadString('\n')
			g.calls <- &call{strings.TrimSpace(path), conn}
		}
	}()
	return g
}

// call waits until the application has been called with this path, and stands at the gate.
func (g *gate) call(path string) *call {
	g.t.Helper()
	for i, c := range g.early {
		if c.path == path {
			g.early = append(g.early[:i], g.early[i+1:]...)
			return c
		}
	}
	deadline := time.After(patience)
	for {
		select {
		case c := <-g.calls:
			if c.path == path {
				return c
			}
			g.early = append(g.early, c)
		case <-deadline:
			g.t.Fatalf("%s was not called", path)
		}
	}
}

// pass lets the call go on.
func (c *call) pass() { c.conn.Close() }

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: " + what)
		}
	}
}

// text is what a file holds.
func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
