package e2e

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// gates is where apps meet the test: see apps/gate.py. An app that has arrived
// waits there until the test lets it pass.
type gates struct {
	path string
	ln   net.Listener

	mu       sync.Mutex
	arrivals map[string]chan *visit
	visits   []*visit // all: one that nobody refers to would be closed by the collector, and pass
}

// visit is one call of the app that waits at a gate.
type visit struct {
	pid  int
	conn net.Conn
}

func newGates(t *testing.T) *gates {
	t.Helper()
	g := &gates{path: filepath.Join(tempDir(t), "gate"), arrivals: map[string]chan *visit{}}
	var err error
	if g.ln, err = net.Listen("unix", g.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	go g.accept()
	return g
}

// close lets everybody pass who still waits.
func (g *gates) close() {
	g.ln.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, v := range g.visits {
		v.pass()
	}
}

// env tells the app where the gates are.
func (g *gates) env() string { return "GATE=" + g.path }

func (g *gates) accept() {
	for {
		conn, err := g.ln.Accept()
		if err != nil {
			return
		}
		go g.greet(conn)
	}
}

func (g *gates) greet(conn net.Conn) {
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		conn.Close()
		return
	}
	v, name := &visit{conn: conn}, ""
	fmt.Sscanf(line, "%s %d", &name, &v.pid)
	g.mu.Lock()
	g.visits = append(g.visits, v)
	g.mu.Unlock()
	g.named(name) <- v
}

func (g *gates) named(name string) chan *visit {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.arrivals[name] == nil {
		g.arrivals[name] = make(chan *visit, 1024)
	}
	return g.arrivals[name]
}

// await waits until an app has come to the gate.
func (g *gates) await(t *testing.T, name string) *visit {
	t.Helper()
	select {
	case v := <-g.named(name):
		return v
	case <-time.After(patience):
		t.Fatalf("no app came to the gate %q", name)
		return nil
	}
}

// pass lets the app go on.
func (v *visit) pass() { v.conn.Close() }
