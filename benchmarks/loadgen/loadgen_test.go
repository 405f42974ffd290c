package loadgen

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	for name, closing := range map[string]bool{"keep-alive": false, "one-shot": true} {
		t.Run(name, func(t *testing.T) {
			var served, failed, conns atomic.Int64
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if served.Add(1)%2 == 0 {
					failed.Add(1)
					w.WriteHeader(500)
				}
			}))
			server.Config.ConnState = countNew(&conns)
			server.Start()
			defer server.Close()
			report := Run(context.Background(), Config{
				Addr: server.Listener.Addr().String(), Target: "/", Conns: 3, Duration: 50 * time.Millisecond, Close: closing,
			})
			if n := int64(len(report.Latencies)); n == 0 || n != served.Load() {
				t.Errorf("%d latencies, %d requests served", n, served.Load())
			}
			if int64(report.Non2xx) != failed.Load() || report.Connect+report.Read+report.Timeout != 0 {
				t.Errorf("report %+v, want %d non-2xx and no errors", report, failed.Load())
			}
			want := int64(3)
			if closing {
				want = served.Load()
			}
			if conns.Load() != want {
				t.Errorf("%d connections, want %d", conns.Load(), want)
			}
		})
	}
}

func TestRunCountsRefusedConnects(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	addr := server.Listener.Addr().String()
	server.Close()
	report := Run(context.Background(), Config{Addr: addr, Target: "/", Conns: 1, Duration: 10 * time.Millisecond})
	if report.Connect == 0 || len(report.Latencies) != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestParseArgs(t *testing.T) {
	got, err := parseArgs([]string{"-t", "1", "-c", "8", "-d", "3s", "--latency", "-H", "Connection: close", "http://127.0.0.1:81/x?y"})
	want := Config{Addr: "127.0.0.1:81", Target: "/x?y", Conns: 8, Duration: 3 * time.Second, Close: true}
	if err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	bad := []string{
		"", "-c 0 http://127.0.0.1/", "-c 9999 http://127.0.0.1/", "-d 2h http://127.0.0.1/", "-d 0s http://127.0.0.1/",
		"http://example.com/", "ftp://127.0.0.1/", "-H X http://127.0.0.1/", "-z",
	}
	for _, args := range bad {
		if _, err := parseArgs(strings.Fields(args)); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

func countNew(n *atomic.Int64) func(c net.Conn, state http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			n.Add(1)
		}
	}
}
