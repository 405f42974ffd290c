package workers

import "fmt"

// short is called when a client cannot be accepted, which is when the process or
// the host has run out of descriptors or of memory for sockets. The idle connection
// that can best be spared makes room. The caller waits a moment before it tries
// again; the log has one line for as long as that lasts.
func (c *Core) short(err error) {
	if c.shortage.CompareAndSwap(false, true) {
		c.errorLog(fmt.Sprintf("accept: %v; clients wait until there is room again", err))
	}
	c.wheel.closeOneIdle()
}

// enough is called when a client was accepted.
func (c *Core) enough() {
	if c.shortage.Load() && c.shortage.CompareAndSwap(true, false) {
		c.errorLog("accept: there is room again")
	}
}
