package hostile

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Megabytes is the size of what /large answers.
const Megabytes = 10 << 20

const large = "GET /large HTTP/1.1\r\nHost: attacked\r\n\r\n"

// piped is how many requests are sent in one packet.
const piped = 1000

// readers ask for much and take little.
var readers = []Attack{
	{"a reader of a kilobyte now and then", 10, func(c *Client) string {
		c.say(large)
		return c.sip(1<<10, (*Client).isCut)
	}, "cut"},
	{"a reader that stops", 10, func(c *Client) string {
		c.say(large)
		return c.readNothing()
	}, "cut"},
	{"a reader that is slow and fast enough", 5, func(c *Client) string {
		c.say(strings.Replace(large, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
		return c.sip(2<<20, func(*Client) bool { return false })
	}, "whole"},
	{"a pipeline in one packet", 4, pipeline, "in order"},
	{"a pipeline that nobody reads", 4, func(c *Client) string {
		c.say(strings.Repeat(large, 50))
		return c.readNothing()
	}, "cut"},
	{"requests without end that nobody reads", 4, func(c *Client) string {
		c.SetWriteDeadline(time.Now().Add(c.Patience))
		for {
			if _, err := io.WriteString(c, strings.Repeat(opening+"\r\n", 100)); err != nil {
				return "cut"
			}
		}
	}, "cut"},
}

// sip reads n octets of a large response ten times within each of the server's time
// limits. It gives up as soon as gone says so, whatever has arrived by then.
func (c *Client) sip(n int, gone func(*Client) bool) string {
	tick := time.NewTicker(c.Limit / 10)
	defer tick.Stop()
	size := 0
	for p := make([]byte, n); !gone(c); <-tick.C {
		got, err := io.ReadFull(c, p)
		if size += got; size > Megabytes {
			return "whole"
		}
		if err != nil {
			break
		}
	}
	return "cut"
}

// readNothing waits for the server to lose patience.
func (c *Client) readNothing() string {
	if err := c.awaitCut(); err != nil {
		return err.Error()
	}
	return "cut"
}

// pipeline sends many requests in one packet, and wants as many answers in their
// order; of a server that answers one on each connection, one.
func pipeline(c *Client) string {
	var all strings.Builder
	for i := range piped {
		fmt.Fprintf(&all, "GET /echo?%d-%d HTTP/1.1\r\nHost: attacked\r\n\r\n", c.n, i)
	}
	c.say(all.String())
	r := bufio.NewReader(c)
	for i := range piped {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return fmt.Sprintf("%d answers: %v", i, err)
		}
		body, err := io.ReadAll(resp.Body)
		if want := fmt.Sprintf("%d-%d", c.n, i); err != nil || string(body) != want {
			return fmt.Sprintf("request %d was answered %d %.40q: %v", i, resp.StatusCode, body, err)
		}
		if c.OneShot && resp.Close {
			break
		}
	}
	return "in order"
}
