package app

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/internal/ciphers"
)

// TLS is what a connection's handshake agreed upon. It is made once, before the
// connection's first request, and nothing of it changes.
type TLS struct {
	// State is what crypto/tls says of it. PeerCertificates holds what the client
	// showed; only when VerifiedChains is not empty has it been verified.
	State *tls.ConnectionState

	once      sync.Once
	variables []Variable
}

// Variable is one of CGI's, which a gateway's environ takes over.
type Variable struct{ Name, Value string }

// Variables are those by which Apache's mod_ssl and its successors tell an
// application of TLS. SSL_CLIENT_VERIFY is there always; what else begins with
// SSL_CLIENT only when the client's certificate has been verified. No value holds a
// NUL. They are made when first asked for.
func (t *TLS) Variables() []Variable {
	t.once.Do(func() { t.variables = variables(t.State) })
	return t.variables
}

func variables(s *tls.ConnectionState) []Variable {
	vars := []Variable{
		{"HTTPS", "on"},
		{"SSL_PROTOCOL", protocolName(s.Version)},
		{"SSL_CIPHER", ciphers.Name(s.CipherSuite)},
	}
	if s.ServerName != "" {
		vars = append(vars, Variable{"SSL_TLS_SNI", harmless(s.ServerName)})
	}
	if len(s.VerifiedChains) == 0 {
		return append(vars, Variable{"SSL_CLIENT_VERIFY", "NONE"})
	}
	vars = append(vars, Variable{"SSL_CLIENT_VERIFY", "SUCCESS"})
	return append(vars, clientVariables(s.PeerCertificates[0])...)
}

func clientVariables(c *x509.Certificate) []Variable {
	return []Variable{
		{"SSL_CLIENT_S_DN", harmless(c.Subject.String())},
		{"SSL_CLIENT_I_DN", harmless(c.Issuer.String())},
		{"SSL_CLIENT_M_SERIAL", fmt.Sprintf("%X", c.SerialNumber)},
		{"SSL_CLIENT_V_START", asn1Time(c.NotBefore)},
		{"SSL_CLIENT_V_END", asn1Time(c.NotAfter)},
		{"SSL_CLIENT_CERT", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))},
	}
}

// protocolName is OpenSSL's: TLSv1.3.
func protocolName(version uint16) string {
	return "TLSv" + strings.TrimPrefix(tls.VersionName(version), "TLS ")
}

// asn1Time is how OpenSSL prints a certificate's times.
func asn1Time(t time.Time) string { return t.UTC().Format("Jan _2 15:04:05 2006 GMT") }

// harmless escapes what would end the value, as RFC 4514 has it: a certificate may
// name anything.
func harmless(s string) string { return strings.ReplaceAll(s, "\x00", "\\00") }
