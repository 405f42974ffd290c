package hostile

import "strings"

// Hogs want more connections, memory and disk than there is. They are for a server
// that limits connections, and does not limit the size of content. Where it is
// crowded, one that has not been heard for a second may have to make room, so any
// of them may be left without an answer.
func Hogs(connections int) []Attack {
	return []Attack{
		Silence(connections),
		// As large as the limits of a head allow, and so many that memory_budget is used up.
		{"large heads that stop", 100, func(c *Client) string {
			c.say(opening + strings.Repeat("X-Large: "+strings.Repeat("a", 8000)+"\r\n", 60))
			return c.Answers()
		}, "(408|503)?"},
		{"large content that stops", 5, func(c *Client) string {
			c.say(sized(10 << 20))
			c.say(strings.Repeat("a", 9<<20))
			return c.Answers()
		}, "(408)?"},
		{"10 TB, of which some come", 10, func(c *Client) string {
			c.say(sized(tenTerabytes))
			c.say(strings.Repeat("a", 1<<20))
			return c.Answers()
		}, "(408)?"},
		{"large responses that nobody reads", 20, func(c *Client) string {
			c.say(strings.Repeat(large, 50))
			return c.readNothing()
		}, "cut"},
	}
}

// Silence is n connections that say nothing.
func Silence(n int) Attack {
	return Attack{"connections that say nothing", n, func(c *Client) string { return c.Answers() }, ""}
}
