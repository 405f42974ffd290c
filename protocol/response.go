package protocol

import "strconv"

// Response is the head of a response, as the app gives it.
type Response struct {
	Status int
	Reason []byte  // empty: the standard text
	Fields []Field // in the app's order; may hold Content-Length

	// ContentLength, when >= 0, is a length that the server knows; it is written
	// unless Fields has one. -1: the length is that of Fields, or unknown.
	ContentLength int64
}

// Field is a field line of a response. It is only read.
type Field struct{ Name, Value []byte }

// framing is how a response's content is delimited (RFC 9112 §6.3).
type framing uint8

const (
	framingOpen    framing = iota // no head yet
	framingNone                   // no content follows the head
	framingLength                 // promised octets are still to come
	framingChunked                //
	framingClose                  // up to the end of the connection
	framingEnded                  // the response is complete
)

// AppendContinue appends the interim response 100 (Continue), for a client whose
// request has ExpectContinue. Legal before AppendHead.
func (c *Conn) AppendContinue(dst []byte) []byte {
	return append(dst, "HTTP/1.1 100 Continue\r\n\r\n"...)
}

// AppendHead appends the status-line and the field section, and fixes how the
// content is framed: by the app's Content-Length or r.ContentLength; with no
// content for HEAD, 204 and 304; chunked when the length is unknown; by closing
// when the client is HTTP/1.0 or the request was CONNECT.
//
// Server and Date are added unless the app gave them; Connection when the
// exchange is the last, or when an HTTP/1.0 client may go on. Of the app's
// hop-by-hop fields (RFC 9110 §7.6.1) "Connection: close" makes the exchange the
// last and the others are dropped, Transfer-Encoding: chunked among them, which
// apps send although framing is the server's.
//
// A status 1xx is an interim response: it has no framing, and the final head is
// still to come. An HTTP/1.0 client does not get it.
//
// When HTTP forbids the head, dst is returned as it was with an *Error of
// status 500, and AppendHead or AppendError may still be called.
func (c *Conn) AppendHead(dst []byte, req *Request, r *Response) ([]byte, error) {
	switch {
	case c.response != framingOpen:
		return dst, errTwoHeads
	case r.Status < 100 || r.Status > 999:
		return dst, errStatus
	case r.Status == 101:
		return dst, errInterim
	case !isText(r.Reason):
		return dst, errReason
	}
	before := len(dst)
	dst = appendStatusLine(dst, r.Status, r.Reason)
	out := outgoing{length: r.ContentLength, noLength: r.Status < 200 || r.Status == 204 || c.connect && r.Status < 300}
	dst, err := out.appendFields(dst, r.Fields)
	if err != nil {
		return dst[:before], err
	}
	if r.Status < 200 {
		if c.http10 {
			return dst[:before], nil
		}
		return append(dst, '\r', '\n'), nil
	}
	c.close = c.close || out.close
	dst = c.appendFraming(dst, r, &out)
	dst = c.appendOwn(dst, &out)
	return append(dst, '\r', '\n'), nil
}

// appendFraming decides on the framing and appends the field that tells it.
func (c *Conn) appendFraming(dst []byte, r *Response, out *outgoing) []byte {
	noContent := c.headOnly || r.Status == 204 || r.Status == 304
	switch {
	case c.connect && r.Status < 300:
		// RFC 9110 §9.3.6: "A server MUST NOT send any Transfer-Encoding or
		// Content-Length header fields in a 2xx (Successful) response to CONNECT."
		c.response = framingClose
	case noContent:
		c.response = framingNone
	case out.length >= 0:
		c.response, c.promised = framingLength, out.length
	case c.http10:
		c.response, c.close = framingClose, true
	default:
		c.response = framingChunked
		dst = append(dst, "Transfer-Encoding: chunked\r\n"...)
	}
	// 304 has the length of the content that it saves; only the app knows that.
	if out.length >= 0 && !out.hasLength && !out.noLength && r.Status != 304 {
		dst = append(dst, "Content-Length: "...)
		dst = strconv.AppendInt(dst, out.length, 10)
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// appendOwn appends the server's own fields.
func (c *Conn) appendOwn(dst []byte, out *outgoing) []byte {
	if !out.hasServer && c.o.Server != "" {
		dst = append(dst, "Server: "...)
		dst = append(dst, c.o.Server...)
		dst = append(dst, '\r', '\n')
	}
	if !out.hasDate {
		dst = c.appendDate(dst)
	}
	if c.close {
		dst = append(dst, "Connection: close\r\n"...)
	} else if c.http10 {
		dst = append(dst, "Connection: keep-alive\r\n"...)
	}
	return dst
}

func (c *Conn) appendDate(dst []byte) []byte {
	if c.o.Date == nil {
		return dst
	}
	before := len(dst)
	dst = append(dst, "Date: "...)
	value := len(dst)
	if dst = c.o.Date.Append(dst); len(dst) == value {
		return dst[:before]
	}
	return append(dst, '\r', '\n')
}

// AppendContent appends p, framed. It appends nothing for an empty p, which as a
// chunk would end the content, nor where the response has no content. Of what
// goes beyond the Content-Length it appends what fits, and returns an *Error.
func (c *Conn) AppendContent(dst, p []byte) ([]byte, error) {
	switch c.response {
	case framingOpen:
		return dst, errNoHead
	case framingEnded:
		return dst, errResponseEnded
	case framingClose:
		return append(dst, p...), nil
	case framingLength:
		return c.appendPromised(dst, p)
	case framingChunked:
		if len(p) == 0 {
			return dst, nil
		}
		dst = c.AppendChunkHead(dst, len(p))
		dst = append(dst, p...)
		return append(dst, '\r', '\n'), nil
	}
	return dst, nil
}

func (c *Conn) appendPromised(dst, p []byte) ([]byte, error) {
	if int64(len(p)) > c.promised {
		p = p[:c.promised]
		c.promised = 0
		return append(dst, p...), errContentLong
	}
	c.promised -= int64(len(p))
	return append(dst, p...), nil
}

// AppendEnd appends what ends the content. It returns an *Error when content is
// missing: the connection must then be cut, so that the client sees it too.
func (c *Conn) AppendEnd(dst []byte) ([]byte, error) {
	was := c.response
	switch was {
	case framingOpen:
		return dst, errNoHead
	case framingEnded:
		return dst, errResponseEnded
	}
	c.response = framingEnded
	if was == framingLength && c.promised > 0 {
		c.close = true
		return dst, errContentShort
	}
	if was == framingChunked {
		dst = append(dst, "0\r\n\r\n"...)
	}
	return dst, nil
}

// Chunked says whether the response is in the chunked transfer coding; known
// after AppendHead.
func (c *Conn) Chunked() bool { return c.response == framingChunked }

// AppendChunkHead appends the line before a chunk of n > 0 octets, for a caller
// that sends them from where they are: the n octets and then CRLF are its to send.
func (c *Conn) AppendChunkHead(dst []byte, n int) []byte {
	dst = strconv.AppendUint(dst, uint64(n), 16)
	return append(dst, '\r', '\n')
}
