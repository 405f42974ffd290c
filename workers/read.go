package workers

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/protocol"
)

// progress is where reading a request has come to.
type progress uint8

const (
	needMore progress = iota
	complete
	refused // answered with an error; the connection is over
)

// read parses b up to the end of one request, and says how much of b it used.
func (c *Conn) read(b []byte) (used int, p progress) {
	if len(b) == 0 {
		return 0, needMore
	}
	if !c.proxied {
		n, p := c.readProxy(b)
		if p != complete {
			return n, p
		}
		if used, b = n, b[n:]; len(b) == 0 {
			return used, needMore
		}
	}
	if c.ex == nil {
		c.ex = newExchange(c)
	}
	ex := c.ex
	ex.promised = false // if it was: there is something
	for {
		ev, n, err := c.pc.Next(b, &ex.req)
		used, b = used+n, b[n:]
		if err != nil {
			c.refuse(err)
			return used, refused
		}
		switch ev {
		case protocol.NeedMore:
			if len(b) == 0 && !c.pc.MidRequest() { // only empty lines
				ex.recycle()
				c.ex = nil
			}
			return used, needMore
		case protocol.Head:
			ex.headDone = true
			ex.content.share.inherit(&c.share)
			if !ex.content.behind(int64(ex.req.Size())) {
				c.refuse(errMemory)
				return used, refused
			}
			if ex.req.HasContent() {
				c.expectContent(b)
			}
		case protocol.Data:
			if err := ex.content.add(c.pc.Content()); err != nil {
				c.core.errorLog(err.Error())
				c.refuse(spoolError(err))
				return used, refused
			}
		case protocol.End:
			return used, complete
		}
	}
}

// expectContent prepares for a request's content; rest is what is behind the head.
func (c *Conn) expectContent(rest []byte) {
	ex := c.ex
	ex.req.Keep()
	ex.headAt = c.core.wheel.now.Load()
	ex.promised = len(rest) == 0 && ex.req.Chunked() && !ex.req.ExpectContinue() && isGet(ex.req.Method())
	ex.content.limit, ex.content.dir = c.core.SpoolAfter, c.core.SpoolDir
	// RFC 9110 §10.1.1: no 100 (Continue) is needed once content has arrived.
	if ex.req.ExpectContinue() && len(rest) == 0 {
		c.send(c.pc.AppendContinue(nil))
	}
}

func isGet(method []byte) bool { return string(method) == "GET" || string(method) == "HEAD" }

var (
	errTimeout = &protocol.Error{Status: 408, Reason: "the request did not arrive in time"}
	errMemory  = &protocol.Error{Status: 503, Reason: "requests and responses hold all of memory_budget"}
	errSpool   = &protocol.Error{Status: 500, Reason: "the request's content could not be stored"}
	errNoSpace = &protocol.Error{Status: 503, Reason: "there is no room to store the request's content"}
)

// retryAfter is what a client is told, in seconds, whom the server has no room for.
const retryAfter = 1

// spoolError says what a failure to spool means to the client: what is used up
// now may not be so soon.
func spoolError(err error) *protocol.Error {
	for _, errno := range []error{unix.ENOSPC, unix.EDQUOT, unix.EMFILE, unix.ENFILE} {
		if errors.Is(err, errno) {
			return errNoSpace
		}
	}
	return errSpool
}

// refuse answers a request that is not one.
func (c *Conn) refuse(err error) {
	var e *protocol.Error
	if !errors.As(err, &e) {
		e = &protocol.Error{Status: 500, Reason: err.Error()}
	}
	c.core.Stats.Refused.Add(1)
	if c.core.Log != nil {
		c.core.Log(fmt.Sprintf("Invalid request from ip=%s: %d %s", c.peer.RemoteHost, e.Status, e.Reason))
	}
	after := 0
	if e.Status == 503 {
		after = retryAfter
	}
	o := c.buffer()
	before := len(o.b)
	o.b = c.pc.AppendError(o.b, e.Status, after, false, false)
	if c.core.Access != nil && c.ex != nil {
		c.ex.logRefused(e.Status, o.b[before:])
	}
}
