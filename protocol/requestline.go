package protocol

import "bytes"

// readRequestLine takes the request-line apart (RFC 9112 §3). Whitespace other
// than one SP between the parts is refused, where the RFC would let us be lenient.
func (c *Conn) readRequestLine(line []byte, req *Request) error {
	req.line = span{0, uint32(len(line))}
	m := bytes.IndexByte(line, ' ')
	if m < 0 {
		return errRequestLine
	}
	if err := c.readMethod(line[:m], req); err != nil {
		return err
	}
	t := bytes.IndexByte(line[m+1:], ' ')
	if t < 0 {
		return errRequestLine
	}
	t += m + 1
	req.target = span{uint32(m + 1), uint32(t)}
	if err := checkTarget(req.Target(), req.Method()); err != nil {
		return err
	}
	return c.readVersion(line[t+1:], req)
}

// readMethod checks a method by gunicorn's rules: a token (RFC 9110 §9.1), and
// unless unconventional ones are permitted, of a kind that is registered with IANA.
func (c *Conn) readMethod(method []byte, req *Request) error {
	all, some := uint8(0xff), uint8(0)
	for _, b := range method {
		all &= class[b]
		some |= class[b]
	}
	if len(method) == 0 || all&token == 0 {
		return errMethod
	}
	if !c.o.PermitUnconventionalMethod && (some&odd != 0 || len(method) < 3 || len(method) > 20) {
		return errUnconventional
	}
	req.method = span{0, uint32(len(method))}
	if c.o.CasefoldMethod && some&odd != 0 {
		for _, b := range method {
			req.side = append(req.side, upper(b))
		}
		req.folded = true
		method = req.side
	}
	req.head = string(method) == "HEAD"
	req.connect = string(method) == "CONNECT"
	return nil
}

// readVersion reads HTTP-version: "HTTP/" DIGIT "." DIGIT, in this case only.
func (c *Conn) readVersion(v []byte, req *Request) error {
	if len(v) != len("HTTP/1.1") || string(v[:5]) != "HTTP/" || v[6] != '.' {
		return errVersion
	}
	major, minor := v[5]-'0', v[7]-'0'
	if major > 9 || minor > 9 || major != 1 && !c.o.PermitUnconventionalVersion {
		return errVersion
	}
	req.major, req.minor = major, minor
	return nil
}
