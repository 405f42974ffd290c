package wsgi

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// exchange is an app.Exchange whose response lands in memory. It complains when
// the pool ends it twice, or answers after its end.
type exchange struct {
	tb      testing.TB
	request *protocol.Request
	content app.Content
	peer    app.Peer
	done    chan struct{} // closed when it is over

	mu      sync.Mutex
	status  int // of the response's head, or what Abort was given
	reason  string
	fields  []string // "name: value"
	hints   []string // "status name: value"
	body    []byte
	files   int // calls of WriteFile
	gone    bool
	pending int
	drain   func()
	flushed chan struct{} // gets one when a part of the response is sent
	aborted bool
	again   int // what Abort was given as retryAfter
	over    bool
}

// get makes an exchange of a GET request for target.
func get(tb testing.TB, target string) *exchange {
	return newExchange(tb, "GET "+target+" HTTP/1.1\r\nHost: a\r\n\r\n")
}

func newExchange(tb testing.TB, head string) *exchange {
	return &exchange{
		tb: tb, request: parse(tb, protocol.Options{}, head), done: make(chan struct{}), flushed: make(chan struct{}, 1),
		peer: app.Peer{RemoteHost: "192.0.2.7", RemotePort: "50000", LocalHost: "127.0.0.1", LocalPort: "8000"},
	}
}

// parse reads a request's head as the server does, from a trusted peer.
func parse(tb testing.TB, o protocol.Options, head string) *protocol.Request {
	tb.Helper()
	var c protocol.Conn
	c.Init(&o, false, true)
	r := new(protocol.Request)
	if ev, _, err := c.Next([]byte(head), r); ev != protocol.Head {
		tb.Fatalf("%q is no request: %v", head, err)
	}
	r.Keep()
	return r
}

// wait waits for the exchange's end.
func (e *exchange) wait() *exchange {
	e.tb.Helper()
	select {
	case <-e.done:
	case <-time.After(patience):
		e.tb.Fatalf("%s is not answered", e.request.Target())
	}
	return e
}

// want waits for a whole response with this status and content.
func (e *exchange) want(status int, body string) {
	e.tb.Helper()
	e.wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status != status || e.aborted != (status != 200) || !e.aborted && string(e.body) != body {
		e.tb.Errorf("%s: got %d (aborted: %v) %.80q, want %d %.80q",
			e.request.Target(), e.status, e.aborted, e.body, status, body)
	}
}

// isOver says whether the exchange has ended.
func (e *exchange) isOver() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// leave is the client's going away.
func (e *exchange) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone = true
}

func (e *exchange) Request() *protocol.Request { return e.request }
func (e *exchange) Content() *app.Content      { return &e.content }
func (e *exchange) Peer() *app.Peer            { return &e.peer }

func (e *exchange) Respond(head *protocol.Response, content []byte) {
	e.Start(head)
	e.Write(content)
	e.Finish()
}

func (e *exchange) Start(head *protocol.Response) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.alive("Start")
	if head.Status < 200 {
		return &protocol.Error{Status: 500, Reason: "no final status"}
	}
	e.status, e.reason = head.Status, string(head.Reason)
	for _, f := range head.Fields {
		e.fields = append(e.fields, fmt.Sprintf("%s: %s", f.Name, f.Value))
	}
	return nil
}

func (e *exchange) Write(p []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.alive("Write")
	if e.gone {
		return app.ErrGone
	}
	e.body = append(e.body, p...)
	return nil
}

func (e *exchange) WriteFile(f *os.File, offset, n int64) error {
	p := make([]byte, n)
	if _, err := f.ReadAt(p, offset); err != nil {
		e.tb.Error(err)
	}
	e.mu.Lock()
	e.files++
	e.mu.Unlock()
	return e.Write(p)
}

func (e *exchange) Flush() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.alive("Flush")
	select {
	case e.flushed <- struct{}{}:
	default:
	}
}

func (e *exchange) Inform(h *protocol.Response) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.alive("Inform")
	for _, f := range h.Fields {
		e.hints = append(e.hints, fmt.Sprintf("%d %s: %s", h.Status, f.Name, f.Value))
	}
	return nil
}

func (e *exchange) Finish(...protocol.Field) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end("Finish")
	return nil
}

func (e *exchange) Abort(status, retryAfter int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status, e.aborted, e.again = status, true, retryAfter
	e.end("Abort")
}

func (e *exchange) Pending() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pending
}

// fullAt is how much pends when the pool is to let the application wait.
const fullAt = 16 << 20

func (e *exchange) Full() bool { return e.Pending() > fullAt }

func (e *exchange) OnDrain(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drain = f
}

func (e *exchange) Gone() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.gone
}

func (e *exchange) Limit(time.Duration) {}
func (e *exchange) OnGone(func())       {}

func (e *exchange) alive(method string) {
	if e.over {
		e.tb.Errorf("%s: %s after the exchange's end", e.request.Target(), method)
	}
}

func (e *exchange) end(method string) {
	e.alive(method)
	if !e.over {
		e.over = true
		close(e.done)
	}
}

// spool makes text the exchange's content, in a file without a name.
func (e *exchange) spool(text string) *exchange {
	f, err := os.CreateTemp(e.tb.TempDir(), "spool")
	if err != nil {
		e.tb.Fatal(err)
	}
	e.tb.Cleanup(func() { f.Close() })
	if _, err := f.WriteString(text); err != nil {
		e.tb.Fatal(err)
	}
	e.content = app.Content{File: f, Size: int64(len(text))}
	return e
}

// hold makes text the exchange's content, in memory.
func (e *exchange) hold(text string) *exchange {
	e.content = app.Content{Bytes: []byte(text), Size: int64(len(text))}
	return e
}

// has says whether the response has the field.
func (e *exchange) has(field string) bool {
	return strings.Contains("\n"+strings.Join(e.fields, "\n")+"\n", "\n"+field+"\n")
}
