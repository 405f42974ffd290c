package certs

import (
	"crypto/tls"
	"errors"
	"net"
)

// Options say which certificates there are, and how TLS is spoken with them.
type Options struct {
	Files      []Pair
	ClientCAs  string // a file of certificates in PEM; "": no client is asked for one
	ClientAuth tls.ClientAuthType
	Ciphers    []uint16 // of TLS 1.2; nil: crypto/tls's choice
	MinVersion uint16
	ACME       *ACME // nil: none

	Log   func(string) // level info
	Error func(string)
}

// Pair is a certificate chain and its key, both in PEM. They may be one file.
type Pair struct{ Cert, Key string }

// Keeper has the certificates of a process. Its Config is used from any goroutine.
type Keeper struct {
	files *files
	acme  *manager // nil: none
}

// New reads the files. The certificates that ACME is to bring come after Start.
func New(o Options) (*Keeper, error) {
	if len(o.Files) == 0 && o.ACME == nil {
		return nil, errors.New("there is no certificate")
	}
	conf := &tls.Config{
		MinVersion: o.MinVersion, CipherSuites: o.Ciphers, ClientAuth: o.ClientAuth,
		NextProtos: []string{"http/1.1"},
	}
	k := &Keeper{files: &files{Options: o, base: conf}}
	if o.ACME != nil {
		var err error
		if k.acme, err = newManager(&o); err != nil {
			return nil, err
		}
		conf.NextProtos = append(conf.NextProtos, challengeProtocol)
		conf.GetCertificate = k.acme.certificate
	}
	if err := k.files.open(); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// Config is for servers. It always stands for the newest certificates.
func (k *Keeper) Config() *tls.Config {
	conf := k.files.current.Load().Clone()
	conf.GetConfigForClient = k.files.configFor
	return conf
}

// LookAgain has the next handshake look at the files, however soon that is.
func (k *Keeper) LookAgain() { k.files.checked.Store(0) }

// Start begins to get and renew what ACME is to bring, in the background, and
// returns. The authority's challenge arrives at one of the listeners.
func (k *Keeper) Start(listeners []net.Listener) error {
	if k.acme == nil {
		return nil
	}
	return k.acme.start(listeners)
}

// Close ends what Start began.
func (k *Keeper) Close() {
	if k.acme != nil {
		k.acme.close()
	}
}
