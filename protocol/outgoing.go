package protocol

// outgoing is what the app's fields say about a response.
type outgoing struct {
	length    int64 // of the content; -1 when unknown
	noLength  bool  // Content-Length must not be sent
	hasLength bool  // it was in the app's fields
	hasServer bool
	hasDate   bool
	close     bool
}

// appendFields appends the app's fields without those that are the server's.
func (out *outgoing) appendFields(dst []byte, fields []Field) ([]byte, error) {
	for i := range fields {
		f := &fields[i]
		if !isToken(f.Name) {
			return dst, errAppName
		}
		if !isText(f.Value) {
			return dst, errAppValue
		}
		drop, err := out.take(f)
		if err != nil {
			return dst, err
		}
		if drop {
			continue
		}
		dst = append(dst, f.Name...)
		dst = append(dst, ':', ' ')
		dst = append(dst, f.Value...)
		dst = append(dst, '\r', '\n')
	}
	return dst, nil
}

// take looks at one field, by its length first, and says whether to drop it.
func (out *outgoing) take(f *Field) (drop bool, err error) {
	switch len(f.Name) {
	case 2:
		return is(f.Name, "te"), nil
	case 4:
		out.hasDate = out.hasDate || is(f.Name, "date")
	case 6:
		out.hasServer = out.hasServer || is(f.Name, "server")
	case 7:
		return is(f.Name, "upgrade"), nil
	case 10:
		if is(f.Name, "connection") {
			out.close = out.close || hasItem(f.Value, "close")
			return true, nil
		}
		return is(f.Name, "keep-alive"), nil
	case 14:
		if is(f.Name, "content-length") {
			return out.noLength, out.takeLength(f.Value)
		}
	case 16:
		return is(f.Name, "proxy-connection"), nil
	case 17:
		if is(f.Name, "transfer-encoding") {
			return true, checkAppCoding(f.Value)
		}
	}
	return false, nil
}

func (out *outgoing) takeLength(value []byte) error {
	if out.hasLength {
		return errAppLengths
	}
	n, ok := parseLength(trim(value))
	if !ok || n > maxContent {
		return errAppLength
	}
	out.length, out.hasLength = n, true
	return nil
}

// checkAppCoding lets an app say what the server does anyway. An app that has
// coded its content in another way would have it sent as something it is not.
func checkAppCoding(value []byte) error {
	if v := trim(value); is(v, "chunked") || is(v, "identity") {
		return nil
	}
	return errAppCoding
}
