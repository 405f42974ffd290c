package protocol

// BeginContent is AppendContent for content that is too large to be copied: it
// appends what precedes it and says how many of the n octets at hand are to be
// sent behind that, by the caller and from where they are. EndContent follows.
func (c *Conn) BeginContent(dst []byte, n int) (_ []byte, send int, err error) {
	switch c.response {
	case framingOpen:
		return dst, 0, errNoHead
	case framingEnded:
		return dst, 0, errResponseEnded
	case framingClose:
		return dst, n, nil
	case framingLength:
		if int64(n) > c.promised {
			send, c.promised = int(c.promised), 0
			return dst, send, errContentLong
		}
		c.promised -= int64(n)
		return dst, n, nil
	case framingChunked:
		if n > 0 {
			dst = c.AppendChunkHead(dst, n)
		}
		return dst, n, nil
	}
	return dst, 0, nil
}

// EndContent appends what follows the n octets that BeginContent said to send.
func (c *Conn) EndContent(dst []byte, n int) []byte {
	if c.response == framingChunked && n > 0 {
		dst = append(dst, '\r', '\n')
	}
	return dst
}

// SetTrusted changes what Init said of the peer, before the first Next: who the
// peer is may be known only from the connection's first bytes (the PROXY protocol).
func (c *Conn) SetTrusted(trusted bool) { c.trusted = trusted }
