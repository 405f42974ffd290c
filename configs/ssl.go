package configs

import (
	"fmt"
	"strings"

	"github.com/seed-77b39ca9/srv/internal/ciphers"
)

func cipherNames() string { return strings.Join(ciphers.Names(), ", ") }

func checkCiphers(_ *Input, value any) (any, error) {
	_, err := ciphers.Parse(value.(string))
	return value, err
}

// checkDomain wants a name that an authority can be asked for by tls-alpn-01.
func checkDomain(s string) (string, error) {
	switch {
	case strings.HasPrefix(s, "*."):
		return "", fmt.Errorf("%q: an authority gives wildcards by way of DNS only, which srv does not do", s)
	case strings.ContainsAny(s, "/:* \x00"):
		return "", fmt.Errorf("%q is no domain name", s)
	}
	return strings.ToLower(s), nil
}

// TLS says whether connections are encrypted.
func (s *Settings) TLS() bool { return len(s.Certfile) > 0 || len(s.ACMEDomains) > 0 }

// optionalPath makes a path absolute, if there is one.
func optionalPath(in *Input, value any) (any, error) {
	if value.(string) == "" {
		return "", nil
	}
	return in.path(value.(string)), nil
}

// splitCommas splits the value of a variable.
func splitCommas(text string) ([]string, error) { return strings.Split(text, ","), nil }
