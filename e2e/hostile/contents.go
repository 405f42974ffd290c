package hostile

import (
	"fmt"
	"strings"
)

const (
	chunked = "POST /count HTTP/1.1\r\nHost: attacked\r\nTransfer-Encoding: chunked\r\n\r\n"
	// tenTerabytes is more than a server has room for.
	tenTerabytes = 10 << 40
)

// sized is the head of a request with n octets of content.
func sized(n int64, fields ...string) string {
	fields = append(fields, fmt.Sprintf("Content-Length: %d", n))
	return "POST /count HTTP/1.1\r\nHost: attacked\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n"
}

// contents are requests whose head is as it should be.
var contents = []Attack{
	{"content octet by octet", 50, func(c *Client) string {
		c.say(sized(1 << 20))
		c.drip("a")
		return c.Answers()
	}, "408"},
	{"content that never comes", 50, func(c *Client) string {
		c.say(sized(1 << 20))
		return c.Answers()
	}, "408"},
	{"chunks of one octet", 50, func(c *Client) string {
		c.say(chunked)
		c.drip("1\r\na\r\n")
		return c.Answers()
	}, "408"},
	{"a chunk-size octet by octet", 10, func(c *Client) string {
		c.say(chunked)
		c.drip("0")
		return c.Answers()
	}, "408"},
	{"a chunk-size without end", 4, func(c *Client) string {
		c.say(chunked)
		c.flood("0")
		return c.Answers()
	}, "400"},
	{"a chunk-size that overflows", 4, func(c *Client) string {
		c.say(chunked + "FFFFFFFFFFFFFFFFF\r\n")
		return c.Answers()
	}, "400|413"},
	{"a chunk extension without end", 4, func(c *Client) string {
		c.say(chunked + "1;a=")
		c.flood("a")
		return c.Answers()
	}, "400"},
	{"chunk extensions without end", 4, func(c *Client) string {
		c.say(chunked)
		c.flood("1;a=" + strings.Repeat("a", 1000) + "\r\na\r\n")
		return c.Answers()
	}, "400"},
	{"chunks without end", 2, func(c *Client) string {
		c.say(chunked)
		c.flood("1000\r\n" + strings.Repeat("a", 0x1000) + "\r\n")
		return c.Answers()
	}, "413"},
	{"trailer fields without end", 4, func(c *Client) string {
		c.say(chunked + "0\r\n")
		c.flood("X-Bomb: a\r\n")
		return c.Answers()
	}, "431"},
	{"a trailer field without end", 4, func(c *Client) string {
		c.say(chunked + "0\r\nX-Bomb: ")
		c.flood("a")
		return c.Answers()
	}, "431"},
	{"trailer fields one by one", 50, func(c *Client) string {
		c.say(chunked + "0\r\n")
		c.drip("X-Slow: a\r\n")
		return c.Answers()
	}, "408"},
	{"10 TB", 10, func(c *Client) string {
		c.say(sized(tenTerabytes))
		return c.Answers()
	}, "413"},
	{"10 TB if the server wants them", 10, func(c *Client) string {
		c.say(sized(tenTerabytes, "Expect: 100-continue"))
		return c.Answers()
	}, "413"},
	{"10 TB all the same", 2, func(c *Client) string {
		c.say(sized(tenTerabytes))
		c.drown(strings.Repeat("a", 64<<10))
		return c.Answers()
	}, "413"},
}
