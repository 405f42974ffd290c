package trial

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/openloop"
	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// Ceiling is how many requests a second the load itself can do here: against a responder
// that does next to nothing. Since that one takes time too, a little more may be possible.
func Ceiling(ctx context.Context, p *profile.Profile, duration time.Duration) (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { respond(conn) })
		}
	})
	plain := profile.Default()
	plain.Connections, plain.KeepAlive = p.Connections, p.KeepAlive
	r := openloop.Run(ctx, openloop.Load{
		Target: openloop.Target{Addr: listener.Addr().String()}, Profile: plain, Duration: duration,
	})
	listener.Close()
	conns.Wait() // the load has closed its connections
	return r.Throughput(), ctx.Err()
}

// respond answers each request with as little as there can be.
func respond(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil || request.Close {
			return
		}
	}
}
