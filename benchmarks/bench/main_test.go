package bench

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/command"
	"github.com/seed-77b39ca9/srv/configs"
)

func host(args ...string) (h *command.Host, stdout *bytes.Buffer) {
	stdout = new(bytes.Buffer)
	return &command.Host{
		Name: "srv", Version: "1", Args: args, Stdout: stdout, Stderr: new(bytes.Buffer),
		IsGo: func(string) bool { return true },
		Load: func(args []string) (*configs.Loaded, error) {
			return configs.Load(configs.Input{Args: args, NoFiles: true})
		},
	}, stdout
}

// One result, and then another of a server that has begun to fail.
func TestBenchTarget(t *testing.T) {
	status := 200
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "old.json")
	args := []string{"--target", s.URL, "--rate=50", "--rounds=2", "--duration=200ms"}
	h, stdout := host(append(args, "--json", file)...)
	if code, err := run(t.Context(), h); code != 0 || err != nil {
		t.Fatalf("%d, %v\n%s", code, err, h.Stderr)
	}
	for _, want := range []string{"At 50 requests/s", "p99", "errors  0%"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("does not say %q:\n%s", want, stdout)
		}
	}
	old, err := Read(file)
	if err != nil || len(old.Rounds) != 2 || old.Target != s.URL || old.Profile.Rate != 50 || old.LatencyRate != 50 {
		t.Fatalf("%+v, %v", old, err)
	}
	status = 500
	h, stdout = host(append(args, "--compare", file, "--fail-if", "errors>0.1%", "--fail-if=rps<-1000%")...)
	if code, err := run(t.Context(), h); code != command.ExitError || err != nil {
		t.Errorf("%d, %v", code, err)
	}
	for _, want := range []string{"FAIL: errors>0.1%: it is 100%", "status 500"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("does not say %q:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout.String(), "FAIL: rps") {
		t.Errorf("the other limit is not crossed:\n%s", stdout)
	}
}

func TestBenchFindsTheHighestRate(t *testing.T) {
	// A capacity of some hundred requests a second, so that a rate that is too high is soon over.
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(10 * time.Millisecond) }))
	defer s.Close()
	h, stdout := host("--target", s.URL, "--rounds=1", "--duration=100ms", "--connections=2", "--objective=p50<=200ms,errors<=50%")
	if code, err := run(t.Context(), h); code != 0 || err != nil {
		t.Fatalf("%d, %v\n%s", code, err, h.Stderr)
	}
	if !strings.Contains(stdout.String(), "Highest rate with p50<=200ms") {
		t.Errorf("%s", stdout)
	}
}

func TestNoRateWillDo(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	h, _ := host("--target", s.URL, "--rounds=1", "--duration=100ms")
	if _, err := run(t.Context(), h); err == nil || !strings.Contains(err.Error(), "status 404") {
		t.Errorf("%v", err)
	}
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.json")
	if err := os.WriteFile(foreign, []byte(`{"schema": 7, "kind": "bench"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		says string
	}{
		{"no app", nil, "no application"},
		{"elsewhere", []string{"--target=http://example.com"}, "--target-is-mine"},
		{"both", []string{"--target=http://127.0.0.1:1", "demo:hello"}, "want one of them"},
		{"limit", []string{"--fail-if=p99", "demo:hello"}, "limit"},
		{"a change from nothing", []string{"--fail-if=p99>+1%", "demo:hello"}, "--compare"},
		{"schema", []string{"--compare", foreign, "demo:hello"}, "schema 7"},
		{"objective", []string{"--objective=fast", "demo:hello"}, "objective"},
		{"rounds", []string{"--rounds=0", "demo:hello"}, "rounds"},
		{"setting", []string{"--wrokers=3", "demo:hello"}, "wrokers"},
		{"rate", []string{"--rate=-1", "demo:hello"}, "rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, _ := host(c.args...)
			if _, err := run(t.Context(), h); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want it to say %q", err, c.says)
			}
		})
	}
	h, stdout := host("--help")
	if code, err := run(t.Context(), h); code != 0 || err != nil || !strings.Contains(stdout.String(), "--fail-if LIMIT") {
		t.Errorf("%d, %v: %s", code, err, stdout)
	}
}

func TestReadWhatIsNoResult(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	if _, err := Read(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	for _, text := range []string{"{", "{}", `{"kind":"bench","schema":1}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	want := &Result{Kind: "bench", Schema: Schema, Rounds: p99(1, 2)}
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(file); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}
