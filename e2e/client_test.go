package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// answer is a whole response.
type answer struct {
	*http.Response
	body string
}

// client is net/http's with no connections shared between tests.
func client(t *testing.T) *http.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// get fetches with a client of its own.
func (s *server) get(path string) answer {
	s.t.Helper()
	a, err := do(client(s.t), "GET", s.url(path), "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// want fetches and compares status and body.
func (s *server) want(path string, status int, body string) {
	s.t.Helper()
	a := s.get(path)
	if a.StatusCode != status || a.body != body {
		s.t.Errorf("GET %s: %d %.200q, want %d %q", path, a.StatusCode, a.body, status, body)
	}
}

func do(c *http.Client, method, url, contentType string, body io.Reader) (answer, error) {
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.Do(req)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(resp)
}

func readAnswer(resp *http.Response) (answer, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp, string(body)}, err
}

// conn is a connection by hand: nothing is repeated and nothing is hidden.
type conn struct {
	net.Conn
	r *bufio.Reader
}

// dial connects to the server.
func (s *server) dial() *conn {
	s.t.Helper()
	c, err := s.dialFrom("127.0.0.1")
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// dialFrom connects from one of the many addresses of the loopback.
func (s *server) dialFrom(host string) (*conn, error) {
	return s.connect(net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(host)}})
}

func (s *server) dialWith(d net.Dialer) *conn {
	s.t.Helper()
	c, err := s.connect(d)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *server) connect(d net.Dialer) (*conn, error) {
	d.Timeout = patience
	nc, err := d.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return newConn(nc), nil
}

func newConn(nc net.Conn) *conn { return &conn{nc, bufio.NewReader(nc)} }

// ask sends a GET with more header lines.
func (c *conn) ask(path string, fields ...string) error {
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, joined(fields))
	return err
}

func joined(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return strings.Join(fields, "\r\n") + "\r\n"
}

// answer reads the next response whole.
func (c *conn) answer() (answer, error) {
	resp, err := http.ReadResponse(c.r, &http.Request{Method: "GET"})
	if err != nil {
		return answer{}, err
	}
	return readAnswer(resp)
}

// fetch asks and reads.
func (c *conn) fetch(path string, fields ...string) (answer, error) {
	if err := c.ask(path, fields...); err != nil {
		return answer{}, err
	}
	return c.answer()
}

// exchange sends raw bytes and reads until the server closes.
func (s *server) exchange(request string) string {
	s.t.Helper()
	c := s.dial()
	if _, err := io.WriteString(c, request); err != nil {
		s.t.Fatal(err)
	}
	all, err := io.ReadAll(c.r)
	if err != nil {
		s.t.Fatalf("reading the answer to %q: %v", request, err)
	}
	return string(all)
}

// steady is a client that keeps one connection for as long as the server does, and
// never asks twice for the same: a failure is a failure.
type steady struct {
	s *server
	c *conn
}

func (k *steady) fetch(path string) (answer, error) {
	if k.c == nil {
		c, err := k.s.dialFrom("127.0.0.1")
		if err != nil {
			return answer{}, err
		}
		k.c = c
	}
	a, err := k.c.fetch(path)
	if err == nil && a.Close {
		k.c.Close()
		k.c = nil
	}
	return a, err
}

// pattern makes n bytes that compress and repeat badly enough to show any
// piece that is lost, doubled or in the wrong place.
func pattern(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `{"number": %d, "square": %d},`+"\n", i, i*i)
	}
	return b.Bytes()[:n]
}
