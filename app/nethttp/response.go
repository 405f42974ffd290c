package nethttp

import (
	"errors"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"unsafe"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// response implements http.ResponseWriter, http.Flusher, io.StringWriter, and
// io.ReaderFrom in file.go. Content gathers until there is enough to send, so that a
// small response gets a Content-Length and goes out in one piece.
type response struct {
	ex      app.Exchange
	req     *http.Request
	header  http.Header // the handler's
	fixed   http.Header // as it was at WriteHeader
	status  int
	head    protocol.Response
	held    []byte // content that was not given to ex
	started bool
	failed  error
	logged  bool // why it failed is in the log

	neverWait bool // Write takes all that is given, for it must not wait for the client
	oneOfFew  bool // others wait for this call to end: it waits for a slow client only when it has to
}

const (
	holdMax  = 2 << 10   // as net/http: more content than this is chunked unless its length is given
	highTide = 256 << 10 // pending bytes above which Write waits for the client
)

// Header implements http.ResponseWriter.
func (w *response) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic("invalid WriteHeader code " + strconv.Itoa(status))
	}
	switch {
	case w.status != 0:
		return
	case status < 200 && status != http.StatusSwitchingProtocols:
		w.inform(status)
		return
	}
	w.status = status
	w.fixed = w.header.Clone() // changes from now on do not count
}

// inform sends an interim response with the header as it is now.
func (w *response) inform(status int) {
	w.ex.Inform(&protocol.Response{Status: status, Fields: fieldsOf(w.header, nil)})
}

// Write implements http.ResponseWriter.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.failed != nil {
		return 0, w.failed
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if !w.started && len(w.held)+len(p) <= holdMax {
		w.held = append(w.held, p...)
		return len(p), nil
	}
	if err := w.start(-1, p); err != nil {
		return 0, err
	}
	if err := w.ex.Write(p); err != nil {
		w.failed = err
		w.logged = !errors.Is(err, app.ErrGone)
		return 0, err
	}
	w.wait()
	return len(p), nil
}

// WriteString implements io.StringWriter.
func (w *response) WriteString(s string) (int, error) {
	return w.Write(unsafe.Slice(unsafe.StringData(s), len(s)))
}

// Flush implements http.Flusher.
func (w *response) Flush() { w.FlushError() }

// FlushError is Flush for http.ResponseController.
func (w *response) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if err := w.start(-1, nil); err != nil {
		return err
	}
	w.ex.Flush()
	return nil
}

// wait has a handler that is faster than its client wait for it. Where there may
// be any number of calls, that spares the disk; where there are few, the rest of
// the response goes to the disk, and the call to somebody else.
func (w *response) wait() {
	if w.neverWait || w.ex.Pending() <= highTide || w.oneOfFew && !w.ex.Full() {
		return
	}
	drained := make(chan struct{})
	w.ex.OnDrain(func() { close(drained) })
	<-drained
}

// start sends the head and what was held, once. first is the content that
// follows, for its type to be told from.
func (w *response) start(length int64, first []byte) error {
	if w.started || w.failed != nil {
		return w.failed
	}
	w.started = true
	w.makeHead(length, first)
	if err := w.ex.Start(&w.head); err != nil {
		w.failed = err
		return err
	}
	if len(w.held) > 0 {
		if err := w.ex.Write(w.held); err != nil {
			w.failed = err
			return err
		}
	}
	return nil
}

// makeHead fills in what the handler left open. first is content behind held.
func (w *response) makeHead(length int64, first []byte) {
	w.head.Status, w.head.ContentLength = w.status, -1
	fields := fieldsOf(w.fixed, make([]protocol.Field, 0, len(w.fixed)+2))
	if bodyAllowed(w.status) {
		if _, typed := w.fixed["Content-Type"]; !typed && w.fixed.Get("Content-Encoding") == "" && len(w.held)+len(first) > 0 {
			sniff := w.held
			if len(sniff) == 0 {
				sniff = first
			}
			fields = append(fields, protocol.Field{Name: bytesOf("Content-Type"), Value: bytesOf(http.DetectContentType(sniff))})
		}
		if _, has := w.fixed["Content-Length"]; !has && w.fixed.Get("Transfer-Encoding") == "" {
			w.head.ContentLength = length
		}
	}
	w.head.Fields = fields
}

// finish ends the response that the handler has given.
func (w *response) finish() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	trailers := w.trailers()
	if len(trailers) > 0 && w.start(-1, nil) == nil { // only chunked content has room for them
		w.ex.Finish(trailers...)
		return nil
	}
	if w.started {
		if w.failed != nil && !errors.Is(w.failed, app.ErrGone) {
			w.ex.Abort(0, 0)
			if w.logged {
				return nil
			}
			return w.failed
		}
		w.ex.Finish() // which logs what is wrong
		return nil
	}
	w.makeHead(w.knownLength(), nil)
	w.ex.Respond(&w.head, w.held)
	return nil
}

// knownLength is the length of a response that is whole. That to HEAD may have
// been made without its content: then nothing is said.
func (w *response) knownLength() int64 {
	if w.req.Method == http.MethodHead && len(w.held) == 0 {
		return -1
	}
	return int64(len(w.held))
}

// fieldsOf appends a header's fields, but not the trailers in it.
func fieldsOf(h http.Header, fields []protocol.Field) []protocol.Field {
	for name, values := range h {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			continue
		}
		for _, v := range values {
			fields = append(fields, protocol.Field{Name: bytesOf(name), Value: bytesOf(v)})
		}
	}
	return fields
}

// trailers are what the handler has put into the header to be sent behind the
// content: the names that it had announced in Trailer, and those that begin with
// http.TrailerPrefix.
func (w *response) trailers() (fields []protocol.Field) {
	if w.failed != nil || !bodyAllowed(w.status) {
		return nil
	}
	for _, announced := range w.fixed["Trailer"] {
		for _, name := range strings.Split(announced, ",") {
			name = http.CanonicalHeaderKey(textproto.TrimString(name))
			for _, v := range w.header[name] {
				fields = append(fields, protocol.Field{Name: bytesOf(name), Value: bytesOf(v)})
			}
		}
	}
	for name, values := range w.header {
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			for _, v := range values {
				fields = append(fields, protocol.Field{Name: bytesOf(name), Value: bytesOf(v)})
			}
		}
	}
	return fields
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
