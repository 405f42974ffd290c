package nethttp

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// newRequest makes the http.Request that net/http's server would make; its
// context is c. Everything in it is a copy: handlers keep requests for longer
// than they are allowed to.
func newRequest(c *call, ex app.Exchange) (*http.Request, error) {
	r, peer := ex.Request(), ex.Peer()
	head := cut(r)
	u, err := parseTarget(head.method, head.target)
	if err != nil {
		return nil, err
	}
	req := (&http.Request{
		Method: head.method, URL: u, Proto: head.proto, ProtoMajor: r.Major(), ProtoMinor: r.Minor(),
		Header: head.fields, ContentLength: r.ContentLength(), Host: head.host,
		RemoteAddr: join(peer.RemoteHost, peer.RemotePort), RequestURI: head.target,
	}).WithContext(c)
	if u.Host != "" {
		req.Host = u.Host // RFC 9112 §3.2.2: the absolute form overrules Host
	}
	if peer.TLS != nil {
		req.TLS = peer.TLS.State
	}
	if r.Chunked() {
		req.TransferEncoding = []string{"chunked"}
		req.Trailer = trailer(r)
	}
	req.Body = http.NoBody
	if content := ex.Content(); content.Size > 0 {
		req.Body = &body{content.Reader(), c}
	}
	return req, nil
}

// body is the request's content until the call is over.
type body struct {
	io.Reader
	call *call
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.call.Err() != nil {
		return 0, http.ErrBodyReadAfterClose
	}
	return b.Reader.Read(p)
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

func parseTarget(method, target string) (*url.URL, error) {
	if method == http.MethodConnect && !strings.HasPrefix(target, "/") {
		u, err := url.ParseRequestURI("http://" + target)
		if err != nil {
			return nil, err
		}
		u.Scheme = ""
		return u, nil
	}
	return url.ParseRequestURI(target)
}

// head is a request's head as strings.
type head struct {
	method, target, proto, host string
	fields                      http.Header
}

// cut copies the head into one string, of which all the others are parts.
func cut(r *protocol.Request) head {
	text := string(appendHead(nil, r))
	next := func(n int) string {
		part := text[:n]
		text = text[n:]
		return part
	}
	h := head{method: next(len(r.Method())), target: next(len(r.Target())), proto: "HTTP/1.1"}
	if r.Major() != 1 || r.Minor() != 1 {
		h.proto = string(bytes.TrimSpace(r.RequestLine()[len(r.Method())+len(r.Target())+2:]))
	}
	n := r.NumFields()
	h.fields = make(http.Header, n)
	values := make([]string, n)
	for i := range n {
		name, value := r.Field(i)
		key, val := http.CanonicalHeaderKey(next(len(name))), next(len(value))
		if key == "Host" {
			h.host = val
			continue
		}
		if had := h.fields[key]; had != nil {
			h.fields[key] = append(had, val)
			continue
		}
		values[i] = val
		h.fields[key] = values[i : i+1 : i+1]
	}
	return h
}

func appendHead(b []byte, r *protocol.Request) []byte {
	size := len(r.Method()) + len(r.Target())
	n := r.NumFields()
	for i := range n {
		name, value := r.Field(i)
		size += len(name) + len(value)
	}
	b = append(make([]byte, 0, size), r.Method()...)
	b = append(b, r.Target()...)
	for i := range n {
		name, value := r.Field(i)
		b = append(b, name...)
		b = append(b, value...)
	}
	return b
}

func trailer(r *protocol.Request) http.Header {
	n := r.NumTrailers()
	if n == 0 {
		return nil
	}
	h := make(http.Header, n)
	for i := range n {
		name, value := r.Trailer(i)
		h.Add(string(name), string(value))
	}
	return h
}

func join(host, port string) string {
	switch {
	case host == "":
		return "@" // a Unix socket, as net/http has it
	case strings.IndexByte(host, ':') >= 0:
		return "[" + host + "]:" + port
	}
	return host + ":" + port
}
