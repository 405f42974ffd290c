package log

import "unicode/utf8"

// Escape says what else is escaped, besides control characters.
type Escape uint8

const (
	// Message leaves quotes and backslashes alone: for people to read.
	Message Escape = iota
	// Quoted escapes quotes and backslashes too: for a field between quotes.
	Quoted
	// Lines leaves newlines and tabs alone: for tracebacks.
	Lines
)

// What a byte asks for. Nearly all are plain, and are copied in runs.
const (
	plain = iota
	control
	quote
	line // newline and tab
	wide // the start of a multibyte character, or a stray byte
)

var kinds = func() (k [256]uint8) {
	for c := range k {
		switch {
		case c == '\n' || c == '\t':
			k[c] = line
		case c < ' ' || c == 0x7f:
			k[c] = control
		case c == '"' || c == '\\':
			k[c] = quote
		case c >= utf8.RuneSelf:
			k[c] = wide
		}
	}
	return k
}()

// AppendEscaped appends s so that it can neither end the line nor drive a
// terminal: control characters (of Unicode's first 256, DEL, and its two line
// separators) and bytes that are not UTF-8 are written as \n, \r, \t or
// \u00XX. These are JSON's escapes, so that a format that looks like JSON
// stays JSON. It does not allocate but to grow dst.
func AppendEscaped[S ~string | ~[]byte](dst []byte, s S, mode Escape) []byte {
	done := 0
	for i := 0; i < len(s); {
		r, size, escape := rune(s[i]), 1, false
		switch kinds[s[i]] {
		case plain:
			i++
			continue
		case control:
			escape = true
		case quote:
			escape = mode == Quoted
		case line:
			escape = mode != Lines
		case wide:
			r, size, escape = decode(s[i:])
		}
		if escape {
			dst = append(dst, s[done:i]...)
			dst = appendRune(dst, r)
			done = i + size
		}
		i += size
	}
	return append(dst, s[done:]...)
}

// decode reads one character past ASCII and says whether it must be escaped. A
// stray byte stands for the character of that number, as in latin-1.
func decode[S ~string | ~[]byte](s S) (r rune, size int, escape bool) {
	var b [utf8.UTFMax]byte
	n := copy(b[:], s)
	r, size = utf8.DecodeRune(b[:n])
	if r == utf8.RuneError && size == 1 {
		return rune(s[0]), 1, true
	}
	return r, size, r < 0xa0 || r == '\u2028' || r == '\u2029'
}

const hexDigits = "0123456789abcdef"

func appendRune(dst []byte, r rune) []byte {
	switch r {
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '"', '\\':
		return append(dst, '\\', byte(r))
	}
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
