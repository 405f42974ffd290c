package protocol

// addLength takes in a Content-Length. RFC 9110 §8.6 would let us accept a
// repeated value; like gunicorn we do not.
func addLength(m *meaning, value []byte) error {
	if m.length != noLength {
		return errManyLengths
	}
	n, ok := parseLength(value)
	if !ok {
		return errLength
	}
	m.length = n
	return nil
}

// parseLength reads 1*DIGIT, decimal whatever zeros it begins with. Beyond
// maxContent the value is not exact, but stays beyond it.
func parseLength(b []byte) (n int64, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n <= maxContent {
			n = n*10 + int64(c-'0')
		}
	}
	return n, len(b) > 0
}

// addCodings takes in a Transfer-Encoding. The server undoes chunked, which must
// be last and alone; gzip and its like are the app's concern, as in gunicorn.
func addCodings(m *meaning, value []byte) error {
	m.codings = true
	for list := value; list != nil; {
		var coding []byte
		coding, list = cutItem(list)
		switch {
		case is(coding, "chunked"):
			if m.chunked {
				return errChunkedTwice
			}
			m.chunked = true
			continue
		case is(coding, "identity"):
		case is(coding, "gzip"), is(coding, "deflate"), is(coding, "compress"):
			m.otherCoding = true
		default:
			// Among these, an empty element and a parameter.
			return errCoding
		}
		if m.chunked {
			return errChunkedTwice
		}
	}
	return nil
}

// contentLength is the length of a request's content (RFC 9112 §6.3): -1 when it
// is chunked. Whatever leaves room for a second opinion is an error.
func contentLength(m *meaning, atLeast11 bool) (int64, error) {
	switch {
	case m.codings && !atLeast11:
		// RFC 9112 §6.1: "the message framing is faulty".
		return 0, errCoding10
	case m.codings && !m.chunked:
		return 0, errNotChunked
	case m.chunked && m.length != noLength:
		// RFC 9112 §6.1 would let us read this by Transfer-Encoding alone. We refuse
		// it: a proxy that goes by Content-Length would see another request begin here.
		return 0, errBothFramings
	case m.chunked:
		return -1, nil
	case m.length > maxContent:
		return 0, errHugeContent
	case m.length == noLength:
		return 0, nil
	}
	return m.length, nil
}

// maxContent is where counting content ends.
const maxContent = 1 << 58 // a further digit, decimal or hexadecimal, fits in an int64

// expectContent makes c ready for content of this length, -1 for chunked.
func (c *Conn) expectContent(length int64) {
	c.lineAt, c.fieldAt, c.scanned = 0, 0, 0
	switch {
	case length < 0:
		c.state = stateChunk
	case length > 0:
		c.state, c.left = stateContent, length
	default:
		c.state = stateEnd
	}
}

// readContent gives what has arrived of content of a known length.
func (c *Conn) readContent(in []byte) (Event, int) {
	if len(in) == 0 {
		return NeedMore, 0
	}
	n := int(min(int64(len(in)), c.left))
	c.content = in[:n:n]
	if c.left -= int64(n); c.left == 0 {
		c.state = stateEnd
	}
	return Data, n
}
