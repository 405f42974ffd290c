package workers

import (
	"errors"
	"fmt"

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
			if ex.req.HasContent() {
				c.expectContent(b)
			}
		case protocol.Data:
			if err := ex.content.add(c.pc.Content()); err != nil {
				c.core.errorLog(err.Error())
				c.refuse(errSpool)
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
	ex.promised = len(rest) == 0 && ex.req.Chunked() && !ex.req.ExpectContinue() && isGet(ex.req.Method())
	ex.content.limit, ex.content.dir = c.core.SpoolAfter, c.core.SpoolDir
	// RFC 9110 §10.1.1: no 100 (Continue) is needed once content has arrived.
	if ex.req.ExpectContinue() && len(rest) == 0 {
		c.send(c.pc.AppendContinue(nil))
	}
}

func isGet(method []byte) bool { return string(method) == "GET" || string(method) == "HEAD" }

// lingerTime is how long a client may go on sending after it was refused.
const lingerTime = 2e9

var (
	errTimeout = &protocol.Error{Status: 408, Reason: "the request did not arrive in time"}
	errSpool   = &protocol.Error{Status: 500, Reason: "the request's content could not be stored"}
)

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
	o := c.buffer()
	before := len(o.b)
	o.b = c.pc.AppendError(o.b, e.Status, 0, false, false)
	if c.core.Access != nil && c.ex != nil {
		c.ex.logRefused(e.Status, o.b[before:])
	}
}
