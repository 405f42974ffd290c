package nethttp

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// Options say how a handler is called.
type Options struct {
	Calls        int           // calls at once; 0: no limit
	Queue        int           // exchanges that may wait for a call; more get 503
	QueueTimeout time.Duration // how long they may wait; 0: no limit
	Timeout      time.Duration // for one call; 0: no limit
	NonBlocking  bool          // the handler never waits for anything: event loops may call it
	Error        func(string)  // the error log
}

// New makes an App of a handler.
func New(h http.Handler, o Options) app.App {
	a := &adapter{handler: h, Options: o}
	if o.Calls > 0 {
		a.free = make(chan struct{}, o.Calls)
	}
	return a
}

type adapter struct {
	Options
	handler http.Handler
	free    chan struct{} // one element for each call under way; nil: no limit
	waiting waiting
}

// Mode implements app.App.
func (a *adapter) Mode() app.Mode {
	if a.NonBlocking {
		return app.Immediate
	}
	return app.Blocking
}

// Serve implements app.App.
func (a *adapter) Serve(ex app.Exchange) {
	if !a.enter(ex) {
		return
	}
	defer a.leave()
	c := &call{ex: ex}
	req, err := newRequest(c, ex)
	if err != nil {
		ex.Abort(http.StatusBadRequest, 0)
		return
	}
	if a.Timeout > 0 {
		ex.Limit(a.Timeout)
	}
	w := &response{ex: ex, req: req, header: make(http.Header), neverWait: a.NonBlocking, oneOfFew: a.Calls > 0}
	status := a.call(w, req)
	c.end()
	if status != 0 {
		ex.Abort(status, 0)
	} else if err := w.finish(); err != nil && !errors.Is(err, app.ErrGone) {
		a.Error(fmt.Sprintf("Error handling request %s %s: %v", req.Method, req.RequestURI, err))
	}
}

// call runs the handler. A status other than 0 ends the exchange in its place: it
// panicked. http.ErrAbortHandler cuts the connection without a word, as net/http
// has it.
func (a *adapter) call(w *response, req *http.Request) (status int) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			status = app.StatusGone
		default:
			status = http.StatusInternalServerError
			a.Error(fmt.Sprintf("Error handling request %s %s: panic: %v\n%s", req.Method, req.RequestURI, v, debug.Stack()))
		}
	}()
	a.handler.ServeHTTP(w, req)
	return 0
}
