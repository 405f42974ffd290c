package workers

import (
	"fmt"
	"os"

	"github.com/seed-77b39ca9/srv/app"
)

// content collects a request's content: in memory, and past SpoolAfter in a
// spool file, which is unlinked as soon as it is made.
type content struct {
	app.Content
	mem   *buffer
	limit int64
	dir   string
}

// add takes the next piece; p is free when it returns.
func (c *content) add(p []byte) error {
	c.Size += int64(len(p))
	if c.File == nil && c.limit > 0 && c.Size > c.limit {
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
	f, err := os.CreateTemp(c.dir, "srv-content-")
	if err != nil {
		return fmt.Errorf("spool a request's content: %w", err)
	}
	os.Remove(f.Name())
	c.File = f
	if _, err := f.Write(c.Bytes); err != nil {
		return fmt.Errorf("spool a request's content: %w", err)
	}
	c.forget()
	return nil
}

func (c *content) forget() {
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
	c.Size = 0
}
