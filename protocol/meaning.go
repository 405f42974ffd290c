package protocol

// interpret does what the fields of a complete head oblige the server to, and
// makes c ready for what follows the head.
func (c *Conn) interpret(req *Request) error {
	m := meaning{length: noLength, tls: c.tls}
	for i := range req.fields {
		if f := &req.fields[i]; f.kind != kindOther {
			if err := c.interpretField(f, req, &m); err != nil {
				return err
			}
		}
	}
	if m.hosts == 0 && req.atLeast11() {
		return errNoHost
	}
	length, err := contentLength(&m, req.atLeast11())
	if err != nil {
		return err
	}
	if limit := c.o.Body; limit > 0 && length > limit {
		return errTooLarge
	}
	req.contentLength = length
	req.expectContinue = m.expectContinue && req.atLeast11()
	req.tls = m.tls
	c.http10 = !req.atLeast11()
	c.headOnly = req.head
	c.connect = req.connect
	// RFC 9931 §8: what follows CONNECT is never another request, whatever was
	// answered. A transfer coding that is passed on undecoded ends it as in gunicorn.
	c.close = c.close || m.close || c.http10 && !m.keepAlive || req.connect || m.otherCoding
	c.expectContent(length)
	return nil
}

// meaning is what the fields of one head have said so far.
type meaning struct {
	length         int64 // noLength: no Content-Length yet
	hosts          int
	contentTypes   int
	codings        bool // there is a Transfer-Encoding
	chunked        bool // its last coding
	otherCoding    bool // one that changes the content
	close          bool
	keepAlive      bool
	expectContinue bool
	scheme         bool // a scheme header was seen
	tls            bool
}

const noLength = -1

func (c *Conn) interpretField(f *field, req *Request, m *meaning) error {
	value := req.value(f, req.base)
	switch f.kind {
	case kindHost:
		if m.hosts++; m.hosts > 1 {
			return errManyHosts
		}
		return checkHost(value)
	case kindConnection:
		// RFC 9112 §9.3: close wins, in any line and any place of the list.
		m.close = m.close || hasItem(value, "close")
		m.keepAlive = m.keepAlive || hasItem(value, "keep-alive")
	case kindContentType:
		// RFC 9110 §5.3: it cannot be combined, so two of them can be understood in two ways.
		if m.contentTypes++; m.contentTypes > 1 {
			return errSingleton
		}
	case kindContentLength:
		return addLength(m, value)
	case kindTransferEncoding:
		return addCodings(m, value)
	case kindExpect:
		// RFC 9110 §10.1.1: the value is case-insensitive; any other MAY get 417.
		if !is(value, "100-continue") {
			return errExpect
		}
		m.expectContinue = true
	case kindScheme:
		return c.addScheme(m, f.name.of(req.base), value)
	}
	return nil
}

// addScheme takes a trusted peer's word for the scheme. Two words that differ
// mean that one came from the client.
func (c *Conn) addScheme(m *meaning, name, value []byte) error {
	for i := range c.o.SecureSchemeHeaders {
		h := &c.o.SecureSchemeHeaders[i]
		if !isName(name, h.Name) {
			continue
		}
		tls := string(value) == h.Value
		if m.scheme && tls != m.tls {
			return errScheme
		}
		m.scheme, m.tls = true, tls
		return nil
	}
	return nil
}
