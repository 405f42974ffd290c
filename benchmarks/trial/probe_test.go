package trial

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// The test binary started again with this variable is the server under trial.
const helperVar = "TRIAL_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperVar) {
	case "":
		os.Exit(m.Run())
	case "fail":
		fmt.Println("Traceback\nImportError: no such app")
		os.Exit(4)
	}
	addr := strings.TrimPrefix(os.Args[1], "--bind=")
	panic(http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/exit" {
			os.Exit(9)
		}
		fmt.Fprint(w, "Hello World")
	})))
}

func config(role string) Config {
	return Config{Program: os.Args[0], Args: []string{"app"}, Env: append(os.Environ(), helperVar+"="+role), Boot: 30 * time.Second}
}

func TestProbe(t *testing.T) {
	p := profile.Default()
	s, err := Start(t.Context(), config("serve"), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	f, err := s.Probe(t.Context(), Load{Profile: p, Duration: time.Second})
	if err != nil || f.Requests == 0 || f.Failed != 0 || f.RPS <= 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	if f.PSS < 1<<20 || f.CPU <= 0 || f.Cores <= 0 || f.Load <= 0 {
		t.Errorf("the cost is not there: %+v", f)
	}
	if f.P50 <= 0 || f.P50 > f.P90 || f.P90 > f.P99 || f.P99 > f.P999 || f.P999 > f.Max || len(f.Quantiles) == 0 {
		t.Errorf("latencies: %+v", f)
	}
}

func TestServerThatDoesNotStart(t *testing.T) {
	_, err := Start(t.Context(), config("fail"), profile.Default())
	var boot *BootError
	if !errors.As(err, &boot) || !strings.Contains(boot.Log, "Traceback") || !strings.Contains(err.Error(), "no such app") {
		t.Errorf("%v", err)
	}
}

func TestServerThatEnds(t *testing.T) {
	p := profile.Default()
	s, err := Start(t.Context(), config("serve"), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	f, err := s.Probe(t.Context(), Load{Profile: profile.Default("/exit"), Rate: 20, Duration: time.Second})
	if err == nil || f.Failed != 1 {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestProbeIsInterrupted(t *testing.T) {
	p := profile.Default()
	s, err := Start(t.Context(), config("serve"), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	f, err := s.Probe(ctx, Load{Profile: p, Rate: 50, Duration: time.Hour})
	if !errors.Is(err, context.DeadlineExceeded) || !f.Unended {
		t.Errorf("%+v, %v", f, err)
	}
	elsewhere := Remote(s.Target)
	if f, err := elsewhere.Probe(t.Context(), Load{Profile: p, Rate: 50, Duration: 200 * time.Millisecond}); err != nil || f.CPU != 0 || f.Requests != 10 {
		t.Errorf("%+v, %v", f, err)
	}
}
