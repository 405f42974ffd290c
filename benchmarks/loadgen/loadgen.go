package loadgen

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/httpconn"
)

// drain is how long a response may still take after the end of the run; later
// it is a timeout.
const drain = 2 * time.Second

// Config says what to send.
type Config struct {
	Addr     string // host:port
	Target   string // request-target
	Conns    int
	Duration time.Duration
	TLS      bool
	Close    bool // a connection for each request
}

// Report is what came back.
type Report struct {
	Config
	Latencies []time.Duration // of each response, ascending
	Elapsed   time.Duration
	Non2xx    int
	Connect   int // failed connects
	Read      int // connections that ended without a response
	Timeout   int
}

// Run sends requests until config.Duration has passed or ctx is done, then
// waits for the responses under way.
func Run(ctx context.Context, config Config) Report {
	began := time.Now()
	end := began.Add(config.Duration)
	reports := make([]Report, config.Conns)
	var clients sync.WaitGroup
	for i := range reports {
		clients.Go(func() { reports[i].loop(ctx, config, end) })
	}
	clients.Wait()
	total := Report{Config: config, Elapsed: time.Since(began)}
	for _, r := range reports {
		total.add(r)
	}
	slices.Sort(total.Latencies)
	return total
}

// loop is one connection's life, made again whenever it ends.
func (r *Report) loop(ctx context.Context, config Config, end time.Time) {
	request := httpconn.Request(config.Target, config.Close)
	dial := httpconn.Dial
	if config.TLS {
		dial = httpconn.DialTLS
	}
	var conn *httpconn.Conn
	defer func() {
		if conn != nil {
			conn.Close()
		}
	}()
	for ctx.Err() == nil && time.Now().Before(end) {
		began := time.Now()
		if conn == nil {
			var err error
			if conn, err = dial(config.Addr, end.Add(drain)); err != nil {
				r.Connect++
				time.Sleep(time.Millisecond) // a server that refuses is not worth a busy loop
				continue
			}
		}
		response, err := conn.Do(request)
		r.count(response, err, time.Since(began))
		if err != nil || response.Close || config.Close {
			conn.Close()
			conn = nil
		}
	}
}

func (r *Report) count(response httpconn.Response, err error, latency time.Duration) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		r.Timeout++
	case err != nil:
		r.Read++
	default:
		r.Latencies = append(r.Latencies, latency)
		if response.Status < 200 || response.Status > 299 {
			r.Non2xx++
		}
	}
}

func (r *Report) add(other Report) {
	r.Latencies = append(r.Latencies, other.Latencies...)
	r.Non2xx += other.Non2xx
	r.Connect += other.Connect
	r.Read += other.Read
	r.Timeout += other.Timeout
}
