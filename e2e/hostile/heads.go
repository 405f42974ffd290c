package hostile

import "strings"

const opening = "GET /echo?x HTTP/1.1\r\nHost: attacked\r\n"

// heads are requests that never get as far as their content.
var heads = []Attack{
	{"a head octet by octet", 50, func(c *Client) string {
		c.say(opening + "X-Slow: ")
		c.drip("a")
		return c.Answers()
	}, "408"},
	{"a head field by field", 50, func(c *Client) string {
		c.say(opening)
		c.drip("X-Slow: a\r\n")
		return c.Answers()
	}, "408"},
	{"a head that stops", 50, func(c *Client) string {
		c.say(opening)
		return c.Answers()
	}, "408"},
	{"a request-line without end", 4, func(c *Client) string {
		c.say("GET /")
		c.flood("a")
		return c.Answers()
	}, "414"},
	{"a field without end", 4, func(c *Client) string {
		c.say(opening + "X-Bomb: ")
		c.flood("a")
		return c.Answers()
	}, "431"},
	{"fields without end", 4, func(c *Client) string {
		c.say(opening)
		c.flood("X-Bomb: a\r\n")
		return c.Answers()
	}, "431"},
	{"empty lines without end", 4, func(c *Client) string {
		c.flood("\r\n")
		return c.Answers()
	}, "400"},
	{"cookies without end", 4, func(c *Client) string {
		c.say(opening)
		c.flood("Cookie: " + strings.Repeat("a=b; ", 1000) + "\r\n")
		return c.Answers()
	}, "431"},
}
