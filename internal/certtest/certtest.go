// Package certtest makes certificates for tests: an authority, and what it signs.
package certtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// CA is a certificate authority that nobody knows but who is given its Pool.
type CA struct {
	t    testing.TB
	cert *x509.Certificate
	key  crypto.Signer
	next int64 // serial number
}

// NewCA makes one, by name.
func NewCA(t testing.TB, name string) *CA {
	t.Helper()
	ca := &CA{t: t, key: newKey(t)}
	template := ca.template(pkix.Name{CommonName: name})
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	ca.cert = ca.sign(template, template, ca.key)
	return ca
}

// Cert is a certificate with its key, as crypto/tls and as files have them.
type Cert struct {
	tls.Certificate
	CertPEM, KeyPEM []byte
}

// Issue makes a certificate for a server of these names and addresses.
func (ca *CA) Issue(names ...string) *Cert {
	ca.t.Helper()
	template := ca.template(pkix.Name{CommonName: names[0]})
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return ca.issue(template)
}

// IssueClient makes a certificate for a client.
func (ca *CA) IssueClient(subject pkix.Name) *Cert {
	ca.t.Helper()
	template := ca.template(subject)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return ca.issue(template)
}

// PEM is the authority's own certificate.
func (ca *CA) PEM() []byte { return encode("CERTIFICATE", ca.cert.Raw) }

// Pool trusts the authority, and no other.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// Write writes the certificate and its key to two files in dir, and gives their
// paths. Each comes into its place whole, by a rename.
func (c *Cert) Write(t testing.TB, dir, name string) (certfile, keyfile string) {
	t.Helper()
	return WriteFile(t, dir, name+".pem", c.CertPEM), WriteFile(t, dir, name+".key", c.KeyPEM)
}

// WriteFile puts a file in its place, whole.
func WriteFile(t testing.TB, dir, name string, content []byte) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	return path
}

func (ca *CA) template(subject pkix.Name) *x509.Certificate {
	ca.next++
	return &x509.Certificate{
		SerialNumber: big.NewInt(ca.next), Subject: subject,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func (ca *CA) issue(template *x509.Certificate) *Cert {
	ca.t.Helper()
	key := newKey(ca.t)
	leaf := ca.sign(template, ca.cert, key)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		ca.t.Fatal(err)
	}
	return &Cert{
		tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf},
		encode("CERTIFICATE", leaf.Raw), encode("PRIVATE KEY", der),
	}
}

func (ca *CA) sign(template, parent *x509.Certificate, key crypto.Signer) *x509.Certificate {
	ca.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), ca.key)
	if err != nil {
		ca.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		ca.t.Fatal(err)
	}
	return cert
}

func newKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
