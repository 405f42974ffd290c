package hostile

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Client is one connection to the target. One goroutine uses it; another reads
// the answers, from the first call of listen on.
type Client struct {
	*net.TCPConn
	Target
	n     int       // which client of its attack it is
	acted time.Time // when it connected, or sent something last
	late  bool      // it was kept from running for so long that the server's limits may have run out

	listening, hearing sync.Once
	heard              chan struct{} // closed at the first final answer, or the end
	over               chan struct{} // closed when the server has closed the connection

	mu      sync.Mutex
	answers []string
}

// receiveBuffer is small, so that what is not read waits in the server.
const receiveBuffer = 64 << 10

// dial connects.
func dial(t Target, n int) (*Client, error) {
	small := func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer) })
	}
	d := net.Dialer{Timeout: t.Patience, Control: small}
	begun := time.Now()
	nc, err := d.Dial("tcp", t.Addr)
	if err != nil {
		return nil, err
	}
	nc.SetDeadline(begun.Add(t.Patience))
	return &Client{TCPConn: nc.(*net.TCPConn), Target: t, n: n, acted: begun, heard: make(chan struct{}), over: make(chan struct{})}, nil
}

// say sends text. A server that has closed the connection meanwhile is not an
// error: its answers tell.
func (c *Client) say(text string) {
	io.WriteString(c, text)
	c.act()
}

// act is called at each sign of life, of which there must be several within a
// time limit for the client to be what it pretends to be.
func (c *Client) act() {
	now := time.Now()
	c.late = c.late || now.Sub(c.acted) > c.Limit/2
	c.acted = now
}

// listen notes the statuses of all answers until the connection ends.
func (c *Client) listen() {
	c.listening.Do(func() { go c.read() })
}

func (c *Client) read() {
	defer close(c.over)
	defer c.hearing.Do(func() { close(c.heard) })
	r := bufio.NewReader(c.TCPConn)
	for {
		status, cut, err := next(r)
		if err != nil {
			return
		}
		c.note(status, cut)
		if status >= 200 {
			c.hearing.Do(func() { close(c.heard) })
		}
	}
}

func (c *Client) note(status int, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = append(c.answers, strconv.Itoa(status))
	if cut {
		c.answers = append(c.answers, "cut")
	}
}

// next reads one response; cut says that its content is not whole.
func next(r *bufio.Reader) (status int, cut bool, err error) {
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0, false, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err != nil, nil
}

// Answers waits for the server to close the connection, and gives the statuses
// of all that it has answered: "100 200 408". "cut" follows a response that is not
// whole; nothing is an end without a word.
func (c *Client) Answers() string {
	c.listen()
	<-c.over
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.answers, " ")
}

// drip sends what piece gives, a piece ten times within each of the server's time
// limits, until it is answered.
func (c *Client) drip(piece string) {
	c.listen()
	tick := time.NewTicker(c.Limit / 10)
	defer tick.Stop()
	for {
		c.say(piece)
		select {
		case <-c.heard:
			return
		case <-tick.C:
		}
	}
}

// flood sends piece again and again, as fast as the server takes it, until it is
// answered.
func (c *Client) flood(piece string) { c.pour(piece, c.heard) }

// drown goes on until the server ends the connection, whatever it answers.
func (c *Client) drown(piece string) { c.pour(piece, c.over) }

func (c *Client) pour(piece string, until chan struct{}) {
	c.listen()
	many := strings.Repeat(piece, 1+(16<<10)/len(piece))
	for {
		if _, err := io.WriteString(c, many); err != nil {
			return
		}
		c.act()
		select {
		case <-until:
			return
		default:
		}
	}
}

// leave ends the connection with a reset.
func (c *Client) leave() string {
	c.SetLinger(0)
	c.Close()
	return "left"
}

// awaitCut waits, without reading, until the server has ended the connection.
func (c *Client) awaitCut() error {
	for end := time.Now().Add(c.Patience); time.Now().Before(end); time.Sleep(c.Limit / 20) {
		if c.isCut() {
			return nil
		}
	}
	return errors.New("the server has not ended the connection")
}

// isCut says whether the server has ended the connection; what it sent before may
// not be read yet.
func (c *Client) isCut() bool {
	const established = 1
	raw, err := c.SyscallConn()
	if err != nil {
		return true
	}
	var info *unix.TCPInfo
	raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	return err != nil || info.State != established
}
