package protocol

// chunkState is where in the chunked coding (RFC 9112 §7.1) the next octet is:
//
//	chunk     = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//	chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
type chunkState uint8

const (
	chunkSize      chunkState = iota // first digit of chunk-size
	chunkDigits                      // further digits
	chunkSemicolon                   // BWS before ";"
	chunkName                        // BWS before a name
	chunkInName                      //
	chunkEquals                      // BWS behind a name
	chunkValue                       // BWS before a value
	chunkInValue                     // a token
	chunkQuoted                      // within a quoted-string
	chunkEscaped                     // behind its "\"
	chunkUnquoted                    // behind its end
	chunkLF                          // of the chunk-size line
	chunkData                        //
	chunkDataCR                      //
	chunkDataLF                      //
)

// maxOverhead is how much chunk framing may come in excess of what a client that
// means well needs, which is 16 octets and twice the data for each chunk. (Go's
// own server has the same bound, since CVE-2023-39326.)
const maxOverhead = 16 << 10

// readChunk decodes up to the next piece of data or the end of the last chunk's
// line. Octet by octet: everything before n is consumed, whatever arrives.
func (c *Conn) readChunk(in []byte) (ev Event, n int, err error) {
	for n < len(in) {
		if c.chunk == chunkData {
			return c.readChunkData(in, n)
		}
		if err := c.chunkOctet(in[n]); err != nil {
			return NeedMore, n, err
		}
		n++
		if c.state == stateTrailers {
			break
		}
	}
	return NeedMore, n, nil
}

func (c *Conn) readChunkData(in []byte, at int) (Event, int, error) {
	n := at + int(min(int64(len(in)-at), c.left))
	c.content = in[at:n:n]
	if c.left -= int64(n - at); c.left == 0 {
		c.chunk = chunkDataCR
	}
	return Data, n, nil
}

// chunkOctet takes one octet of the framing.
func (c *Conn) chunkOctet(b byte) error {
	switch c.chunk {
	case chunkDataCR:
		if b != '\r' {
			return errChunkEnd
		}
		c.chunk = chunkDataLF
		return nil
	case chunkDataLF:
		if b != '\n' {
			return errChunkEnd
		}
		c.chunk = chunkSize
		return nil
	case chunkLF:
		if b != '\n' {
			return errChunkExt
		}
		return c.beginChunk()
	}
	// scanned counts the octets of this line.
	if c.scanned++; int(c.scanned) > c.o.fieldSize() {
		return errChunkLine
	}
	if c.chunk <= chunkDigits {
		return c.sizeOctet(b)
	}
	next, ok := extOctet(c.chunk, b)
	if !ok {
		return errChunkExt
	}
	c.chunk = next
	return nil
}

// sizeOctet takes one octet of chunk-size, or the one behind it.
func (c *Conn) sizeOctet(b byte) error {
	if v := hexValue[b]; v <= 15 {
		// RFC 9112 §7.1: "recipients MUST anticipate potentially large hexadecimal
		// numerals and prevent parsing errors due to integer conversion overflows".
		if c.left = c.left<<4 | int64(v); c.left > maxContent {
			return errHugeContent
		}
		c.chunk = chunkDigits
		return nil
	}
	if c.chunk == chunkSize {
		return errChunkSize
	}
	next, ok := extOctet(chunkDigits, b)
	if !ok {
		return errChunkSize
	}
	c.chunk = next
	return nil
}

// extOctet is the transition of the extensions' grammar.
func extOctet(s chunkState, b byte) (next chunkState, ok bool) {
	space := b == ' ' || b == '\t'
	switch s {
	case chunkDigits, chunkInValue, chunkUnquoted:
		switch {
		case s == chunkInValue && class[b] != 0:
			return s, true
		case b == '\r':
			return chunkLF, true
		case b == ';':
			return chunkName, true
		}
		// BWS, but only if ";" follows: chunk-size SP CRLF is no chunk.
		return chunkSemicolon, space
	case chunkSemicolon:
		if b == ';' {
			return chunkName, true
		}
		return s, space
	case chunkName:
		if class[b] != 0 {
			return chunkInName, true
		}
		return s, space
	case chunkInName, chunkEquals:
		switch {
		case s == chunkInName && class[b] != 0:
			return s, true
		case s == chunkInName && b == '\r':
			return chunkLF, true
		case b == '=':
			return chunkValue, true
		case b == ';':
			return chunkName, true
		}
		return chunkEquals, space
	case chunkValue:
		switch {
		case class[b] != 0:
			return chunkInValue, true
		case b == '"':
			return chunkQuoted, true
		}
		return s, space
	case chunkQuoted:
		switch b {
		case '"':
			return chunkUnquoted, true
		case '\\':
			return chunkEscaped, true
		}
	}
	// Within a quoted-string.
	return chunkQuoted, b == '\t' || b >= ' ' && b != 0x7f
}

// beginChunk is what the end of a chunk-size line leads to.
func (c *Conn) beginChunk() error {
	line := int64(c.scanned)
	c.scanned = 0
	if c.left == 0 {
		c.state = stateTrailers
		return nil
	}
	if limit := c.o.Body; limit > 0 && c.left > limit-c.received {
		return errTooLarge
	}
	if c.received += c.left; c.received > maxContent {
		return errHugeContent
	}
	if c.overhead = int32(max(0, int64(c.overhead)+line-16-2*c.left)); c.overhead > maxOverhead {
		return errChunkExtSum
	}
	c.chunk = chunkData
	return nil
}
