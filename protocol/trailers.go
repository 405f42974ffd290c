package protocol

// AppendEndWith is AppendEnd with a trailer section (RFC 9112 §7.1.2), for which
// there is room only in chunked content: with any other framing the fields are
// left out, as they are for a client that does not look at them.
//
// Fields that would matter to framing, routing or authentication are left out
// too (RFC 9110 §6.5.1), and the hop-by-hop ones, which are the server's. When a
// field is none, nothing of the section is sent, and the *Error says why; the
// response has its end all the same.
func (c *Conn) AppendEndWith(dst []byte, trailers []Field) ([]byte, error) {
	if c.response != framingChunked {
		return c.AppendEnd(dst)
	}
	c.response = framingEnded
	dst = append(dst, "0\r\n"...)
	before := len(dst)
	dst, err := appendTrailers(dst, trailers)
	if err != nil {
		dst = dst[:before]
	}
	return append(dst, '\r', '\n'), err
}

func appendTrailers(dst []byte, trailers []Field) ([]byte, error) {
	for i := range trailers {
		f := &trailers[i]
		switch {
		case !isToken(f.Name):
			return dst, errAppName
		case !isText(f.Value):
			return dst, errAppValue
		}
		var out outgoing
		if drop, err := out.take(f); drop || err != nil || out != (outgoing{}) || isForbiddenTrailer(f.Name) {
			continue
		}
		dst = append(dst, f.Name...)
		dst = append(dst, ':', ' ')
		dst = append(dst, f.Value...)
		dst = append(dst, '\r', '\n')
	}
	return dst, nil
}
