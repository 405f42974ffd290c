package transfer

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	var sent, wrong atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		size, _ := strconv.Atoi(r.URL.Path[1:])
		if n+int64(size) != 100 {
			wrong.Add(1)
		}
		sent.Add(1)
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Write(make([]byte, size))
	}))
	defer server.Close()
	for _, upload := range []bool{false, true} {
		sent.Store(0)
		config := Config{Addr: server.Listener.Addr().String(), Size: 100, Upload: upload, Conns: 2, Duration: 20 * time.Millisecond}
		report := Run(context.Background(), config)
		if report.Errors > 0 || report.Requests == 0 || int64(report.Requests) != sent.Load() || wrong.Load() > 0 {
			t.Errorf("upload %v: %+v, the server has answered %d, %d of them wrong", upload, report, sent.Load(), wrong.Load())
		}
	}
}
