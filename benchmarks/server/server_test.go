package server

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/affinity"
	"github.com/seed-77b39ca9/srv/benchmarks/procstat"
)

// The test binary started again with this variable is the server under test.
const helperVar = "SERVER_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperVar) {
	case "":
		os.Exit(m.Run())
	case "fail":
		fmt.Println("first line")
		fmt.Println("no such app")
		os.Exit(3)
	case "serve":
		// a child that ignores the polite signal must not survive either
		child := exec.Command("sh", "-c", "trap '' TERM; while :; do sleep 1; done")
		if err := child.Start(); err != nil {
			panic(err)
		}
		panic(http.ListenAndServe(os.Args[1], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "Hello World")
		})))
	}
}

func start(t *testing.T, role string) *Server {
	t.Helper()
	t.Setenv(helperVar, role)
	port, err := FreePort()
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	s, err := Start(Command{Argv: []string{os.Args[0], addr}, Addr: addr}, affinity.Anywhere)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStopEndsTheWholeTree(t *testing.T) {
	s := start(t, "serve")
	if err := s.Ready(context.Background(), "Hello World"); err != nil {
		s.Stop()
		t.Fatal(err)
	}
	tree, err := s.Tree()
	if err != nil || len(tree) < 2 {
		t.Errorf("tree %v, %v: want the server and its child", tree, err)
	}
	if err := s.Err(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	for _, p := range tree {
		waitGone(t, p)
	}
}

// waitGone waits until p has ended: a signal is delivered some time after it
// was sent.
func waitGone(t *testing.T, p procstat.Process) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); procstat.Alive(p); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d has survived", p.PID)
		}
	}
}

func TestReadyReportsWhyTheServerEnded(t *testing.T) {
	s := start(t, "fail")
	err := s.Ready(context.Background(), "Hello World")
	if err == nil || !strings.Contains(err.Error(), "exit status 3: no such app") {
		t.Errorf("error %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"PATH=/bin", "GOGC=off", "SRV_WORKERS=4", "HOME=/", "GUNICORN_CMD_ARGS=-w9", "PYTHONPATH=x"})
	if want := []string{"PATH=/bin", "HOME=/"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
