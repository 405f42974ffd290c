package openloop

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Target is where the requests go.
type Target struct {
	Addr string // host:port
	Host string // the Host field; "" is Addr
	TLS  bool
	Path string // before the profile's paths, without a slash at its end
}

// ParseTarget reads an http or https URL.
func ParseTarget(text string) (Target, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return Target{}, fmt.Errorf("target: %w", err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return Target{}, fmt.Errorf("target %q: want http://HOST:PORT or https://HOST:PORT", text)
	case u.RawQuery != "" || u.User != nil:
		return Target{}, fmt.Errorf("target %q: want neither a query nor a user; the profile has the requests", text)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return Target{
		Addr: net.JoinHostPort(u.Hostname(), port), Host: u.Host,
		TLS: u.Scheme == "https", Path: strings.TrimRight(u.EscapedPath(), "/"),
	}, nil
}

// URL is what ParseTarget reads.
func (t Target) URL() string {
	scheme := "http://"
	if t.TLS {
		scheme = "https://"
	}
	if t.Host == "" {
		return scheme + t.Addr + t.Path
	}
	return scheme + t.Host + t.Path
}

// TLSConfig is the client's. A server on this machine may show the certificate of the
// name that it serves elsewhere.
func (t Target) TLSConfig() *tls.Config {
	return &tls.Config{InsecureSkipVerify: t.Loopback()}
}

// Loopback tells whether the target is on this machine for certain.
func (t Target) Loopback() bool {
	host, _, _ := net.SplitHostPort(t.Addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
