package workers

import (
	"fmt"

	"github.com/seed-77b39ca9/srv/app"
)

// content collects a request's content: in memory, and past SpoolAfter, or where
// the budget of memory is used up, in a spool file, which has no name.
type content struct {
	app.Content
	mem   *buffer
	limit int64
	dir   string
	head  int64 // bytes of the head before it, which is in memory in any case
	share share // of the budget: what head and mem hold
}

// behind says how large the head is; false: there is no memory for it.
func (c *content) behind(head int64) bool {
	c.head = head
	return c.share.cover(head)
}

// add takes the next piece; p is free when it returns.
func (c *content) add(p []byte) error {
	c.Size += int64(len(p))
	if c.File == nil && (c.limit > 0 && c.Size > c.limit || !c.share.cover(c.head+c.Size)) {
		if err := c.spool(); err != nil {
			return err
		}
	}
	if c.File != nil {
		if _, err := c.File.Write(p); err != nil {
			return fmt.Errorf("spool a request's content: %w", err)
		}
		return nil
	}
	if c.mem == nil {
		c.mem = getBuffer()
	}
	c.mem.b = append(c.mem.b, p...)
	c.Bytes = c.mem.b
	return nil
}

// spool moves what is in memory to a file.
func (c *content) spool() error {
	f, err := newSpoolFile(c.dir, "srv-content-")
	if err != nil {
		return fmt.Errorf("spool a request's content: %w", err)
	}
	c.File = f
	if _, err := f.Write(c.Bytes); err != nil {
		return fmt.Errorf("spool a request's content: %w", err)
	}
	c.forget()
	c.share.cover(c.head) // it had been granted
	return nil
}

func (c *content) forget() {
	c.share.free()
	if c.mem != nil {
		putBuffer(c.mem)
		c.mem = nil
	}
	c.Bytes = nil
}

// reset lets go of memory and file.
func (c *content) reset() {
	c.forget()
	if c.File != nil {
		c.File.Close()
		c.File = nil
	}
	c.Size, c.head = 0, 0
}
