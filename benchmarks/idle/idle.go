// Package idle opens many keep-alive connections, asks once on each, and holds
// them, so that what the server pays for a silent client can be weighed.
package idle

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/httpconn"
)

// openers bounds the connections that are being opened at one time, so that no
// server's backlog decides the result.
const openers = 64

// Connections are those that the server has kept.
type Connections struct {
	kept   []*httpconn.Conn
	Closed int // answered and closed by the server
	Failed int // not answered
}

// Open opens n connections, within timeout. The caller closes them.
func Open(addr string, n int, timeout time.Duration) *Connections {
	deadline := time.Now().Add(timeout)
	request := httpconn.Request("/", false)
	var (
		all     Connections
		mu      sync.Mutex
		started atomic.Int64
		running sync.WaitGroup
	)
	for range openers {
		running.Go(func() {
			for started.Add(1) <= int64(n) {
				conn, kept := open(addr, request, deadline)
				mu.Lock()
				all.add(conn, kept)
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return &all
}

// Standing counts the connections that are still open.
func (c *Connections) Standing() int {
	n := 0
	for _, conn := range c.kept {
		if conn.Open() {
			n++
		}
	}
	return n
}

// Close closes all of them.
func (c *Connections) Close() {
	for _, conn := range c.kept {
		conn.Close()
	}
}

// open returns nil when there was no answer, otherwise the connection and
// whether the server keeps it.
func open(addr string, request []byte, deadline time.Time) (*httpconn.Conn, bool) {
	conn, err := httpconn.Dial(addr, deadline)
	if err != nil {
		return nil, false
	}
	response, err := conn.Do(request)
	if err != nil || response.Status != 200 {
		conn.Close()
		return nil, false
	}
	return conn, !response.Close
}

func (c *Connections) add(conn *httpconn.Conn, kept bool) {
	switch {
	case conn == nil:
		c.Failed++
	case kept:
		c.kept = append(c.kept, conn)
	default:
		c.Closed++
		conn.Close()
	}
}
