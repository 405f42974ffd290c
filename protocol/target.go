package protocol

import "bytes"

// checkTarget says whether target is one of the four forms of a request-target
// that the method may have (RFC 9112 §3.2). Like gunicorn it lets pass octets
// that a URI has not, as long as they are no control character and no SP:
// browsers send `"`, "[" and "|" unencoded.
func checkTarget(target, method []byte) error {
	switch {
	case len(target) == 0:
		return errRequestLine
	case !isVisible(target):
		return errTargetByte
	case string(method) == "CONNECT":
		return checkAuthorityForm(target)
	case target[0] == '/':
		return nil // origin-form
	case target[0] == '*':
		if len(target) == 1 && string(method) == "OPTIONS" {
			return nil // asterisk-form
		}
		return errTarget
	}
	return checkAbsoluteForm(target)
}

// checkAuthorityForm: uri-host ":" port. RFC 9110 §9.3.6: "A server MUST reject
// a CONNECT request that targets an empty or invalid port number".
func checkAuthorityForm(target []byte) error {
	host, port := splitPort(target)
	if len(host) == 0 || !isHost(host) || !isPortNumber(port) {
		return errTargetHost
	}
	return nil
}

// checkAbsoluteForm: scheme "://" authority, then anything.
func checkAbsoluteForm(target []byte) error {
	i := bytes.Index(target, []byte("://"))
	if i <= 0 || !isScheme(target[:i]) {
		return errTarget
	}
	if !is(target[:i], "http") && !is(target[:i], "https") {
		return nil
	}
	authority := target[i+3:]
	if end := bytes.IndexAny(authority, "/?#"); end >= 0 {
		authority = authority[:end]
	}
	// RFC 9110 §4.2.1: "A recipient that processes such a URI reference [with an
	// empty host identifier] MUST reject it as invalid." §4.2.4 has userinfo
	// treated as an error; isAuthority does.
	if len(authority) == 0 || !isAuthority(authority) {
		return errTargetHost
	}
	return nil
}

// isScheme: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), RFC 3986 §3.1.
func isScheme(b []byte) bool {
	for i, c := range b {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '+' && c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return len(b) > 0
}
