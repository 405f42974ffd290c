package workers

import (
	"fmt"
	"os"
)

// part is a part of a response on its way to the client: bytes, or a range of a
// file. Neither belongs to the part.
type part struct {
	bytes []byte
	more  bool     // the next part follows at once, and may share a packet with the bytes
	file  *os.File // nil: it is bytes
	at    int64    // where in the file
	size  int64    // of the range
}

// length is how many bytes the part is.
func (p part) length() int64 {
	if p.file == nil {
		return int64(len(p.bytes))
	}
	return p.size
}

// without is the part without its first n bytes.
func (p part) without(n int64) part {
	if p.file == nil {
		return part{bytes: p.bytes[n:]}
	}
	return part{file: p.file, at: p.at + n, size: p.size - n}
}

// trySend sends what the socket takes of p at once.
func (c *Conn) trySend(p part) (sent int64, err error) {
	if p.file == nil {
		n, err := c.tryWrite(p)
		return int64(n), err
	}
	s, ok := c.tr.(FileSender)
	if !ok || c.core.onLoops && !cached(p) {
		return 0, nil
	}
	sent, err = s.TrySendFile(p.file, p.at, p.size)
	if err == ErrFileShort {
		c.complainOfFile(p.file, err)
	}
	return sent, err
}

func (c *Conn) tryWrite(p part) (int, error) {
	if s, ok := c.tr.(FileSender); ok && p.more {
		return s.TryWriteMore(p.bytes)
	}
	return c.tr.TryWrite(p.bytes)
}

func (c *Conn) complainOfFile(f *os.File, err error) {
	name, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd())) // an interpreter passes no name
	c.core.errorLog(fmt.Sprintf("A response is cut that is the file %s: %v", name, err))
}
