package workertest

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/workers"
)

func hostPort(a net.Addr) string {
	host, port, _ := net.SplitHostPort(a.String())
	return host + " " + port
}

// journal is an access log that keeps of each entry what the tests look at.
type journal struct {
	mu  sync.Mutex
	got []string
	bad []string
}

func (j *journal) add(a *workers.Access) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.got = append(j.got, fmt.Sprintf("%s %d %d", a.Request.RequestLine(), a.Status, a.Sent))
	if a.Began.IsZero() || time.Since(a.Began) > patience || a.Took < 0 || a.Peer.RemoteHost != "127.0.0.1" {
		j.bad = append(j.bad, fmt.Sprintf("%+v", a))
	}
	if len(a.Head) > 0 && !strings.HasPrefix(string(a.Head), fmt.Sprintf("HTTP/1.1 %d ", a.Status)) {
		j.bad = append(j.bad, string(a.Head))
	}
}

func (j *journal) all() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.got...)
}

// wantNext takes the next entry.
func (j *journal) wantNext(t *testing.T, want string) {
	t.Helper()
	eventually(t, "an entry "+want, func() bool { return len(j.all()) > 0 })
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.got[0] != want {
		t.Errorf("the access log has %q; want %q", j.got[0], want)
	}
	j.got = j.got[1:]
}

// records: one entry in the access log for each request, whatever became of it.
func (s *suite) records(t *testing.T) {
	t.Run("answered", func(t *testing.T) { inEvery(t, s.recordAnswered) })
	t.Run("refused", func(t *testing.T) { inEvery(t, s.recordRefused) })
	t.Run("cut short", func(t *testing.T) { inEachMode(t, s.recordCut) })
}

func (s *suite) journaled(t *testing.T, a app.App, edit ...func(*workers.Options)) (*server, *journal) {
	j := new(journal)
	sv := s.start(t, a, append(edit, func(o *workers.Options) { o.Access = j.add })...)
	t.Cleanup(func() {
		sv.worker.Close()
		sv.stop(t)
		for _, e := range j.got {
			t.Errorf("an entry too many: %s", e)
		}
		for _, e := range j.bad {
			t.Errorf("a wrong entry: %s", e)
		}
	})
	return sv, j
}

func (s *suite) recordAnswered(t *testing.T, k kind) {
	sv, j := s.journaled(t, k.app())
	for _, tt := range []struct{ method, target, want string }{
		{"GET", "/hello", "200 11"},
		{"HEAD", "/hello", "200 0"},
		{"GET", "/large", fmt.Sprint("200 ", largeSize)},
		{"GET", "/status/204", "204 0"},
		{"GET", "/status/500", "500 0"},
	} {
		c := sv.dial(t)
		c.send(request(tt.method, tt.target, ""))
		c.answer(tt.method)
		j.wantNext(t, tt.method+" "+tt.target+" HTTP/1.1 "+tt.want)
	}
}

func (s *suite) recordRefused(t *testing.T, k kind) {
	sv, j := s.journaled(t, k.app(), func(o *workers.Options) { o.HeadTimeout = soon })
	c := sv.dial(t)
	c.send("GET /bad HTTP/1.1\r\nHost : a\r\n\r\n")
	n := len(c.answer("GET").content)
	j.wantNext(t, fmt.Sprintf("GET /bad HTTP/1.1 400 %d", n))

	c = sv.dial(t)
	c.send("GET /slow HTTP/1.1\r\nHost: ")
	sv.get(t, "/hello") // overwrites what buffers the server shares
	j.wantNext(t, "GET /hello HTTP/1.1 200 11")
	n = len(c.answer("GET").content)
	j.wantNext(t, fmt.Sprintf("GET /slow HTTP/1.1 408 %d", n))
}

func (s *suite) recordCut(t *testing.T, mode app.Mode) {
	sv, j := s.journaled(t, script{mode, func(ex app.Exchange) {
		switch string(ex.Request().Target()) {
		case "/gone":
			ex.Abort(app.StatusGone, 0)
		case "/late":
			gone := make(chan struct{})
			ex.OnGone(func() { close(gone) })
			ex.Limit(soon)
			<-gone
			ex.Abort(app.StatusGone, 0)
		case "/begun":
			ex.Start(headOf(200, -1))
			ex.Write([]byte("begun"))
			ex.Flush()
			ex.Abort(0, 0)
		}
	}})
	c := sv.dial(t)
	c.send(request("GET", "/gone", ""))
	c.wantCut()
	j.wantNext(t, "GET /gone HTTP/1.1 499 0")
	sv.get(t, "/begun")
	j.wantNext(t, "GET /begun HTTP/1.1 200 5")
	n := len(sv.get(t, "/late").content)
	j.wantNext(t, fmt.Sprintf("GET /late HTTP/1.1 504 %d", n))
}
