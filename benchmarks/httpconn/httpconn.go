// Package httpconn is the client side of one HTTP/1.1 connection for load
// generators: a request is bytes made beforehand, and of the response only
// what a measurement needs is looked at. It is not a general client; it reads
// responses with a Content-Length and nothing else.
package httpconn

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// maxContent bounds the content of a response, in bytes.
const maxContent = 1 << 20

// ErrMalformed says that the server's answer is no response this package reads.
var ErrMalformed = errors.New("malformed response")

// Response is what is kept of a response.
type Response struct {
	Status  int
	Close   bool   // the server will close the connection
	Content []byte // valid until the next Do on the same Conn
}

// Conn is one connection, used by one goroutine at a time.
type Conn struct {
	net.Conn
	tcp     *net.TCPConn // below TLS, if there is TLS
	reader  *bufio.Reader
	content []byte
}

// Request is the bytes of a GET request, Connection: close included on demand.
func Request(target string, closing bool) []byte {
	request := "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
	if closing {
		request += "Connection: close\r\n"
	}
	return []byte(request + "\r\n")
}

// Dial connects to addr and gives every later read and write until deadline.
func Dial(addr string, deadline time.Time) (*Conn, error) {
	dialer := net.Dialer{Deadline: deadline}
	c, err := dialer.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	conn := &Conn{Conn: c, tcp: c.(*net.TCPConn), reader: bufio.NewReader(c)}
	return conn, conn.SetDeadline(deadline)
}

// DialTLS is Dial for a server that speaks TLS, whoever it is. The handshake comes
// with the first Do.
func DialTLS(addr string, deadline time.Time) (*Conn, error) {
	conn, err := Dial(addr, deadline)
	if err != nil {
		return nil, err
	}
	conn.Conn = tls.Client(conn.tcp, &tls.Config{InsecureSkipVerify: true})
	conn.reader.Reset(conn.Conn)
	return conn, nil
}

// Do sends request and reads the whole response.
func (c *Conn) Do(request []byte) (Response, error) {
	if _, err := c.Write(request); err != nil {
		return Response{}, err
	}
	return c.read()
}

// Open tells, without waiting, whether the connection still stands and is
// silent, which is what an idle one should be.
func (c *Conn) Open() bool {
	raw, err := c.tcp.SyscallConn()
	if err != nil || c.reader.Buffered() > 0 {
		return false
	}
	silent := false
	err = raw.Control(func(fd uintptr) {
		_, _, recvErr := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		silent = recvErr == unix.EAGAIN
	})
	return err == nil && silent
}

func (c *Conn) read() (Response, error) {
	line, err := c.line()
	if err != nil {
		return Response{}, err
	}
	response, err := parseStatusLine(line)
	if err != nil {
		return Response{}, err
	}
	length := -1
	for {
		line, err := c.line()
		if err != nil {
			return Response{}, err
		}
		if len(line) == 0 {
			break
		}
		if err := applyField(line, &response, &length); err != nil {
			return Response{}, err
		}
	}
	if length < 0 || length > maxContent {
		return Response{}, fmt.Errorf("%w: no usable Content-Length", ErrMalformed)
	}
	if cap(c.content) < length {
		c.content = make([]byte, length)
	}
	response.Content = c.content[:length]
	_, err = io.ReadFull(c.reader, response.Content)
	return response, err
}

// line reads up to the next line end, which it takes off. The bytes are the
// reader's, valid until the next read.
func (c *Conn) line() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func parseStatusLine(line []byte) (Response, error) {
	// HTTP/1.x SP 3DIGIT [SP reason-phrase]
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return Response{}, fmt.Errorf("%w: status-line %q", ErrMalformed, line)
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return Response{}, fmt.Errorf("%w: status-line %q", ErrMalformed, line)
	}
	return Response{Status: status, Close: line[7] == '0'}, nil
}

// applyField notes the fields that frame the response or end the connection.
func applyField(line []byte, r *Response, length *int) error {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimSpace(value)
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 0 {
			return fmt.Errorf("%w: Content-Length %q", ErrMalformed, value)
		}
		*length = n
	case bytes.EqualFold(name, []byte("Connection")):
		if bytes.EqualFold(value, []byte("close")) {
			r.Close = true
		} else if bytes.EqualFold(value, []byte("keep-alive")) {
			r.Close = false
		}
	}
	return nil
}
