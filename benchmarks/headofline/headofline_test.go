package headofline

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestOneSlowRequestAtATime(t *testing.T) {
	var slowNow, slowMost, fastSeen, slowSeen atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			fastSeen.Add(1)
			return
		}
		slowSeen.Add(1)
		if n := slowNow.Add(1); n > slowMost.Load() {
			slowMost.Store(n)
		}
		time.Sleep(2 * time.Millisecond)
		slowNow.Add(-1)
	}))
	defer server.Close()
	report := Run(context.Background(), Config{
		Addr: server.Listener.Addr().String(), Conns: 8, Duration: 300 * time.Millisecond,
		Pause: time.Millisecond, OneIn: 2,
	})
	if slowMost.Load() != 1 {
		t.Errorf("%d slow requests at once", slowMost.Load())
	}
	if report.Errors != 0 || int64(len(report.Fast)) != fastSeen.Load() || int64(len(report.Slow)) != slowSeen.Load() {
		t.Errorf("%d fast, %d slow, %d errors; served %d and %d",
			len(report.Fast), len(report.Slow), report.Errors, fastSeen.Load(), slowSeen.Load())
	}
}

func TestServerThatClosesIsNoError(t *testing.T) {
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if served.Add(1)%2 == 0 {
			w.Header().Set("Connection", "close")
		}
	}))
	defer server.Close()
	report := Run(context.Background(), Config{
		Addr: server.Listener.Addr().String(), Conns: 2, Duration: 50 * time.Millisecond,
		Pause: time.Millisecond, OneIn: 20,
	})
	if report.Errors != 0 || len(report.Fast) == 0 {
		t.Errorf("%d fast, %d errors", len(report.Fast), report.Errors)
	}
}

func TestTurn(t *testing.T) {
	var turn turn
	if turn.take() {
		t.Error("taken though none is owed")
	}
	turn.owe()
	turn.owe()
	if !turn.take() || turn.take() {
		t.Error("want the first and not the second while the first is out")
	}
	turn.give()
	if !turn.take() {
		t.Error("the one owed meanwhile is lost")
	}
}
