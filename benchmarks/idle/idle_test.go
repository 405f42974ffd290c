package idle

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestOpen(t *testing.T) {
	var served atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch served.Add(1) % 4 {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			w.Header().Set("Connection", "close")
		}
	}))
	defer server.Close()
	conns := Open(server.Listener.Addr().String(), 200, 10*time.Second)
	if conns.Standing() != 100 || conns.Closed != 50 || conns.Failed != 50 {
		t.Errorf("%d standing, %d closed, %d failed; want 100, 50, 50", conns.Standing(), conns.Closed, conns.Failed)
	}
	conns.Close()
	if conns.Standing() != 0 {
		t.Errorf("%d stand after Close", conns.Standing())
	}
}
