package workertest

import (
	"fmt"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
	"github.com/seed-77b39ca9/srv/workers"
)

const (
	proxyV1 = "PROXY TCP4 192.0.2.1 192.0.2.2 4000 80\r\n"
	proxyV2 = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + "\xc0\x00\x02\x01\xc0\x00\x02\x02\x0f\xa0\x00\x50"
	proxyV6 = "PROXY TCP6 2001:db8::1 2001:db8::2 4000 80\r\n"
	localV2 = "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00"
	unknown = "PROXY UNKNOWN\r\n"
)

// proxy: the PROXY protocol, of peers that may speak it.
func (s *suite) proxy(t *testing.T) {
	told := script{app.Immediate, func(ex app.Exchange) {
		p := ex.Peer()
		respond(ex, 200, fmt.Sprint(p.RemoteHost, " ", p.RemotePort, " ", p.LocalHost, " ", p.LocalPort, " ", p.Trusted, " ", ex.Request().Scheme()))
	}}
	allowed := func(o *workers.Options) {
		o.ProxyProtocol = true
		o.ProxyAllowed = func(host string) bool { return host == "127.0.0.1" }
		o.Trusted = func(host string) bool { return host == "192.0.2.1" }
		o.Protocol.SecureSchemeHeaders = []protocol.SchemeHeader{{Name: "X-FORWARDED-PROTO", Value: "https"}}
	}
	t.Run("not allowed", func(t *testing.T) {
		sv := s.start(t, told, allowed, func(o *workers.Options) { o.ProxyAllowed = func(string) bool { return false } })
		c := sv.dial(t)
		c.send(proxyV1 + request("GET", "/", ""))
		if a := c.answer("GET"); a.StatusCode != 400 {
			t.Errorf("got %d; want 400", a.StatusCode)
		}
	})
	sv := s.start(t, told, allowed)
	for _, tt := range []struct{ name, header, want string }{
		{"version 1", proxyV1, "192.0.2.1 4000 192.0.2.2 80 true https"},
		{"version 1, IPv6", proxyV6, "2001:db8::1 4000 2001:db8::2 80 false http"},
		{"version 2", proxyV2, "192.0.2.1 4000 192.0.2.2 80 true https"},
		{"version 2, LOCAL", localV2, ""},
		{"version 1, UNKNOWN", unknown, ""},
		{"none", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.header + request("GET", "/", "", "X-Forwarded-Proto: https")
			for _, send := range []func(*client, string){(*client).send, (*client).trickle} {
				c := sv.dial(t)
				want := tt.want
				if want == "" {
					want = fmt.Sprint(hostPort(c.LocalAddr()), " ", hostPort(c.RemoteAddr()), " false http")
				}
				send(c, r)
				c.answer("GET").want(t, 200, want)
				if !s.oneShot {
					c.send(request("GET", "/", "", "X-Forwarded-Proto: https"))
					c.answer("GET").want(t, 200, want)
				}
			}
		})
	}
	for _, header := range []string{"PROXY TCP4 what\r\n", "PROXY TCP4 1.2.3.4 ", "\r\n\r\n\x00\r\nQUIT\n\x51\x11\x00\x0c" + "123456789012"} {
		t.Run(fmt.Sprintf("invalid %q", header[:10]), func(t *testing.T) {
			c := sv.dial(t)
			c.send(header + request("GET", "/", ""))
			if a := c.answer("GET"); a.StatusCode != 400 {
				t.Errorf("got %d; want 400", a.StatusCode)
			}
			c.wantEnd()
		})
	}
}
