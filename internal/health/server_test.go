package health

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func says(r Report) Ask { return func(context.Context) (Report, error) { return r, nil } }

func hangs(ctx context.Context) (Report, error) {
	<-ctx.Done()
	return Report{}, errors.New("busy")
}

var (
	well     = Report{Startup: []Check{{Name: "booted"}}, Ready: []Check{{Name: "booted"}, {Name: "workers"}}}
	starting = Report{Startup: []Check{{"booted", "not yet"}}, Ready: []Check{{"booted", "not yet"}, {"workers", "none"}}}
	draining = Report{Startup: well.Startup, Ready: []Check{{Name: "booted"}, {"stop", "it is to end"}}}
)

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		ask    Ask
		method string
		target string
		status int
		body   string
	}{
		{"alive", says(well), "GET", "/livez", 200, "ok\n"},
		{"alive while it starts", says(starting), "GET", "/livez", 200, "ok\n"},
		{"hung", hangs, "GET", "/livez", 503, "alive: no answer within 1s\n"},
		{"hung, so not ready", hangs, "GET", "/readyz", 503, "alive: no answer within 1s\n"},
		{"started", says(well), "GET", "/startupz", 200, "ok\n"},
		{"starting", says(starting), "GET", "/startupz", 503, "booted: not yet\n"},
		{"ready", says(well), "GET", "/readyz", 200, "ok\n"},
		{"not ready, twice", says(starting), "GET", "/readyz", 503, "booted: not yet; workers: none\n"},
		{"draining has started", says(draining), "GET", "/startupz", 200, "ok\n"},
		{"draining", says(draining), "GET", "/readyz", 503, "stop: it is to end\n"},
		{"verbose", says(draining), "GET", "/readyz?verbose", 503,
			"[+]alive ok\n[+]booted ok\n[-]stop failed: it is to end\nreadyz check failed\n"},
		{"verbose and well", says(well), "GET", "/startupz?verbose", 200, "[+]alive ok\n[+]booted ok\nstartupz check passed\n"},
		{"HEAD", says(well), "HEAD", "/readyz", 200, "ok\n"}, // the server leaves the content out
		{"POST", says(well), "POST", "/readyz", 405, "Method Not Allowed\n"},
		{"another path", says(well), "GET", "/healthz", 404, "404 page not found\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Handler(c.ask).ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
			if w.Code != c.status || w.Body.String() != c.body {
				t.Errorf("%d %q, want %d %q", w.Code, w.Body, c.status, c.body)
			}
		})
	}
}

func TestServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := Serve(ln, says(well))
	resp, err := http.Get("http://" + ln.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 200 || string(body) != "ok\n" || !resp.Close || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%+v %q", resp, body)
	}
	s.Close()
	if c, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		c.Close()
		t.Error("it listens after it was closed")
	}
}
