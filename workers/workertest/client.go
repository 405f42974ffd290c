package workertest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// client is a connection to a server, on which a test says exactly what it means to.
type client struct {
	net.Conn
	socket net.Conn // below TLS, if there is TLS
	t      *testing.T
	r      *bufio.Reader
}

func (sv *server) dial(t *testing.T) *client     { return sv.connect(t, "tcp", sv.tcp) }
func (sv *server) dialUnix(t *testing.T) *client { return sv.connect(t, "unix", sv.unix) }

// connect speaks TLS where the server does; the handshake comes with what is sent first.
func (sv *server) connect(t *testing.T, network, address string) *client {
	t.Helper()
	c := dial(t, network, address)
	if sv.client != nil {
		c.encrypt(sv.client)
	}
	return c
}

// dial speaks in the clear.
func dial(t *testing.T, network, address string) *client {
	t.Helper()
	nc, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(patience))
	return &client{nc, nc, t, bufio.NewReader(nc)}
}

// encrypt begins with TLS.
func (c *client) encrypt(conf *tls.Config) {
	c.Conn = tls.Client(c.socket, conf)
	c.r = bufio.NewReader(c.Conn)
}

// get is one request on a connection of its own.
func (sv *server) get(t *testing.T, target string) *answer {
	t.Helper()
	c := sv.dial(t)
	defer c.Close()
	return c.get(target)
}

// get is one request without content.
func (c *client) get(target string) *answer {
	c.t.Helper()
	c.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")
	return c.answer("GET")
}

// send sends all of s, or fails.
func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

// trickle sends s in pieces of one byte.
func (c *client) trickle(s string) {
	c.t.Helper()
	for i := range s {
		c.send(s[i : i+1])
	}
}

// closeWrite shuts the sending side down.
func (c *client) closeWrite() {
	if c.Conn != c.socket {
		c.Conn.(*tls.Conn).CloseWrite()
	}
	c.socket.(interface{ CloseWrite() error }).CloseWrite()
}

// reset closes a TCP connection so that the server sees a reset.
func (c *client) reset() {
	c.socket.(*net.TCPConn).SetLinger(0)
	c.socket.Close()
}

// answer is a response whose content has been read.
type answer struct {
	*http.Response
	content string
	err     error // of reading the content
}

// head reads a response's head; its content is still to be read.
func (c *client) head(method string) *http.Response {
	c.t.Helper()
	r, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("read a response: %v", err)
	}
	return r
}

// answer reads a response to a request with that method.
func (c *client) answer(method string) *answer {
	c.t.Helper()
	r := c.head(method)
	b, err := io.ReadAll(r.Body)
	return &answer{r, string(b), err}
}

// part reads the next n bytes of a response's content.
func part(t *testing.T, r io.Reader, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		t.Fatalf("read content: %v", err)
	}
	return string(b)
}

func (a *answer) want(t *testing.T, status int, content string) {
	t.Helper()
	if a.StatusCode != status || a.content != content || a.err != nil {
		t.Fatalf("got %d, %d bytes %.100q, error %v; want %d, %d bytes %.100q",
			a.StatusCode, len(a.content), a.content, a.err, status, len(content), content)
	}
}

// wantEnd fails unless the server closes the connection and sends nothing more.
func (c *client) wantEnd() {
	c.t.Helper()
	if b, err := c.r.ReadByte(); err != io.EOF {
		c.t.Fatalf("got %q, %v; want the connection closed", b, err)
	}
}

// wantCut fails unless the connection ends; how does not matter.
func (c *client) wantCut() {
	c.t.Helper()
	_, err := io.Copy(io.Discard, c.r)
	if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
		c.t.Fatal("the connection stays open")
	}
}

// request builds a request with content.
func request(method, target, content string, fields ...string) string {
	var b strings.Builder
	b.WriteString(method + " " + target + " HTTP/1.1\r\nHost: a\r\n")
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	b.WriteString("\r\n" + content)
	return b.String()
}
