package openloop

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// run sends a load to a handler.
func run(t *testing.T, handler http.HandlerFunc, p *profile.Profile, rate float64, duration time.Duration) *Report {
	t.Helper()
	s := httptest.NewServer(handler)
	defer s.Close()
	target, err := ParseTarget(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return Run(t.Context(), Load{Target: target, Profile: p, Rate: rate, Duration: duration})
}

// A server with known delays: nine of ten answers at once, one after 300 ms.
func TestKnownDistribution(t *testing.T) {
	var n atomic.Int64
	r := run(t, func(http.ResponseWriter, *http.Request) {
		if n.Add(1)%10 == 0 {
			time.Sleep(300 * time.Millisecond)
		}
	}, profile.Default(), 100, 2*time.Second)
	if r.Err != nil || r.Due != 200 || r.Answered != 200 || r.Failed() != 0 {
		t.Fatalf("%+v, want 200 answers", r)
	}
	if at := r.Percentile(95); at < 300*time.Millisecond {
		t.Errorf("p95 is %v: one in ten takes 300 ms", at)
	}
	if half, late := r.Percentile(50), r.Percentile(95); half >= late {
		t.Errorf("p50 %v, p95 %v", half, late)
	}
}

// A server that stalls: each request that should have been sent meanwhile has waited. A closed
// loop over one connection would have seen one late answer.
func TestStallShows(t *testing.T) {
	const stall = time.Second
	var once sync.Once
	began := time.Now()
	p := profile.Default()
	p.Connections = 1
	r := run(t, func(http.ResponseWriter, *http.Request) {
		if time.Since(began) > 200*time.Millisecond {
			once.Do(func() { time.Sleep(stall) })
		}
	}, p, 100, 2*time.Second)
	if r.Due != 200 {
		t.Fatalf("%d requests were due, want all 200", r.Due)
	}
	late := 0
	for _, bar := range r.Latencies.Distribution() {
		if bar.To >= (stall / 4).Microseconds() {
			late += int(bar.Count)
		}
	}
	if late < 50 { // 75 should have been sent in the first three quarters
		t.Errorf("%d requests were late, want those that were due during the stall", late)
	}
}

// A server that does half of what is asked for falls behind by half of the time.
func TestDrift(t *testing.T) {
	var one sync.Mutex
	slow := func(http.ResponseWriter, *http.Request) {
		one.Lock()
		defer one.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
	if r := run(t, slow, profile.Default(), 100, time.Second); r.Drift < 0.3 {
		t.Errorf("drift %v, want about a half or more", r.Drift)
	}
	if r := run(t, slow, profile.Default(), 0, 100*time.Millisecond); r.Drift != 0 {
		t.Errorf("drift %v of a closed loop", r.Drift)
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	p := profile.Default()
	p.Connections, p.Timeout = 4, profile.Duration(200*time.Millisecond)
	p.Requests = []profile.Request{
		{Method: "GET", Path: "/500", Weight: 1}, {Method: "GET", Path: "/cut", Weight: 1},
		{Method: "GET", Path: "/hang", Weight: 1}, {Method: "GET", Path: "/404", Weight: 1, Status: 404},
	}
	release := make(chan struct{})
	time.AfterFunc(3*time.Second, func() { close(release) })
	r := run(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/hang":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		case "/500":
			w.WriteHeader(500)
		default:
			w.WriteHeader(404)
		}
	}, p, 50, time.Second)
	for _, kind := range []string{"status 500", cut, timedOut} {
		if r.Errors[kind] == 0 {
			t.Errorf("no %q in %v", kind, r.Errors)
		}
	}
	if r.Errors["status 404"] != 0 || r.Answered == 0 {
		t.Errorf("404 was expected: %v, %d answers", r.Errors, r.Answered)
	}
	if r.Due != r.Answered+r.Failed() {
		t.Errorf("%d due, %d answered, %d failed", r.Due, r.Answered, r.Failed())
	}
}

func TestNobodyListens(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	r := Run(t.Context(), Load{Target: Target{Addr: ln.Addr().String()}, Profile: profile.Default(), Rate: 20, Duration: 200 * time.Millisecond})
	if r.Errors[refused] != 4 || r.ErrorShare() != 1 {
		t.Errorf("%v", r.Errors)
	}
}

func TestRequests(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	connections := map[string]bool{}
	none := 0.0
	p := profile.Default("/a", "/b?c=1")
	p.Requests[0].Weight = 3
	p.Requests[1].Method, p.Requests[1].Content = "POST", []byte("text")
	p.Requests[1].Headers = map[string]string{"X-One": "1", "host": "example.com"}
	p.KeepAlive = &none
	r := run(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.URL.Path]++
		connections[r.RemoteAddr] = true
		if r.Method == "POST" && (r.Host != "example.com" || r.Header.Get("X-One") != "1" || r.ContentLength != 4) {
			t.Errorf("%+v", r)
		}
		w.Write([]byte(strings.Repeat("x", 100_000))) // chunked
	}, p, 200, time.Second)
	if r.Answered != 200 || seen["/a"] <= seen["/b"] || seen["/b"] == 0 {
		t.Errorf("%d answers, %v: want three in four for /a", r.Answered, seen)
	}
	if len(connections) != 200 {
		t.Errorf("%d connections, want one for each request", len(connections))
	}
}

