package certs

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// files are certificates in files. Whether they have changed is looked at when a
// client shakes hands, so a new one is served without a reload, and nothing wakes
// up for it.
type files struct {
	Options
	base    *tls.Config // all but the certificates
	current atomic.Pointer[tls.Config]
	checked atomic.Int64 // when they were looked at last, in nanoseconds

	looking sync.Mutex // held by the one handshake that looks
	seen    string     // what they were like
}

// lookEvery is how long a change may go unseen.
const lookEvery = 2 * time.Second

func (f *files) open() error {
	f.checked.Store(time.Now().UnixNano())
	f.seen = f.look()
	conf, err := f.load()
	if err != nil {
		return err
	}
	f.current.Store(conf)
	return nil
}

// configFor is tls.Config's GetConfigForClient.
func (f *files) configFor(*tls.ClientHelloInfo) (*tls.Config, error) {
	f.refresh(time.Now())
	return f.current.Load(), nil
}

// refresh reads the files if they have changed. When they cannot be used, perhaps
// because only one of a pair has come yet, those that were stay.
func (f *files) refresh(now time.Time) {
	if now.UnixNano()-f.checked.Load() < int64(lookEvery) || !f.looking.TryLock() {
		return
	}
	defer f.looking.Unlock()
	f.checked.Store(now.UnixNano())
	if seen := f.look(); seen != f.seen {
		f.seen = seen
		f.renew()
	}
}

func (f *files) renew() {
	conf, err := f.load()
	if err != nil {
		f.Error(fmt.Sprintf("New certificates cannot be used, the ones before stay: %v", err))
		return
	}
	f.current.Store(conf)
	f.Log("New certificates are in use")
}

// look says what the files are like. It is made before they are read: what changes
// later is seen next time.
func (f *files) look() string {
	var b strings.Builder
	for _, path := range f.paths() {
		info, err := os.Stat(path)
		if err != nil {
			fmt.Fprintf(&b, "%v\n", err)
			continue
		}
		fmt.Fprintf(&b, "%d %d %d\n", info.ModTime().UnixNano(), info.Size(), inode(info))
	}
	return b.String()
}

func (f *files) paths() []string {
	var paths []string
	for _, p := range f.Files {
		paths = append(paths, p.Cert, p.Key)
	}
	if f.ClientCAs != "" {
		paths = append(paths, f.ClientCAs)
	}
	return paths
}

func (f *files) load() (*tls.Config, error) {
	conf := f.base.Clone()
	for _, p := range f.Files {
		cert, err := loadPair(p)
		if err != nil {
			return nil, err
		}
		if end := cert.Leaf.NotAfter; time.Now().After(end) {
			f.Error(fmt.Sprintf("The certificate %s has expired on %s", p.Cert, end.Format(time.RFC3339)))
		}
		conf.Certificates = append(conf.Certificates, cert)
	}
	if f.ClientCAs == "" {
		return conf, nil
	}
	var err error
	conf.ClientCAs, err = loadPool(f.ClientCAs)
	return conf, err
}

func loadPair(p Pair) (tls.Certificate, error) {
	cert, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	if err == nil {
		return cert, nil
	}
	if p.Cert == p.Key {
		return cert, fmt.Errorf("certificate and key in %s: %w", p.Cert, err)
	}
	return cert, fmt.Errorf("certificate %s with key %s: %w", p.Cert, p.Key, err)
}

func loadPool(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return pool, nil
}
