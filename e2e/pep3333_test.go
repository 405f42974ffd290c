package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// wsgiref's validator stands between server and application, and finds nothing.
func TestValidator(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "checked"})
		for _, c := range []struct {
			method, path, send string
			status             int
			body               string
		}{
			{"GET", "/read-all", "", 200, ""},
			{"POST", "/read-all", "abcdef\nsecond\nthird\nlast", 200, "abc|def\n|second\n|third\n|last"},
			{"GET", "/generator", "", 200, "one two three"},
			{"HEAD", "/generator", "", 200, ""},
			{"GET", "/late-start", "", 200, "late"},
			{"GET", "/writes", "", 200, "written twice and returned"},
			{"HEAD", "/writes", "", 200, ""},
			{"GET", "/file", "", 200, "of a file"},
			{"GET", "/again", "", 503, "changed my mind"},
			{"GET", "/empty", "", 204, ""},
			{"GET", "/errors", "", 200, "logged"},
			{"DELETE", "/generator?a=b", "", 200, "one two three"},
		} {
			var body io.Reader
			if c.send != "" {
				body = strings.NewReader(c.send)
			}
			a, err := do(client(t), c.method, s.url(c.path), "text/plain", body)
			if err != nil || a.StatusCode != c.status || a.body != c.body {
				t.Errorf("%s %s: %v %q, want %d %q", c.method, c.path, err, a.body, c.status, c.body)
			}
		}
		checkClosing(t, s)
		s.log.await(t, "^a line for the error log$")
		s.log.await(t, "^and another$")
		if log := s.log.String(); strings.Contains(log, "AssertionError") || strings.Contains(log, "Traceback") ||
			strings.Contains(log, "WSGIWarning") || strings.Contains(log, "garbage collected") {
			t.Error("the validator found something")
		}
		checkTooLate(t, s)
		s.stop()
	})
}

func checkClosing(t *testing.T, s *server) {
	s.want("/closing", 200, "open")
	s.log.awaitN(t, "^the iterable was closed$", 1)
	if _, err := do(client(t), "HEAD", s.url("/closing"), "", nil); err != nil {
		t.Error(err)
	}
	s.log.awaitN(t, "^the iterable was closed$", 2)
}

// checkTooLate: after the head is out, an error can only cut the response, and
// the client must be able to see that.
func checkTooLate(t *testing.T, s *server) {
	c := s.dial()
	c.ask("/too-late")
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err == nil || string(body) != "begun" {
		t.Errorf("%q, %v; want %q and an error", body, err, "begun")
	}
	s.log.await(t, "^ValueError: too late for another answer")
}

// What goes wrong in the app: 500 before the head, a cut connection after it.
func TestAppRaises(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		gates := newGates(t)
		s := start(t, spec{target: g, app: "station", args: []string{"--access-logfile=-"}, env: []string{gates.env()}})
		if a := s.get("/raise"); a.StatusCode != 500 {
			t.Errorf("status %d, want 500", a.StatusCode)
		}
		s.log.await(t, `\[ERROR\] Error handling request GET /raise`)
		s.log.await(t, "^RuntimeError: raised on purpose")
		c := s.dial()
		c.ask("/half?here")
		resp, err := http.ReadResponse(c.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		gates.await(t, "here").pass()
		if body, err := io.ReadAll(resp.Body); err == nil || string(body) != "first\n" {
			t.Errorf("%q, %v; want the first half and an error", body, err)
		}
		s.log.await(t, "^RuntimeError: half way")
		s.want("/fast", 200, "fast")
		s.stop()
	})
}

// A handler that panics costs its own request and no more.
func TestHandlerPanics(t *testing.T) {
	each(t, []kind{goHandler}, func(t *testing.T, g target) {
		s := start(t, spec{target: g})
		if a := s.get("/raise"); a.StatusCode != 500 || strings.Contains(a.body, "on purpose") {
			t.Errorf("%d %q, want 500 and no details", a.StatusCode, a.body)
		}
		s.log.await(t, `\[ERROR\].*raised on purpose`)
		s.log.await(t, `goapp/main\.go:\d+`)
		s.want("/fast", 200, "fast")
		if n := s.log.count("Booting worker"); n != 1 {
			t.Errorf("%d workers were booted, want 1", n)
		}
		s.stop()
	})
}

// environOf asks for the environ, with a raw request on a new connection.
func (s *server) environOf(t *testing.T, request string) map[string]any {
	t.Helper()
	c := s.dial()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	a, err := c.answer()
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	var environ map[string]any
	if err := json.Unmarshal([]byte(a.body), &environ); err != nil {
		t.Fatalf("%q: %d %q", request, a.StatusCode, a.body)
	}
	_, environ["port of this end"], _ = net.SplitHostPort(c.LocalAddr().String())
	return environ
}

