package proc

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// Ready is the message by which a child says that it is at work.
const Ready = "ready"

const (
	maxMessage  = 1 << 20         // bytes in a message
	maxMessages = 64              // received and not yet taken; then the peer's sends wait
	sendTimeout = time.Second     // after which a peer that takes nothing is given up
	lastWords   = 1 * time.Second // for what a dead child's descendants still hold open
)

// Control is one end of the channel between a process and its parent: lines
// of text, in both directions. Send may be called from any goroutine.
type Control struct {
	conn     *os.File
	messages chan string
	closed   chan struct{} // closed by Close: whoever waits gives up
	once     sync.Once

	mu sync.Mutex // one message is written at a time
}

// newControl takes over the socket, which must not block. The given function is
// called once, when the channel ends and it was not by Close.
func newControl(conn *os.File, peerGone func()) *Control {
	c := &Control{conn: conn, messages: make(chan string, maxMessages), closed: make(chan struct{})}
	go c.receive(peerGone)
	return c
}

// Messages yields what the other side sends. It is closed when that side has
// closed, or has broken the rules of the channel.
func (c *Control) Messages() <-chan string { return c.messages }

// Send sends one message: less than a megabyte and without a newline. It does
// not wait for the other side to take it; a side that has not taken anything for so
// long that the socket is full is given up, and the channel closed.
func (c *Control) Send(message string) error {
	if len(message) >= maxMessage || strings.Contains(message, "\n") {
		return fmt.Errorf("send control message of %d bytes: too long, or several lines", len(message))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := c.conn.WriteString(message + "\n"); err != nil {
		c.conn.Close() // half a message may be out: nothing after it would be understood
		return fmt.Errorf("send control message %q: %w", message, err)
	}
	return nil
}

// Ready tells the parent that this process is at work.
func (c *Control) Ready() error { return c.Send(Ready) }

// Close closes this side. It may be called again, and from any goroutine.
func (c *Control) Close() {
	c.once.Do(func() {
		close(c.closed)
		c.conn.Close()
	})
}

func (c *Control) receive(peerGone func()) {
	defer close(c.messages)
	defer c.Close()
	lines := bufio.NewScanner(c.conn)
	lines.Buffer(make([]byte, 0, 256), maxMessage)
	for lines.Scan() {
		select {
		case c.messages <- lines.Text():
		case <-c.closed:
			return
		}
	}
	select {
	case <-c.closed:
	default:
		peerGone()
	}
}
