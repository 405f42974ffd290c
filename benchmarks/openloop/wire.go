package openloop

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

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
	request := p.keeping
	if closing {
		request = p.closing
	}
	if _, err := w.conn.Write(request); err != nil && !broken(err) {
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
		conn, err = (&tls.Dialer{NetDialer: d, Config: w.target.TLSConfig()}).DialContext(ctx, "tcp", w.target.Addr)
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
