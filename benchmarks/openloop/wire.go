package openloop

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/profile"
)

// Target is where the requests go.
type Target struct {
	Addr string // host:port
	Host string // the Host field; "" is Addr
	TLS  bool
	Path string // before the profile's paths, without a slash at its end
}

// ParseTarget reads an http or https URL.
func ParseTarget(text string) (Target, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return Target{}, fmt.Errorf("target: %w", err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return Target{}, fmt.Errorf("target %q: want http://HOST:PORT or https://HOST:PORT", text)
	case u.RawQuery != "" || u.User != nil:
		return Target{}, fmt.Errorf("target %q: want neither a query nor a user; the profile has the requests", text)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	path := u.EscapedPath()
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return Target{Addr: net.JoinHostPort(u.Hostname(), port), Host: u.Host, TLS: u.Scheme == "https", Path: path}, nil
}

// Loopback tells whether the target is on this machine for certain.
func (t Target) Loopback() bool {
	host, _, _ := net.SplitHostPort(t.Addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func encode(t Target, r *profile.Request, closing bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\n", r.Method, t.Path, r.Path)
	host := t.Host
	if host == "" {
		host = t.Addr
	}
	names := make([]string, 0, len(r.Headers))
	for name := range r.Headers {
		if http.CanonicalHeaderKey(name) == "Host" {
			host = r.Headers[name]
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(&b, "Host: %s\r\n", host)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\r\n", name, r.Headers[name])
	}
	if len(r.Content) > 0 || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Content))
	}
	if closing {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	b.Write(r.Content)
	return b.Bytes()
}

// wire is a connection that is made when it is needed. One goroutine uses it, but
// anybody may interrupt it.
type wire struct {
	target  Target
	timeout time.Duration
	reader  *bufio.Reader

	mu          sync.Mutex
	conn        net.Conn
	interrupted bool
}

// do sends a request and reads the whole response, by that limit. A kept connection that the
// server has closed meanwhile is made again, once: that is HTTP's way, and no error.
func (w *wire) do(ctx context.Context, p *plan, closing bool, limit time.Time) (status int, err error) {
	for {
		kept := w.conn != nil
		status, err = w.try(ctx, p, closing, limit)
		if err == nil || !kept || !stale(err) {
			return status, err
		}
	}
}

var errStale = errors.New("closed before an answer began")

func stale(err error) bool { return errors.Is(err, errStale) }

func (w *wire) try(ctx context.Context, p *plan, closing bool, limit time.Time) (int, error) {
	if w.conn == nil {
		if err := w.connect(ctx, limit); err != nil {
			return 0, err
		}
	}
	keep := false
	defer func() {
		if !keep {
			w.disconnect()
		}
	}()
	if err := w.conn.SetDeadline(limit); err != nil {
		return 0, err
	}
	bytes := p.keeping
	if closing {
		bytes = p.closing
	}
	if _, err := w.conn.Write(bytes); err != nil && !broken(err) {
		return 0, err // if it is broken, there may be an answer all the same: 413, say
	}
	if _, err := w.reader.Peek(1); err != nil {
		if err == io.EOF || broken(err) {
			err = fmt.Errorf("%w: %w", errStale, err)
		}
		return 0, err
	}
	response, err := http.ReadResponse(w.reader, &http.Request{Method: p.request.Method})
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0, err
	}
	keep = !closing && !response.Close
	return response.StatusCode, nil
}

func broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

func (w *wire) connect(ctx context.Context, limit time.Time) error {
	d := &net.Dialer{Deadline: limit}
	var conn net.Conn
	var err error
	if w.target.TLS {
		conn, err = (&tls.Dialer{NetDialer: d}).DialContext(ctx, "tcp", w.target.Addr)
	} else {
		conn, err = d.DialContext(ctx, "tcp", w.target.Addr)
	}
	if err != nil {
		return &connectError{err}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.interrupted {
		conn.Close()
		return &connectError{net.ErrClosed}
	}
	w.conn = conn
	if w.reader == nil {
		w.reader = bufio.NewReader(conn)
	} else {
		w.reader.Reset(conn)
	}
	return nil
}

func (w *wire) disconnect() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

// interrupt ends what the connection waits for, and lets it make no other.
func (w *wire) interrupt() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupted = true
	if w.conn != nil {
		w.conn.Close()
	}
}

// connectError is a connection that could not be made.
type connectError struct{ err error }

func (e *connectError) Error() string { return "connect: " + e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// What a request can fail of.
const (
	timedOut   = "timeout"
	refused    = "no connection"
	cut        = "connection cut"
	garbled    = "broken response"
	statusText = "status "
)

// kindOf names an error for the report.
func kindOf(err error) string {
	var connecting *connectError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return timedOut
	case errors.As(err, &connecting):
		return refused
	case errors.Is(err, errStale), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), broken(err):
		return cut
	}
	return garbled
}

func statusKind(status int) string { return fmt.Sprint(statusText, status) }