func TestEnviron(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "environ"})
		host, port, _ := net.SplitHostPort(s.addr)
		e := s.environOf(t, "POST /caf%C3%A9/a%2Fb%20c?x=%41&y HTTP/1.1\r\nHost: example.org:81\r\nX-Two: 1\r\nx-two: 2\r\n"+
			"X_Under: dropped\r\nContent-Type: text/x\r\nContent-Length: 3\r\nCookie: a=b\r\nX-High: \xe9\r\n\r\nabc")
		wantEnviron(t, e, map[string]any{
			"REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/caf\u00c3\u00a9/a/b c", "QUERY_STRING": "x=%41&y",
			"RAW_URI": "/caf%C3%A9/a%2Fb%20c?x=%41&y", "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": host, "SERVER_PORT": port,
			"REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": e["port of this end"], "HTTP_HOST": "example.org:81",
			"CONTENT_TYPE": "text/x", "CONTENT_LENGTH": "3", "HTTP_COOKIE": "a=b", "HTTP_X_HIGH": "\u00e9",
			"HTTP_X_TWO": "1,2", "HTTP_X_UNDER": nil, "HTTP_CONTENT_LENGTH": nil, "HTTP_CONTENT_TYPE": nil,
			"wsgi.version": []any{1.0, 0.0}, "wsgi.url_scheme": "http", "wsgi.run_once": false, "wsgi.input_terminated": true,
			"wsgi.multithread": false, "wsgi.multiprocess": false,
		})
		if software, _ := e["SERVER_SOFTWARE"].(string); !strings.HasPrefix(software, "srv/") {
			t.Errorf("SERVER_SOFTWARE %q", software)
		}
		for request, want := range map[string]string{
			"/%00":         "/\x00",
			"/a%00b%25c":   "/a\x00b%c",
			"/%E2%82%AC":   "/\u00e2\u0082\u00ac",
			"/%ff":         "/\u00ff",
			"/a//b/../c":   "/a//b/../c",
			"/%zz":         "/%zz",
			"/a;b=c":       "/a;b=c",
			"/?q":          "/",
			"/a%3Fb?c=d?e": "/a?b",
		} {
			e := s.environOf(t, "GET "+request+" HTTP/1.1\r\nHost: h\r\n\r\n")
			wantEnviron(t, e, map[string]any{"PATH_INFO": want, "RAW_URI": request})
		}
		wantEnviron(t, s.environOf(t, "GET http://other/abs?q HTTP/1.1\r\nHost: other\r\n\r\n"),
			map[string]any{"PATH_INFO": "/abs", "QUERY_STRING": "q", "RAW_URI": "http://other/abs?q"})
		wantEnviron(t, s.environOf(t, "GET /old HTTP/1.0\r\n\r\n"),
			map[string]any{"SERVER_PROTOCOL": "HTTP/1.0", "HTTP_HOST": nil})
		wantEnviron(t, s.environOf(t, "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\n\r\n"),
			map[string]any{"wsgi.url_scheme": "https"})
		s.stop()
	})
}

func wantEnviron(t *testing.T, e, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if fmt.Sprint(e[name]) != fmt.Sprint(value) {
			t.Errorf("%s is %q, want %q", name, e[name], value)
		}
	}
}

// The flags say what is so: threads within, processes beside.
func TestConcurrencyFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ workers, threads int }{{1, 1}, {2, 1}, {1, 2}, {2, 2}} {
		t.Run(fmt.Sprintf("%dx%d", c.workers, c.threads), func(t *testing.T) {
			t.Parallel()
			s := start(t, spec{target: target{"gnet", onCPython}, app: "environ",
				args: []string{"--workers=" + strconv.Itoa(c.workers), "--threads=" + strconv.Itoa(c.threads)}})
			wantEnviron(t, s.environOf(t, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
				map[string]any{"wsgi.multiprocess": c.workers > 1, "wsgi.multithread": c.threads > 1})
		})
	}
}

// Variables of --env reach the app.
func TestRawEnv(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	writeFile(t, dir, "envapp.py", "import os\nfrom examples import make\napplication = make(os.environ['GREETING'])\n")
	s := start(t, spec{target: target{"gnet", onCPython}, app: "envapp", dir: dir,
		args: []string{"--env=GREETING=Hello, env", "--pythonpath=" + appsDir}})
	s.want("/", 200, "Hello, env!")
}
