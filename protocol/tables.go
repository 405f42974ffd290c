package protocol

import "encoding/binary"

// Classes of octets in a field name. A name's classes are or-ed together, so
// that one pass finds both a wrong octet and an underscore.
const (
	token      = 1 << iota // tchar, RFC 9110 §5.6.2
	underscore             // "_", a tchar too
	odd                    // tchar that gunicorn does not expect in a method: a-z and "#"
)

var class = func() (t [256]uint8) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		t[c] = token
		if 'a' <= c && c <= 'z' || c == '#' {
			t[c] |= odd
		}
	}
	t['_'] |= underscore
	return t
}()

// regName has the octets of a reg-name (RFC 3986 §3.2.2) but "%".
var regName = func() (t [256]bool) {
	for _, c := range []byte("-._~!$&'()*+,;=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
		t[c] = true
	}
	return t
}()

// hexValue is the value of a hexadecimal digit, 0xff for what is none.
var hexValue = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = uint8(i)
	}
	for i, c := range []byte("ABCDEF") {
		t[c] = uint8(10 + i)
	}
	return t
}()

// isToken says whether b is a token.
func isToken(b []byte) bool {
	for _, c := range b {
		if class[c] == 0 {
			return false
		}
	}
	return len(b) > 0
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// isText says whether b has only what a field value may have: HTAB, SP, VCHAR
// and obs-text (RFC 9110 §5.5).
func isText(b []byte) bool {
	// Eight octets at a time: x-0x20 borrows into the high bit of an octet below
	// 0x20, (x^0x7f)-1 into that of a DEL. A hit may be a HTAB, or an octet
	// behind a hit; the slow loop decides.
	if len(b) < 8 {
		return isTextSlow(b)
	}
	for rest := b; ; rest = rest[8:] {
		if len(rest) < 8 {
			rest = b[len(b)-8:] // some octets twice, none one by one
		}
		x := binary.LittleEndian.Uint64(rest)
		del := x ^ 0x7f*ones
		if ((x-0x20*ones)&^x|(del-ones)&^del)&highs != 0 && !isTextSlow(rest[:8]) {
			return false
		}
		if len(rest) == 8 {
			return true
		}
	}
}

func isTextSlow(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isVisible says whether b has neither controls nor SP.
func isVisible(b []byte) bool {
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		del := x ^ 0x7f*ones
		if ((x-0x21*ones)&^x|(del-ones)&^del)&highs != 0 && !isVisibleSlow(b[:8]) {
			return false
		}
		b = b[8:]
	}
	return isVisibleSlow(b)
}

func isVisibleSlow(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// trim drops OWS from both ends (RFC 9110 §5.6.3).
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return trimRight(b)
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// is says whether b is the lower-case s, whatever b's case. s is a token in
// which no octet is one of "@[\]^_`{|}~" or a control, for which |0x20 lies.
func is(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if b[i]|0x20 != s[i] {
			return false
		}
	}
	return true
}

// isName is is for an s in any case and with any octet.
func isName(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// hasItem says whether the list value has the lower-case item.
func hasItem(value []byte, item string) bool {
	if is(value, item) { // nearly always
		return true
	}
	for len(value) >= len(item) {
		var v []byte
		v, value = cutItem(value)
		if is(v, item) {
			return true
		}
	}
	return false
}

// cutItem takes the first item off a comma-separated list.
func cutItem(list []byte) (item, rest []byte) {
	for i, c := range list {
		if c == ',' {
			return trim(list[:i]), list[i+1:]
		}
	}
	return trim(list), nil
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c &^ 0x20
	}
	return c
}
