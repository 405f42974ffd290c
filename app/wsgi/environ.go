package wsgi

import (
	"bytes"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// appendEnviron writes what is particular to a request of its environ
// (PEP 3333, "environ Variables"): NAME\0value\0..., without the last NUL. What
// all requests share is in interpreter.py. nulPath is flagNulPath's condition.
func appendEnviron(b []byte, ex app.Exchange, scriptName string) (_ []byte, nulPath bool) {
	r, peer := ex.Request(), ex.Peer()
	target := r.Target()
	path, query := splitTarget(target)
	if v := r.Get("SCRIPT_NAME"); v != nil { // let through from trusted peers only
		scriptName = string(v)
	}
	b = appendVar(b, "REQUEST_METHOD", r.Method())
	b = appendVar(b, "RAW_URI", target)
	b = appendVar(b, "SCRIPT_NAME", scriptName)
	b = append(b, "PATH_INFO\x00"...)
	b, nulPath = appendPath(b, path, scriptName)
	b = append(b, 0)
	b = appendVar(b, "QUERY_STRING", query)
	b = append(b, "SERVER_PROTOCOL\x00HTTP/"...)
	b = append(b, '0'+byte(r.Major()), '.', '0'+byte(r.Minor()), 0)
	b = appendVar(b, "REMOTE_ADDR", peer.RemoteHost)
	b = appendVar(b, "REMOTE_PORT", peer.RemotePort)
	b = appendServer(b, r, peer)
	b = appendFields(b, r)
	if peer.TLS != nil {
		for _, v := range peer.TLS.Variables() {
			b = appendVar(b, v.Name, v.Value)
		}
	}
	b = appendVar(b, "wsgi.url_scheme", r.Scheme())
	return b[:len(b)-1], nulPath
}

func appendVar[S string | []byte](b []byte, name string, value S) []byte {
	b = append(b, name...)
	b = append(b, 0)
	b = append(b, value...)
	return append(b, 0)
}

// splitTarget finds path and query in any form of request-target (RFC 9112 §3.2).
func splitTarget(target []byte) (path, query []byte) {
	if i := bytes.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	target, query, _ = bytes.Cut(target, question)
	if len(target) > 0 && target[0] != '/' {
		if i := bytes.Index(target, schemeEnd); i >= 0 {
			target = target[i+len(schemeEnd):]
			i = bytes.IndexByte(target, '/')
			if i < 0 {
				return nil, query
			}
			target = target[i:]
		}
	}
	return target, query
}

var question, schemeEnd = []byte{'?'}, []byte("://")

// appendPath percent-decodes a path, without scriptName at its front. A NUL would
// end the value, so a path with one goes over in the form of flagNulPath.
func appendPath(b, path []byte, scriptName string) (_ []byte, nulPath bool) {
	start := len(b)
	if bytes.IndexByte(path, '%') < 0 {
		b = append(b, path...)
	} else {
		nulPath = bytes.Contains(path, []byte("%00"))
		for i := 0; i < len(path); i++ {
			c := path[i]
			if c == '%' && i+2 < len(path) && hex(path[i+1]) >= 0 && hex(path[i+2]) >= 0 {
				c = byte(hex(path[i+1])<<4 | hex(path[i+2]))
				i += 2
			}
			switch {
			case nulPath && c == 0:
				b = append(b, "%00"...)
			case nulPath && c == '%':
				b = append(b, "%25"...)
			default:
				b = append(b, c)
			}
		}
	}
	if end := start + len(scriptName); end <= len(b) && string(b[start:end]) == scriptName {
		b = append(b[:start], b[end:]...)
	}
	return b, nulPath
}

func hex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// appendServer says where the request arrived. On a Unix socket only the client
// can tell, in Host.
func appendServer(b []byte, r *protocol.Request, peer *app.Peer) []byte {
	if peer.LocalPort != "" {
		b = appendVar(b, "SERVER_NAME", peer.LocalHost)
		return appendVar(b, "SERVER_PORT", peer.LocalPort)
	}
	name, port := r.Get("Host"), []byte("80")
	if r.Scheme() == "https" {
		port = []byte("443")
	}
	if i := bytes.LastIndexByte(name, ':'); i >= 0 && i > bytes.LastIndexByte(name, ']') {
		name, port = name[:i], name[i+1:]
	}
	if len(name) == 0 {
		name = []byte(peer.LocalHost)
	}
	b = appendVar(b, "SERVER_NAME", name)
	return appendVar(b, "SERVER_PORT", port)
}

// appendFields writes the field section as CGI has it: upper case, "_" for "-",
// HTTP_ in front of all but two, and repeated fields joined by a comma.
func appendFields(b []byte, r *protocol.Request) []byte {
	n := r.NumFields()
	for i := range n {
		name, value := r.Field(i)
		if n > 1 && i > 0 && seen(r, i, name) {
			continue
		}
		if bytes.EqualFold(name, scriptNameField) || bytes.EqualFold(name, pathInfoField) {
			continue
		}
		if !hasOwnName(name) {
			b = append(b, "HTTP_"...)
		}
		b = appendName(b, name)
		b = append(b, 0)
		b = append(b, value...)
		for j := i + 1; j < n; j++ {
			if other, more := r.Field(j); sameName(name, other) {
				b = append(b, ',')
				b = append(b, more...)
			}
		}
		b = append(b, 0)
	}
	return b
}

var (
	contentType     = []byte("Content-Type")
	contentLength   = []byte("Content-Length")
	scriptNameField = []byte("SCRIPT_NAME")
	pathInfoField   = []byte("PATH_INFO")
)

// hasOwnName says whether a field's variable is without HTTP_.
func hasOwnName(name []byte) bool {
	switch len(name) {
	case len(contentType):
		return bytes.EqualFold(name, contentType)
	case len(contentLength):
		return bytes.EqualFold(name, contentLength)
	}
	return false
}

// seen says whether a field before the i-th has its name.
func seen(r *protocol.Request, i int, name []byte) bool {
	for j := range i {
		if other, _ := r.Field(j); sameName(name, other) {
			return true
		}
	}
	return false
}

// sameName says whether two fields have one variable. "-" and "_" are the same
// there, but for the two that have no HTTP_: Content_Length is HTTP_CONTENT_LENGTH.
func sameName(a, b []byte) bool {
	if len(a) != len(b) || hasOwnName(a) != hasOwnName(b) {
		return false
	}
	for i := range a {
		if cgi[a[i]] != cgi[b[i]] {
			return false
		}
	}
	return true
}

func appendName(b, name []byte) []byte {
	for _, c := range name {
		b = append(b, cgi[c])
	}
	return b
}

// cgi maps a field name's characters to those of its variable.
var cgi = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		switch {
		case 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case c == '-':
			c = '_'
		}
		t[i] = c
	}
	return t
}()
