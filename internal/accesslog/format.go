package accesslog

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/internal/log"
)

// Format is a compiled access_log_format. It may be used from any goroutine.
type Format struct{ segments []segment }

// segment appends its part of a line.
type segment func(dst []byte, r *Record) []byte

// Compile compiles a format: text with %(atom)s in it. "%%" is a percent sign;
// an atom that is not known is written as "-", as gunicorn does.
func Compile(format string) (*Format, error) {
	f := &Format{}
	rest := format
	for {
		text, after, found := strings.Cut(rest, "%")
		f.text(text)
		if !found {
			return f, nil
		}
		if tail, escaped := strings.CutPrefix(after, "%"); escaped {
			f.text("%")
			rest = tail
			continue
		}
		name, tail, err := cutAtom(after)
		if err != nil {
			return nil, fmt.Errorf("access_log_format %q: %w", format, err)
		}
		f.segments = append(f.segments, atom(name))
		rest = tail
	}
}

func (f *Format) text(s string) {
	if s != "" {
		f.segments = append(f.segments, func(dst []byte, _ *Record) []byte { return append(dst, s...) })
	}
}

// cutAtom takes "(name)s" from the front.
func cutAtom(s string) (name, rest string, err error) {
	end := strings.IndexByte(s, ')')
	if s == "" || s[0] != '(' || end < 0 {
		return "", "", fmt.Errorf(`a "%%" must begin "%%(atom)s", or be written "%%%%"`)
	}
	name, rest = s[1:end], s[end+1:]
	if rest == "" || rest[0] != 's' && rest[0] != 'd' {
		return "", "", fmt.Errorf(`"%%(%s)" must be followed by "s"`, name)
	}
	return name, rest[1:], nil
}

// Append appends one line, without a newline. Whatever a client sent is escaped, so that
// it can neither end the line nor leave its quotes.
func (f *Format) Append(dst []byte, r *Record) []byte {
	for _, s := range f.segments {
		dst = s(dst, r)
	}
	return dst
}

// atom is the segment that writes the named atom.
func atom(name string) segment {
	if s, ok := atoms[name]; ok {
		return s
	}
	kind, ok := strings.CutPrefix(name, "{")
	if field, k, found := strings.Cut(kind, "}"); ok && found {
		switch k {
		case "i":
			return func(dst []byte, r *Record) []byte { return appendFound(dst, r.RequestField, field) }
		case "o":
			return func(dst []byte, r *Record) []byte { return appendFound(dst, r.ResponseField, field) }
		case "e":
			return func(dst []byte, r *Record) []byte { return appendFound(dst, r.Environ, field) }
		}
	}
	return atoms["l"]
}

// commonLogTime is the time as the Common Log Format has it.
const commonLogTime = "[02/Jan/2006:15:04:05 -0700]"

// atoms are gunicorn's, but for those with a field's name in them.
var atoms = map[string]segment{
	"h": func(dst []byte, r *Record) []byte { return appendOrDash(dst, r.RemoteAddr) },
	"l": func(dst []byte, _ *Record) []byte { return append(dst, '-') },
	"u": func(dst []byte, r *Record) []byte {
		var buf [maxCredentials]byte
		return appendOrDash(dst, r.user(&buf))
	},
	"t": func(dst []byte, r *Record) []byte { return r.Time.AppendFormat(dst, commonLogTime) },
	"r": func(dst []byte, r *Record) []byte {
		dst = append(appendOrDash(dst, r.Method), ' ')
		dst = append(appendOrDash(dst, r.Target), ' ')
		return appendOrDash(dst, r.Protocol)
	},
	"m": func(dst []byte, r *Record) []byte { return appendOrDash(dst, r.Method) },
	"U": func(dst []byte, r *Record) []byte { return appendOrDash(dst, r.Path) },
	"q": func(dst []byte, r *Record) []byte { return log.AppendEscaped(dst, r.Query, log.Quoted) },
	"H": func(dst []byte, r *Record) []byte { return appendOrDash(dst, r.Protocol) },
	"s": func(dst []byte, r *Record) []byte { return strconv.AppendInt(dst, int64(r.Status), 10) },
	"b": appendSent,
	"B": appendSent,
	"f": func(dst []byte, r *Record) []byte { return appendFound(dst, r.RequestField, "Referer") },
	"a": func(dst []byte, r *Record) []byte { return appendFound(dst, r.RequestField, "User-Agent") },
	"T": func(dst []byte, r *Record) []byte { return appendUnits(dst, r.Took, time.Second) },
	"M": func(dst []byte, r *Record) []byte { return appendUnits(dst, r.Took, time.Millisecond) },
	"D": func(dst []byte, r *Record) []byte { return appendUnits(dst, r.Took, time.Microsecond) },
	"L": func(dst []byte, r *Record) []byte { return appendSeconds(dst, r.Took) },
	"p": func(dst []byte, r *Record) []byte {
		dst = strconv.AppendInt(append(dst, '<'), int64(r.Pid), 10)
		return append(dst, '>')
	},
}

func appendSent(dst []byte, r *Record) []byte {
	if r.Sent < 0 {
		return append(dst, '-')
	}
	return strconv.AppendInt(dst, r.Sent, 10)
}

func appendOrDash[S ~string | ~[]byte](dst []byte, s S) []byte {
	if len(s) == 0 {
		return append(dst, '-')
	}
	return log.AppendEscaped(dst, s, log.Quoted)
}

func appendFound(dst []byte, lookup Lookup, name string) []byte {
	value, found := lookup.find(name)
	if !found {
		return append(dst, '-')
	}
	return log.AppendEscaped(dst, value, log.Quoted)
}

func appendUnits(dst []byte, d, unit time.Duration) []byte {
	return strconv.AppendInt(dst, int64(d/unit), 10)
}

// appendSeconds writes seconds with six decimals.
func appendSeconds(dst []byte, d time.Duration) []byte {
	dst = append(appendUnits(dst, d, time.Second), '.')
	micros := d % time.Second / time.Microsecond
	for unit := time.Duration(100_000); unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(micros/unit%10))
	}
	return dst
}
