package hostile

import (
	"math/rand/v2"
	"strings"
)

// garbage is what is no HTTP/1.1.
var garbage = []Attack{
	{"random octets", 50, func(c *Client) string {
		random := rand.New(rand.NewPCG(1, uint64(c.n))) // the same in each run
		b := make([]byte, 64<<10)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		c.Write(b)
		return c.Answers()
	}, "400|414"},
	{"random octets without end", 4, func(c *Client) string {
		c.flood("\x8f\x01\xfe")
		return c.Answers()
	}, "400|414"},
	{"NUL without end", 4, func(c *Client) string {
		c.flood("\x00")
		return c.Answers()
	}, "400|414"},
	{"TLS", 10, func(c *Client) string {
		c.say(clientHello)
		return c.Answers()
	}, "400"},
	{"HTTP/2", 10, func(c *Client) string {
		c.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
		return c.Answers()
	}, "400|505"},
	{"HTTP/0.9", 10, func(c *Client) string {
		c.say("GET /\r\n\r\n")
		return c.Answers()
	}, "400"},
	{"SSH", 10, func(c *Client) string {
		c.say("SSH-2.0-OpenSSH_9.2p1\r\n")
		return c.Answers()
	}, "400"},
	{"a PROXY header nobody asked for", 10, func(c *Client) string {
		c.say("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + opening + "\r\n")
		return c.Answers()
	}, "400"},
	{"a PROXY header of version 2 nobody asked for", 10, func(c *Client) string {
		c.say("\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + strings.Repeat("\x01", 12) + opening + "\r\n")
		return c.Answers()
	}, "400"},
	{"two lengths", 10, func(c *Client) string {
		c.say(sized(4, "Transfer-Encoding: chunked") + "0\r\n\r\n" + opening + "\r\n")
		return c.Answers()
	}, "400"},
}

// clientHello is how a browser begins that takes the port for one of TLS.
const clientHello = "\x16\x03\x01\x00\x4c\x01\x00\x00\x48\x03\x03" +
	"0123456789abcdef0123456789abcdef" + "\x00\x00\x04\x13\x01\x13\x02\x01\x00\x00\x1b" +
	"\x00\x2b\x00\x03\x02\x03\x04\x00\x0a\x00\x04\x00\x02\x00\x1d\x00\x0d\x00\x04\x00\x02\x08\x04\x00\x17\x00\x00"
