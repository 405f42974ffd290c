package protocol

import (
	"bytes"
	"net/netip"
	"unsafe"
)

// checkHost obeys RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request)
// status code to any HTTP/1.1 request message that lacks a Host header field and
// to any request message that contains more than one Host header field line or a
// Host header field with an invalid field value." An empty value is valid: it is
// what a client sends whose target has no authority.
func checkHost(host []byte) error {
	if len(host) > 0 && !isAuthority(host) {
		return errHost
	}
	return nil
}

// isAuthority: uri-host [ ":" port ], with a host.
func isAuthority(b []byte) bool {
	host, port := splitPort(b)
	return len(host) > 0 && isHost(host) && isDigits(port)
}

// splitPort parts b at the ":" behind a host; there may be none.
func splitPort(b []byte) (host, port []byte) {
	from := 0
	if len(b) > 0 && b[0] == '[' {
		from = bytes.IndexByte(b, ']') + 1 // none: 0, and isHost refuses it
	}
	if i := bytes.IndexByte(b[from:], ':'); i >= 0 {
		return b[:from+i], b[from+i+1:]
	}
	return b, nil
}

// isHost: IP-literal / reg-name (an IPv4address is one), RFC 3986 §3.2.2.
func isHost(b []byte) bool {
	if len(b) > 1 && b[0] == '[' && b[len(b)-1] == ']' {
		return isIPLiteral(b[1 : len(b)-1])
	}
	for i := 0; i < len(b); i++ {
		if regName[b[i]] {
			continue
		}
		if b[i] != '%' || i+2 >= len(b) || hexValue[b[i+1]] > 15 || hexValue[b[i+2]] > 15 {
			return false
		}
		i += 2
	}
	return true
}

// isIPLiteral: IPv6address / "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ).
func isIPLiteral(b []byte) bool {
	if len(b) > 0 && b[0]|0x20 == 'v' {
		return isIPvFuture(b[1:])
	}
	// The string lives no longer than this call, and b does not change meanwhile.
	addr, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(b), len(b)))
	return err == nil && addr.Is6() && addr.Zone() == ""
}

func isIPvFuture(b []byte) bool {
	dot := bytes.IndexByte(b, '.')
	if dot < 1 || dot == len(b)-1 {
		return false
	}
	for _, c := range b[:dot] {
		if hexValue[c] > 15 {
			return false
		}
	}
	for _, c := range b[dot+1:] {
		if c != ':' && !regName[c] {
			return false
		}
	}
	return true
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isPortNumber says whether b is a number from 1 to 65535.
func isPortNumber(b []byte) bool {
	n, ok := parseLength(b)
	return ok && n >= 1 && n <= 65535
}
