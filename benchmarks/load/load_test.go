package load

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
	"github.com/seed-77b39ca9/srv/benchmarks/loadgen"
)

// The test binary started again with this variable is the generator.
const helperVar = "LOAD_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVar) == "" {
		os.Exit(m.Run())
	}
	if err := loadgen.Main(context.Background(), os.Args[1:], os.Stdout); err != nil {
		panic(err)
	}
}

const wrkReport = `Running 3s test @ http://127.0.0.1:21001/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.50ms  650.00us  12.00ms   99.00%
    Req/Sec    43.50k     1.20k   45.00k    80.00%
  Latency Distribution
     50%  850.00us
     75%    1.20ms
     90%    1.90ms
     99%    1.02s
  130500 requests in 3.00s, 18.00MB read
  Socket errors: connect 1, read 20, write 3, timeout 4
  Non-2xx or 3xx responses: 7
Requests/sec:  43478.26
Transfer/sec:      6.00MB
`

func TestParse(t *testing.T) {
	want := Report{Requests: 130500, Rate: 43478.26, P50: 850 * time.Microsecond, P99: 1020 * time.Millisecond, Errors: 28, Non2xx: 7}
	if got, err := parse(wrkReport); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if got, err := parse("  5 requests in 1.00s\nRequests/sec:  5.00\n"); err != nil || got != (Report{Requests: 5, Rate: 5}) {
		t.Errorf("without optional lines: got %+v, %v", got, err)
	}
	if _, err := parse("unable to connect to 127.0.0.1:1 Connection refused"); !errors.Is(err, errNoReport) {
		t.Errorf("error %v, want %v", err, errNoReport)
	}
}

func TestParseReadsTheOwnGenerator(t *testing.T) {
	report := loadgen.Report{
		Latencies: []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond},
		Elapsed:   time.Second, Non2xx: 1, Connect: 2, Read: 3, Timeout: 4,
	}
	var text strings.Builder
	if err := report.Print(&text); err != nil {
		t.Fatal(err)
	}
	want := Report{Requests: 3, Rate: 3, P50: 2 * time.Millisecond, P99: 2 * time.Millisecond, Errors: 9, Non2xx: 1}
	if got, err := parse(text.String()); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestRun(t *testing.T) {
	t.Setenv(helperVar, "1")
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	job := Job{Addr: server.Listener.Addr().String(), Conns: 2, Seconds: 1, Close: true, Core: affinity.Anywhere}
	report, cpu, err := Generator{os.Args[0]}.Run(context.Background(), job)
	if err != nil || report.Requests == 0 || report.Errors != 0 || report.Non2xx != 0 || cpu <= 0 {
		t.Errorf("got %+v, %v, %v", report, cpu, err)
	}
}
