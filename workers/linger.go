package workers

import "time"

// Lingering ends when the client has been silent for a pause, and at the latest
// when so much time has passed or so many bytes were thrown away: what a client
// sends that does not listen must not cost us more than that.
const (
	lingerPause = 2 * time.Second
	lingerTime  = 10 * time.Second
	lingerBytes = 64 << 20
)

// throwAway takes n bytes that nobody wants; mu is held. False: that was enough.
func (c *Conn) throwAway(n int) (open bool) {
	if c.lingered += int64(n); c.lingered > lingerBytes {
		// Closed while its window is shut, the client would wait for a minute.
		if r, ok := c.tr.(Resetter); ok {
			r.Reset()
		}
		c.phase = closing
		return false
	}
	c.deadline.Store(min(c.core.wheel.after(lingerPause), c.lingers)) // later than before: the wheel finds out
	return true
}
