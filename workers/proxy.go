package workers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"net"

	"github.com/pires/go-proxyproto"

	"github.com/seed-77b39ca9/srv/protocol"
)

func (c *Core) expectsProxy(host string) bool {
	return c.ProxyProtocol && (c.ProxyAllowed == nil || c.ProxyAllowed(host))
}

const (
	proxyV1Max  = 107 // bytes of a version 1 header, by its specification
	proxyV2Head = 16  // bytes before the addresses of a version 2 header
)

// readProxy takes the PROXY protocol's header off a connection's first bytes.
// A connection without one is served as it is, as gunicorn does.
func (c *Conn) readProxy(b []byte) (used int, p progress) {
	n, whole, err := c.takeProxy(b)
	switch {
	case err != nil:
		c.refuse(err)
		return n, refused
	case !whole:
		return 0, needMore
	}
	return n, complete
}

// takeProxy goes by the header that b begins with and gives its length, 0 when
// there is none. An error is a *protocol.Error.
func (c *Conn) takeProxy(b []byte) (n int, whole bool, err error) {
	n, whole = proxyHeader(b)
	if !whole {
		return 0, false, nil
	}
	c.proxied = true
	if n == 0 {
		return 0, true, nil
	}
	h, err := proxyproto.Read(bufio.NewReader(bytes.NewReader(b[:n])))
	if err != nil {
		return n, true, &protocol.Error{Status: 400, Reason: err.Error()}
	}
	if src, dst, ok := h.TCPAddrs(); ok && h.Command.IsProxy() {
		c.peer.RemoteHost, c.peer.RemotePort = hostPort(src)
		c.peer.LocalHost, c.peer.LocalPort = hostPort(dst)
		c.peer.Trusted = c.core.Trusted != nil && c.core.Trusted(c.peer.RemoteHost)
		c.pc.SetTrusted(c.peer.Trusted)
	}
	return n, true, nil
}

// proxyHeader finds the end of the header that b begins with: 0 when b begins
// otherwise. whole is false while that cannot be told.
func proxyHeader(b []byte) (n int, whole bool) {
	switch {
	case bytes.HasPrefix(b, proxyproto.SIGV1):
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1, true
		}
		return len(b), len(b) >= proxyV1Max
	case bytes.HasPrefix(b, proxyproto.SIGV2):
		if len(b) < proxyV2Head {
			return 0, false
		}
		n := proxyV2Head + int(binary.BigEndian.Uint16(b[14:16]))
		return n, len(b) >= n
	}
	begun := bytes.HasPrefix(proxyproto.SIGV1, b) || bytes.HasPrefix(proxyproto.SIGV2, b)
	return 0, !begun
}

func hostPort(a *net.TCPAddr) (host, port string) {
	host, port, _ = net.SplitHostPort(a.String())
	return host, port
}