func TestKeepAlive(t *testing.T) {
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	p := profile.Default()
	p.Connections = 3
	target, _ := ParseTarget(s.URL)
	r := Run(t.Context(), Load{Target: target, Profile: p, Duration: 200 * time.Millisecond})
	if r.Answered < 4 || opened.Load() > 3 {
		t.Errorf("%d answers on %d connections, want many on three", r.Answered, opened.Load())
	}
}

// Slow clients are beside the load: they count in errors, not in latencies.
func TestSlowClients(t *testing.T) {
	p := profile.Default()
	p.Slow = profile.Slow{Connections: 3, BytesPerSecond: 2000}
	r := run(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(strings.Repeat("x", 300)))
	}, p, 10, 2*time.Second)
	if r.SlowAnswered == 0 || len(r.SlowErrors) != 0 || r.Latencies.TotalCount() != 20 {
		t.Errorf("slow: %d answers, %v; %d latencies", r.SlowAnswered, r.SlowErrors, r.Latencies.TotalCount())
	}
}

// A server on this machine may have any certificate.
func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	target, err := ParseTarget(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := Run(t.Context(), Load{Target: target, Profile: profile.Default(), Rate: 50, Duration: 200 * time.Millisecond})
	if r.Answered != 10 {
		t.Errorf("%d answers, %v", r.Answered, r.Errors)
	}
	if (Target{Addr: "example.com:443", TLS: true}).TLSConfig().InsecureSkipVerify {
		t.Error("elsewhere the certificate counts")
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		<-r.Context().Done()
	}))
	defer s.Close()
	target, _ := ParseTarget(s.URL)
	go func() {
		<-began
		cancel()
	}()
	r := Run(ctx, Load{Target: target, Profile: profile.Default(), Rate: 50, Duration: time.Hour})
	if r.Err == nil || r.Failed() != 0 {
		t.Errorf("%+v", r)
	}
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct {
		url      string
		want     Target
		loopback bool
	}{
		{"http://127.0.0.1:8000/", Target{Addr: "127.0.0.1:8000", Host: "127.0.0.1:8000"}, true},
		{"http://localhost/api/", Target{Addr: "localhost:80", Host: "localhost", Path: "/api"}, true},
		{"https://[::1]", Target{Addr: "[::1]:443", Host: "[::1]", TLS: true}, true},
		{"https://example.com", Target{Addr: "example.com:443", Host: "example.com", TLS: true}, false},
	} {
		got, err := ParseTarget(c.url)
		if err != nil || got != c.want || got.Loopback() != c.loopback {
			t.Errorf("%s: %+v, loopback %v, %v", c.url, got, got.Loopback(), err)
		}
	}
	for _, bad := range []string{"", "127.0.0.1:80", "ftp://a", "http://", "http://a/?b=c", "http://u@a/"} {
		if _, err := ParseTarget(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestWeights(t *testing.T) {
	p := profile.Default("/a", "/b")
	p.Requests[0].Weight = 0
	c := compile(Target{}, p)
	random := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		if got := c.pick(random).request.Path; got != "/b" {
			t.Fatalf("picked %s, which has no weight", got)
		}
	}
}
