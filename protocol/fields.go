package protocol

import "bytes"

// kind is which of the fields that mean something to the server a field is.
type kind uint8

const (
	kindOther kind = iota
	kindHost
	kindConnection
	kindContentLength
	kindTransferEncoding
	kindContentType
	kindExpect
	kindScheme
)

// readField takes a field line apart and adds it to fields (RFC 9112 §5). What
// it means is seen to when all of them are there.
func (c *Conn) readField(line []byte, at uint32, req *Request, fields *[]field) error {
	seen, n := uint8(0), 0
	for n < len(line) && class[line[n]] != 0 {
		seen |= class[line[n]]
		n++
	}
	colon := n
	if n == len(line) || line[n] != ':' {
		var err error
		if colon, err = c.spacedColon(line, n); err != nil {
			return err
		}
	}
	if n == 0 {
		return errFieldName
	}
	value := line[colon+1:]
	if !isText(value) {
		return errFieldValue
	}
	req.underscoreDropped = false
	if seen&underscore != 0 {
		if drop, err := c.mapUnderscore(line[:n], fields == &req.trailers); drop || err != nil {
			req.underscoreDropped = drop
			req.dropped++
			return err
		}
	}
	start, end := colon+1, len(line)
	for start < end && isFold(line[start]) {
		start++
	}
	for end > start && isFold(line[end-1]) {
		end--
	}
	kind := kindOf(line[:n])
	if c.trusted && kind == kindOther && c.isSchemeHeader(line[:n]) {
		kind = kindScheme
	}
	if fields == &req.trailers && isForbiddenTrailer(line[:n]) {
		return errTrailer
	}
	*fields = append(*fields, field{
		name:  span{at, at + uint32(n)},
		value: span{at + uint32(start), at + uint32(end)},
		kind:  kind,
	})
	return nil
}

// spacedColon says where the colon is when it does not follow the name's n
// octets. RFC 9112 §5.1: "No whitespace is allowed between the field name and
// colon. […] A server MUST reject, with a response status code of 400 (Bad
// Request), any received request message that contains whitespace between a
// header field name and colon."
func (c *Conn) spacedColon(line []byte, n int) (int, error) {
	i := n
	for i < len(line) && isFold(line[i]) {
		i++
	}
	switch {
	case bytes.IndexByte(line[n:], ':') < 0:
		return 0, errNoColon
	case i == n || line[i] != ':':
		return 0, errFieldName
	case !c.o.StripHeaderSpaces:
		return 0, errColonSpace
	}
	return i, nil
}

// kindOf knows a field by its length first, which settles it for most.
func kindOf(name []byte) kind {
	switch len(name) {
	case 4:
		if is(name, "host") {
			return kindHost
		}
	case 6:
		if is(name, "expect") {
			return kindExpect
		}
	case 10:
		if is(name, "connection") {
			return kindConnection
		}
	case 12:
		if is(name, "content-type") {
			return kindContentType
		}
	case 14:
		if is(name, "content-length") {
			return kindContentLength
		}
	case 17:
		if is(name, "transfer-encoding") {
			return kindTransferEncoding
		}
	}
	return kindOther
}

func (c *Conn) isSchemeHeader(name []byte) bool {
	for i := range c.o.SecureSchemeHeaders {
		if isName(name, c.o.SecureSchemeHeaders[i].Name) {
			return true
		}
	}
	return false
}

// mapUnderscore goes by header_map and forwarder_headers.
func (c *Conn) mapUnderscore(name []byte, trailer bool) (drop bool, err error) {
	if c.trusted && !trailer && c.isForwarderHeader(name) {
		return false, nil
	}
	switch c.o.HeaderMap {
	case Dangerous:
		return false, nil
	case Refuse:
		return false, errUnderscore
	}
	return true, nil
}

func (c *Conn) isForwarderHeader(name []byte) bool {
	for _, s := range c.o.ForwarderHeaders {
		if s == "*" || isName(name, s) {
			return true
		}
	}
	return false
}

// isForbiddenTrailer says whether a field would change framing, routing or
// authentication if somebody merged the trailer section into the fields (RFC
// 9110 §6.5.1). The list is gunicorn's.
func isForbiddenTrailer(name []byte) bool {
	switch len(name) {
	case 2:
		return is(name, "te")
	case 4:
		return is(name, "host")
	case 7:
		return is(name, "trailer")
	case 13:
		return is(name, "authorization")
	case 14:
		return is(name, "content-length")
	case 17:
		return is(name, "transfer-encoding")
	}
	return false
}

// unfold adds a line that begins with whitespace to the last field's value, as
// gunicorn's permit_obsolete_folding does: each line without its OWS, one SP
// between them. RFC 9112 §5.2 wants one or more SP for each fold.
func unfold(in, line []byte, req *Request, fields []field) error {
	if !isText(line) {
		return errFieldValue
	}
	if req.underscoreDropped {
		return nil
	}
	f := &fields[len(fields)-1]
	at := uint32(len(req.side))
	if f.unfolded {
		at = f.value.at
	} else {
		req.side = append(req.side, f.value.of(in)...)
	}
	if len(req.side) > int(at) {
		req.side = append(req.side, ' ')
	}
	req.side = append(req.side, trim(line)...)
	f.value = span{at, at + uint32(len(trimRight(req.side[at:])))}
	f.unfolded = true
	return nil
}
