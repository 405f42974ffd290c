// Package transfer is a closed loop of clients that send or fetch content of one
// size, on connections that they keep where the server does.
package transfer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/httpconn"
)

// late is how long an answer may still take after the end of the run.
const late = 5 * time.Second

// Config says what to transfer.
type Config struct {
	Addr     string // host:port
	Size     int    // bytes of content of each request or response
	Upload   bool   // requests have the content; otherwise responses do
	Conns    int
	Duration time.Duration
}

// Report is what came back.
type Report struct {
	Requests int // answered as they should be
	Errors   int
}

// Request is the bytes of one request: GET /SIZE, or a POST.
func (c Config) Request() []byte {
	if !c.Upload {
		return httpconn.Request(fmt.Sprintf("/%d", c.Size), false)
	}
	head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n", c.Size)
	return append([]byte(head), make([]byte, c.Size)...)
}

// Run transfers until the duration has passed or ctx is done.
func Run(ctx context.Context, config Config) Report {
	end := time.Now().Add(config.Duration)
	reports := make([]Report, config.Conns)
	var clients sync.WaitGroup
	for i := range reports {
		clients.Go(func() { reports[i].loop(ctx, config, end) })
	}
	clients.Wait()
	var total Report
	for _, r := range reports {
		total.Requests += r.Requests
		total.Errors += r.Errors
	}
	return total
}

// loop is one connection's life, made again whenever it ends.
func (r *Report) loop(ctx context.Context, config Config, end time.Time) {
	request := config.Request()
	var conn *httpconn.Conn
	for ctx.Err() == nil && time.Now().Before(end) {
		if conn == nil {
			var err error
			if conn, err = httpconn.Dial(config.Addr, end.Add(late)); err != nil {
				r.Errors++
				time.Sleep(time.Millisecond) // a server that refuses is not worth a busy loop
				continue
			}
		}
		response, err := conn.Do(request)
		if err != nil || response.Status != 200 || !config.Upload && len(response.Content) != config.Size {
			r.Errors++
		} else {
			r.Requests++
		}
		if err != nil || response.Close {
			conn.Close()
			conn = nil
		}
	}
	if conn != nil {
		conn.Close()
	}
}
