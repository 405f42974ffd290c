package protocol

import "bytes"

// maxEmptyLines before a request-line are let pass. RFC 9112 §2.2 wants at least
// one, for clients that send an empty line behind content; nobody needs many.
const maxEmptyLines = 8

// tlsHandshake is the first octet of a client that speaks TLS (RFC 8446 §5.1).
const tlsHandshake = 22

// readHead reads the request-line and the field section. Nothing of them is
// consumed before they are complete; lineAt and scanned remember how far it has
// come, so that no octet is looked at twice however few come at a time.
func (c *Conn) readHead(in []byte, req *Request) (ev Event, n int, err error) {
	if c.state == stateStart && c.scanned == 0 {
		if n, err = c.skipEmptyLines(in); err == nil && (n == len(in) || in[n] == '\r') {
			return NeedMore, n, nil
		}
		req.Reset()
		if err != nil {
			return NeedMore, n, err
		}
		in = in[n:]
		switch {
		case in[0] == tlsHandshake:
			return NeedMore, n, errTLS
		case class[in[0]] == 0:
			return NeedMore, n, errNotHTTP
		}
	}
	req.base = in
	if c.state == stateStart {
		line, err := c.nextLine(in, c.o.requestLine()+2, errLineTooLong)
		if line == nil || err != nil {
			return NeedMore, n, err
		}
		if err := c.readRequestLine(line, req); err != nil {
			return NeedMore, n, err
		}
		c.state = stateFields
	}
	end, err := c.readSection(in, req, &req.fields)
	if end == 0 || err != nil {
		return NeedMore, n, err
	}
	req.base = in[:end:end]
	if err := c.interpret(req); err != nil {
		return NeedMore, n, err
	}
	return Head, n + end, nil
}

// skipEmptyLines says how many octets of in are empty lines.
func (c *Conn) skipEmptyLines(in []byte) (n int, err error) {
	for n < len(in) {
		switch {
		case in[n] == '\n':
			return n, errBareLF
		case in[n] != '\r' || n+1 == len(in):
			return n, nil
		case in[n+1] != '\n':
			return n, errBareCR
		case c.emptyLines == maxEmptyLines:
			return n, errEmptyLines
		}
		c.emptyLines++
		n += 2
	}
	return n, nil
}

// nextLine gives the next line without its CRLF and goes behind it, or nil when
// it has not wholly arrived. A line that is longer than limit with its CRLF is
// refused with tooLong, as soon as that is certain.
func (c *Conn) nextLine(in []byte, limit int, tooLong *Error) ([]byte, error) {
	at := int(c.lineAt)
	lf := bytes.IndexByte(in[c.scanned:], '\n')
	if lf < 0 {
		if len(in)-at >= limit {
			return nil, tooLong
		}
		c.scanned = uint32(len(in))
		return nil, nil
	}
	lf += int(c.scanned)
	if lf+1-at > limit {
		return nil, tooLong
	}
	// RFC 9112 §2.2 would let us take LF alone for a line's end. We refuse it: a
	// proxy that does not would see another message.
	if lf == at || in[lf-1] != '\r' {
		return nil, errBareLF
	}
	c.lineAt, c.scanned = uint32(lf+1), uint32(lf+1)
	return in[at : lf-1 : lf-1], nil
}

// readSection reads field lines into fields up to the empty line that ends the
// section, and says where the section ends in in; 0 when it has not wholly arrived.
func (c *Conn) readSection(in []byte, req *Request, fields *[]field) (end int, err error) {
	maxFields, maxSize := c.o.fields(), c.o.fieldSize()
	for {
		at := c.lineAt
		limit := maxSize
		if at < uint32(len(in)) && isFold(in[at]) {
			if limit, err = c.foldLimit(len(*fields)+req.dropped, maxSize); err != nil {
				return 0, err
			}
		}
		line, err := c.nextLine(in, limit, errFieldTooLarge)
		switch {
		case line == nil || err != nil:
			return 0, err
		case len(line) == 0:
			return int(c.lineAt), nil
		case c.lineAt > maxSection:
			return 0, errHeadTooLarge
		case isFold(line[0]):
			err = unfold(in, line, req, *fields)
		case len(*fields)+req.dropped >= maxFields:
			return 0, errTooManyFields
		default:
			c.fieldAt = at
			err = c.readField(line, at, req, fields)
		}
		if err != nil {
			return 0, err
		}
	}
}

func isFold(b byte) bool { return b == ' ' || b == '\t' }

// foldLimit is what a line that continues a field may have of the field's limit.
func (c *Conn) foldLimit(fields, limit int) (int, error) {
	switch {
	case fields == 0:
		return 0, errFoldFirst
	case !c.o.PermitObsoleteFolding:
		return 0, errObsFold
	}
	return limit - int(c.lineAt-c.fieldAt), nil
}

// readTrailers reads the trailer section. It goes by the rules and limits of the
// field section, and into storage of its own: it is rare, and the head may still
// be in the caller's buffer.
func (c *Conn) readTrailers(in []byte, req *Request) (ev Event, n int, err error) {
	if c.scanned == 0 {
		req.dropped = 0
	}
	end, err := c.readSection(in, req, &req.trailers)
	if end == 0 || err != nil {
		return NeedMore, 0, err
	}
	req.tail = append(req.tail[:0], in[:end]...)
	c.state = stateDone
	return End, end, nil
}
