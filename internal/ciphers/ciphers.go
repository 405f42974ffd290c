// Package ciphers names crypto/tls's cipher suites as OpenSSL does, and so the
// settings of gunicorn, nginx and Apache, and the variables of CGI.
package ciphers

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// Name is OpenSSL's name of a cipher suite: ECDHE-RSA-AES128-GCM-SHA256. Those of
// TLS 1.3 have the RFC's there too: TLS_AES_128_GCM_SHA256.
func Name(id uint16) string {
	name := tls.CipherSuiteName(id)
	rest, found := strings.CutPrefix(name, "TLS_")
	exchange, cipher, found12 := strings.Cut(rest, "_WITH_")
	if !found || !found12 {
		return name
	}
	return strings.ReplaceAll(exchange+"-"+shortened.Replace(cipher), "_", "-")
}

// shortened is what OpenSSL leaves out: AES_128 is AES128, and what is known
// without being said goes.
var shortened = strings.NewReplacer("AES_", "AES", "_CBC", "", "POLY1305_SHA256", "POLY1305")

// Parse reads a list in OpenSSL's manner, separated by colons, commas or spaces.
// It takes the names of Name and of Go, of suites that crypto/tls holds to be
// secure. An empty list is nil: crypto/tls's own choice.
func Parse(list string) ([]uint16, error) {
	var ids []uint16
	for _, name := range strings.FieldsFunc(list, separates) {
		id, ok := lookup(name)
		if !ok {
			return nil, fmt.Errorf("%s is not among those of TLS 1.2 that are secure", name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Names are those that Parse knows. TLS 1.3 has suites of its own, all good, which
// crypto/tls does not let one choose from.
func Names() []string {
	var names []string
	for _, s := range choosable() {
		names = append(names, Name(s.ID))
	}
	return names
}

func separates(r rune) bool { return r == ':' || r == ',' || r == ' ' }

func lookup(name string) (id uint16, ok bool) {
	for _, s := range choosable() {
		if strings.EqualFold(name, s.Name) || strings.EqualFold(name, Name(s.ID)) {
			return s.ID, true
		}
	}
	return 0, false
}

func choosable() []*tls.CipherSuite {
	var all []*tls.CipherSuite
	for _, s := range tls.CipherSuites() {
		if s.SupportedVersions[0] <= tls.VersionTLS12 {
			all = append(all, s)
		}
	}
	return all
}
