// Package headofline is the client that shows whether a short request waits
// behind a long one although a worker is free.
//
// Every connection pauses between its requests, and only one slow request is
// under way at a time: with two workers one is always free, so what a fast
// request waits beyond its own time is the server's doing.
package headofline

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/httpconn"
)

// drain is how long a response may still take after the end of the run.
const drain = 3 * time.Second

var (
	fast = httpconn.Request("/fast", false)
	slow = httpconn.Request("/slow", false)
)

// Config is the load.
type Config struct {
	Addr     string
	Conns    int
	Duration time.Duration
	Pause    time.Duration // mean pause of a connection before a request, exponentially distributed
	OneIn    int           // one request in so many is slow
}

// Report is the latencies, ascending.
type Report struct {
	Fast, Slow []time.Duration
	Errors     int
}

// Run runs the load until config.Duration has passed or ctx is done. The same
// seed each time makes runs alike.
func Run(ctx context.Context, config Config) Report {
	end := time.Now().Add(config.Duration)
	clients := make([]client, config.Conns)
	var running sync.WaitGroup
	slowTurn := &turn{}
	for i := range clients {
		clients[i] = client{config: config, end: end, random: rand.New(rand.NewPCG(1, uint64(i))), turn: slowTurn}
		running.Go(func() { clients[i].loop(ctx) })
	}
	running.Wait()
	var total Report
	for _, c := range clients {
		total.Fast = append(total.Fast, c.Fast...)
		total.Slow = append(total.Slow, c.Slow...)
		total.Errors += c.Errors
	}
	slices.Sort(total.Fast)
	slices.Sort(total.Slow)
	return total
}

type client struct {
	Report
	config Config
	end    time.Time
	random *rand.Rand
	turn   *turn
	conn   *httpconn.Conn // nil when the next request needs a new one
}

func (c *client) loop(ctx context.Context) {
	defer c.disconnect()
	for {
		pause := time.Duration(c.random.ExpFloat64() * float64(c.config.Pause))
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if !time.Now().Before(c.end) {
			return
		}
		if c.random.IntN(c.config.OneIn) == 0 {
			c.turn.owe()
		}
		if c.turn.take() {
			c.exchange(slow, &c.Slow)
			c.turn.give()
		} else {
			c.exchange(fast, &c.Fast)
		}
	}
}

// exchange sends one request and notes its latency. A kept connection that the
// server has closed during the pause is no error but made again.
func (c *client) exchange(request []byte, latencies *[]time.Duration) {
	began := time.Now()
	if c.conn != nil && !c.conn.Open() {
		c.disconnect()
	}
	if c.conn == nil {
		conn, err := httpconn.Dial(c.config.Addr, c.end.Add(drain))
		if err != nil {
			c.Errors++
			return
		}
		c.conn = conn
	}
	response, err := c.conn.Do(request)
	if err != nil || response.Status != 200 {
		c.Errors++
		c.disconnect()
		return
	}
	*latencies = append(*latencies, time.Since(began))
	if response.Close {
		c.disconnect()
	}
}

func (c *client) disconnect() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// turn hands out slow requests one at a time; those that are owed while one is
// under way are made up for later, so that their share holds.
type turn struct {
	mu    sync.Mutex
	owed  int
	taken bool
}

func (t *turn) owe() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owed++
}

func (t *turn) take() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken || t.owed == 0 {
		return false
	}
	t.owed--
	t.taken = true
	return true
}

func (t *turn) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken = false
}
