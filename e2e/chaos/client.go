package chaos

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
)

// client asks one request after the other. It belongs to one goroutine.
type client struct {
	load      *Load
	name      string
	keepAlive bool
	pause     time.Duration // between two requests, on average
	from      net.IP
	conn      *connection // nil: the next request makes one
}

// connection counts what arrives, and remembers who answered.
type connection struct {
	net.Conn
	r        *bufio.Reader
	received int64 // bytes
	requests int   // sent
	pid      int   // of the last answer; 0: none yet
}

func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received += int64(n)
	return n, err
}

// ask gives the request its outcome. Nothing is tried again.
func (c *client) ask(r request) (Outcome, Failure) {
	f := Failure{Number: r.number, Path: r.path(), Bytes: len(r.content), Began: time.Now()}
	if o, detail := c.prepare(); o != OK {
		f.Detail = detail
		return c.failed(o, f)
	}
	f.Pid = c.conn.pid
	o, detail, reusable := c.exchange(r)
	f.Client, f.Detail = fmt.Sprintf("%s on request %d of %v", c.name, c.conn.requests, c.conn.LocalAddr()), detail
	if !reusable {
		c.drop()
	}
	if o != OK {
		return c.failed(o, f)
	}
	return OK, f
}

func (c *client) failed(o Outcome, f Failure) (Outcome, Failure) {
	c.drop()
	f.Outcome, f.Took = o, time.Since(f.Began)
	if f.Client == "" {
		f.Client = c.name
	}
	return o, f
}

func (c *client) drop() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// prepare sees to it that there is a connection. One that the server has closed
// while it was idle is replaced: that is its right. But from then on, until the
// answer, it has to stay.
func (c *client) prepare() (Outcome, string) {
	if c.conn != nil {
		switch state := c.conn.idleState(); state {
		case stillOpen:
			return OK, ""
		case unasked:
			return WrongAnswer, "bytes arrived on an idle connection"
		case closedByServer:
			c.load.closedIdle()
			c.drop()
		}
	}
	d := net.Dialer{Timeout: c.load.Patience, LocalAddr: &net.TCPAddr{IP: c.from}}
	nc, err := d.Dial("tcp", c.load.Addr)
	if err != nil {
		return dialOutcome(err), err.Error()
	}
	c.conn = &connection{Conn: nc}
	c.conn.r = bufio.NewReader(c.conn)
	return OK, ""
}

func dialOutcome(err error) Outcome {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.As(err, &timeout) && timeout.Timeout():
		return TimedOut
	}
	return Reset
}

type idleState int

const (
	stillOpen idleState = iota
	closedByServer
	unasked // the server said something that nobody asked for
)

// idleState looks at a connection without waiting and without taking anything off it.
func (c *connection) idleState() idleState {
	if c.r.Buffered() > 0 {
		return unasked
	}
	raw, err := c.Conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return closedByServer
	}
	var n int
	var peekErr error
	raw.Read(func(fd uintptr) bool {
		n, _, peekErr = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true // do not wait
	})
	switch {
	case n > 0:
		return unasked
	case peekErr == syscall.EAGAIN || peekErr == syscall.EINTR:
		return stillOpen
	}
	return closedByServer
}

// exchange sends the request and reads the whole response.
func (c *client) exchange(r request) (o Outcome, detail string, reusable bool) {
	conn := c.conn
	conn.requests++
	conn.SetDeadline(time.Now().Add(c.load.Patience))
	before := conn.received
	_, sendErr := conn.Write(r.bytes(c.keepAlive))
	// Whether or not all of it was taken, there may be an answer.
	resp, err := http.ReadResponse(conn.r, nil)
	if err != nil {
		o, detail = broken(errors.Join(sendErr, err), conn.received-before)
		return o, detail, false
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		o, detail = broken(err, conn.received-before)
		return o, detail, false
	}
	if conn.pid, err = strconv.Atoi(resp.Header.Get("X-Pid")); err == nil {
		c.load.answeredBy(conn.pid)
	}
	o, detail = r.judge(resp, string(content))
	return o, detail, sendErr == nil && c.keepAlive && !resp.Close
}

// broken says what it means that a connection failed after so many bytes of a response.
func broken(err error, received int64) (Outcome, string) {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return TimedOut, err.Error()
	case received == 0:
		return Reset, err.Error()
	}
	return Cut, fmt.Sprintf("%v after %d bytes", err, received)
}
