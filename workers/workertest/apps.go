package workertest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/protocol"
)

// script is an App made of a function, in any of the three modes. A Deferred
// one runs it on another goroutine.
type script struct {
	mode  app.Mode
	serve func(app.Exchange)
}

func (s script) Mode() app.Mode { return s.mode }

func (s script) Serve(ex app.Exchange) {
	if s.mode == app.Deferred {
		go s.serve(ex)
		return
	}
	s.serve(ex)
}

// kind is a way to make an app. All kinds answer the same requests in the same way.
type kind struct {
	name string
	app  func() app.App
}

var (
	immediate   = kind{"immediate", func() app.App { return script{app.Immediate, echo} }}
	blocking    = kind{"blocking", func() app.App { return script{app.Blocking, echo} }}
	deferred    = kind{"deferred", func() app.App { return script{app.Deferred, echo} }}
	handler     = kind{"nethttp", func() app.App { return httpApp(echoHandler) }}
	nonBlocking = kind{"nethttp, immediate", func() app.App {
		return nethttp.New(http.HandlerFunc(echoHandler), nethttp.Options{NonBlocking: true, Error: func(string) {}})
	}}

	kinds = []kind{immediate, blocking, deferred, handler, nonBlocking}
)

// inEvery runs test with every kind of app.
func inEvery(t *testing.T, test func(t *testing.T, k kind)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k) })
	}
}

// inTwo is inEvery for what takes long: one kind that answers at once, and one
// that does not.
func inTwo(t *testing.T, test func(t *testing.T, k kind)) {
	for _, k := range []kind{immediate, handler} {
		t.Run(k.name, func(t *testing.T) { test(t, k) })
	}
}

// inEachMode runs test in the modes in which an app may wait for something.
func inEachMode(t *testing.T, test func(t *testing.T, mode app.Mode)) {
	t.Run("blocking", func(t *testing.T) { test(t, app.Blocking) })
	t.Run("deferred", func(t *testing.T) { test(t, app.Deferred) })
}

// httpApp makes an app of a handler; nobody reads its log.
func httpApp(f http.HandlerFunc) app.App {
	return nethttp.New(f, nethttp.Options{Error: func(string) {}})
}

// largeSize is the size of the answer to /large.
const largeSize = 8 << 20

var largeContent = strings.Repeat("0123456789abcdef", largeSize/16)

// reply is what the echo apps answer to a target.
//
//	/hello    Hello World
//	/n/TEXT   TEXT
//	/large    8 MB
//	/status/N that status, and no content of its own
//	else      the method, the target, and the content's size and digest
func reply(method, target string, content io.Reader) (status int, text string) {
	switch {
	case target == "/hello":
		return 200, "Hello World"
	case target == "/large":
		return 200, largeContent
	case strings.HasPrefix(target, "/n/"):
		return 200, target[len("/n/"):]
	case strings.HasPrefix(target, "/status/"):
		status, _ = strconv.Atoi(target[len("/status/"):])
		return status, ""
	}
	digest := sha256.New()
	n, err := io.Copy(digest, content)
	if err != nil {
		return 500, err.Error()
	}
	return 200, echoed(method, target, n, digest.Sum(nil))
}

func echoed(method, target string, n int64, digest []byte) string {
	return fmt.Sprintf("%s %s %d %x", method, target, n, digest)
}

// echoOf is what an echo app answers to that request.
func echoOf(method, target, content string) string {
	digest := sha256.Sum256([]byte(content))
	return echoed(method, target, int64(len(content)), digest[:])
}

func echo(ex app.Exchange) {
	r := ex.Request()
	status, text := reply(string(r.Method()), string(r.Target()), ex.Content().Reader())
	respond(ex, status, text)
}

func echoHandler(w http.ResponseWriter, r *http.Request) {
	status, text := reply(r.Method, r.RequestURI, r.Body)
	if status != 204 && status != 304 {
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(status)
	if status != 204 && status != 304 {
		io.WriteString(w, text)
	}
}

// field makes a response's field.
func field(name, value string) protocol.Field {
	return protocol.Field{Name: []byte(name), Value: []byte(value)}
}

// headOf is a response's head; length -1 leaves it open.
func headOf(status int, length int64, fields ...protocol.Field) *protocol.Response {
	return &protocol.Response{Status: status, ContentLength: length, Fields: fields}
}

func respond(ex app.Exchange, status int, text string) {
	ex.Respond(headOf(status, int64(len(text)), field("Content-Type", "text/plain")), []byte(text))
}
