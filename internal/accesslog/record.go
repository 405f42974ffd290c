package accesslog

import (
	"bytes"
	"encoding/base64"
	"time"
)

// Record is what a line may say of one exchange. What is nil or zero is
// written as gunicorn does, mostly as "-". Nothing of it is kept.
type Record struct {
	RemoteAddr string // host only; "" for a Unix socket
	Time       time.Time
	Took       time.Duration
	Pid        int

	Method, Target, Protocol []byte // of the request-line
	Path, Query              []byte // PATH_INFO and QUERY_STRING

	Status int
	Sent   int64 // bytes of content; negative when it is not known

	// These look up a field of the request, a field of the response, or a
	// variable of the WSGI environ, whatever the case of the name's letters. A function
	// that is nil finds nothing.
	RequestField, ResponseField, Environ Lookup
}

// Lookup finds a value by name. The value is valid until the line is made.
type Lookup func(name string) (value []byte, found bool)

func (l Lookup) find(name string) ([]byte, bool) {
	if l == nil {
		return nil, false
	}
	return l(name)
}

const (
	basic = "basic "
	// maxCredentials bounds what is decoded to find the user's name, encoded.
	maxCredentials = 1024
)

// user decodes the user of RFC 7617's Basic authentication into buf.
func (r *Record) user(buf *[maxCredentials]byte) []byte {
	credentials, _ := r.RequestField.find("Authorization")
	if len(credentials) < len(basic) || len(credentials) > maxCredentials || !bytes.EqualFold(credentials[:len(basic)], []byte(basic)) {
		return nil
	}
	n, err := base64.StdEncoding.Decode(buf[:], bytes.TrimSpace(credentials[len(basic):]))
	if err != nil {
		return nil
	}
	name, _, _ := bytes.Cut(buf[:n], []byte{':'})
	return name
}
