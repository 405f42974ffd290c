package srv

import (
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/seed-77b39ca9/srv/internal/certs"
	"github.com/seed-77b39ca9/srv/internal/ciphers"
	"github.com/seed-77b39ca9/srv/internal/log"
)

// openCerts reads the certificates of the settings; nil when there are none.
func openCerts(p *plan, elog *log.Logger) (*certs.Keeper, error) {
	switch {
	case len(p.Keyfile) > 0 && len(p.Certfile) == 0:
		return nil, errors.New("keyfile is set and certfile is not")
	case !p.TLS():
		return nil, nil
	}
	o, err := certOptions(p)
	if err != nil {
		return nil, err
	}
	if o.Log, o.Error = func(string) {}, func(string) {}; elog != nil {
		o.Log = func(line string) { elog.Infof("%s", line) }
		o.Error = func(line string) { elog.Errorf("%s", line) }
	}
	k, err := certs.New(o)
	if err != nil {
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return k, nil
}

// checkCerts says what is wrong with the settings and files of TLS.
func checkCerts(p *plan) error {
	k, err := openCerts(p, nil)
	if k != nil {
		k.Close()
	}
	return err
}

func certOptions(p *plan) (o certs.Options, err error) {
	if o.Files, err = certFiles(p); err != nil {
		return o, err
	}
	if o.Ciphers, err = ciphers.Parse(p.Ciphers); err != nil {
		return o, err
	}
	if o.MinVersion = tls.VersionTLS12; p.SSLMinVersion == "1.3" {
		o.MinVersion = tls.VersionTLS13
	}
	switch o.ClientCAs = p.file(p.CACerts); p.CertReqs {
	case "optional":
		o.ClientAuth = tls.VerifyClientCertIfGiven
	case "required":
		o.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if o.ClientAuth != tls.NoClientCert && o.ClientCAs == "" {
		return o, fmt.Errorf("cert_reqs is %s and ca_certs is not set: it has to name the authorities that clients' certificates come from", p.CertReqs)
	}
	if len(p.ACMEDomains) > 0 {
		o.ACME = &certs.ACME{
			Domains: p.ACMEDomains, Email: p.ACMEEmail, Directory: p.ACMEDirectory,
			Storage: p.ACMEStorage, CARoot: p.file(p.ACMECARoot),
		}
	}
	return o, nil
}

// certFiles pairs certfile and keyfile.
func certFiles(p *plan) ([]certs.Pair, error) {
	keys := p.Keyfile
	switch {
	case len(keys) == 0:
		keys = p.Certfile
	case len(keys) != len(p.Certfile):
		return nil, fmt.Errorf("certfile names %d files and keyfile %d: give one key for each certificate, in the same order", len(p.Certfile), len(keys))
	}
	var pairs []certs.Pair
	for i, cert := range p.Certfile {
		pairs = append(pairs, certs.Pair{Cert: p.file(cert), Key: p.file(keys[i])})
	}
	return pairs, nil
}

// file is a path of the settings; relative ones start at chdir, as in gunicorn.
func (p *plan) file(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.Chdir, path)
}
