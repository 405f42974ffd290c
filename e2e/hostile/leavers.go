package hostile

import "strings"

// leavers say nothing, or go.
var leavers = []Attack{
	Silence(200),
	{"connections that say nothing more", 50, func(c *Client) string {
		c.say(opening + "\r\n")
		return c.Answers()
	}, "200"},
	{"half closed after half a head", 10, func(c *Client) string {
		c.say(opening)
		c.CloseWrite()
		return c.Answers()
	}, "400"},
	{"half closed after half the content", 10, func(c *Client) string {
		c.say(sized(2) + "a")
		c.CloseWrite()
		return c.Answers()
	}, "400"},
	// Who shuts down its side looks like one that has gone: it is answered, unless its
	// request is still queued.
	{"half closed after a request", 10, func(c *Client) string {
		c.say(opening + "\r\n")
		c.CloseWrite()
		return c.Answers()
	}, "(200)?"},
	{"half closed at once", 10, func(c *Client) string {
		c.CloseWrite()
		return c.Answers()
	}, ""},
	{"half closed after a large request", 5, func(c *Client) string {
		c.say(large)
		c.CloseWrite()
		return c.Answers()
	}, "(200)?"},
	{"resets at every stage", 10 * len(stages), reset, "left"},
}

// stages are where a connection may be when its client goes.
var stages = []string{
	"",
	"G",
	opening,
	opening + "\r\n",
	large,
	strings.Repeat(opening+"\r\n", 100),
	strings.Repeat(opening+"\r\n", 2) + opening,
	sized(4),
	sized(4) + "aa",
	chunked + "5",
	chunked + "5\r\naaaaa\r\n0\r\nX: ",
	sized(2<<20) + strings.Repeat("a", 1<<20),
	"GET / HTTP/1.1\r\n\r\n", // refused
}

// reset leaves at one of the stages; every other client takes the beginning of
// an answer first, if there is to be one.
func reset(c *Client) string {
	stage := stages[c.n/2%len(stages)]
	c.say(stage)
	if answered := strings.HasSuffix(stage, "\r\n\r\n") && !strings.HasPrefix(stage, "POST"); answered && c.n%2 == 0 {
		if _, err := c.Read(make([]byte, 9)); err != nil {
			return err.Error()
		}
	}
	return c.leave()
}
