package certs

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/certtest"
)

// keep makes a keeper, and a place for the log's lines.
func keep(t *testing.T, o Options) (*Keeper, *[]string) {
	t.Helper()
	var log []string
	o.Log = func(line string) { log = append(log, line) }
	o.Error = o.Log
	if o.MinVersion == 0 {
		o.MinVersion = tls.VersionTLS12
	}
	k, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k, &log
}

// shake is a handshake between the two.
func shake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	done := make(chan error, 1)
	go func() {
		s := tls.Server(a, server)
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x"))
		}
		done <- err
	}()
	c := tls.Client(b, client)
	err := c.Handshake()
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	b.Close()
	<-done
	return c.ConnectionState(), err
}

func TestChosenByName(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	var pairs []Pair
	for _, name := range []string{"a.test", "b.test", "*.c.test"} {
		cert, key := ca.Issue(name).Write(t, dir, strings.Trim(name, "*."))
		pairs = append(pairs, Pair{cert, key})
	}
	k, _ := keep(t, Options{Files: pairs})
	for name, want := range map[string]string{
		"a.test": "a.test", "b.test": "b.test", "x.c.test": "*.c.test", "unknown.test": "a.test", "": "a.test",
	} {
		state, err := shake(t, k.Config(), &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil || state.PeerCertificates[0].Subject.CommonName != want {
			t.Errorf("%q: got %v, %v; want %s", name, state.PeerCertificates, err, want)
		}
	}
}

func TestRenewed(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	old, next := ca.Issue("a.test"), ca.Issue("a.test")
	cert, key := old.Write(t, dir, "a")
	k, log := keep(t, Options{Files: []Pair{{cert, key}}})
	conf, client := k.Config(), &tls.Config{ServerName: "a.test", RootCAs: ca.Pool()}
	want := func(when string, c *certtest.Cert) {
		t.Helper()
		k.LookAgain()
		state, err := shake(t, conf, client)
		if err != nil || state.PeerCertificates[0].SerialNumber.Cmp(c.Leaf.SerialNumber) != 0 {
			t.Fatalf("%s: got %v, %v\n%s", when, state.PeerCertificates, err, *log)
		}
	}
	want("at first", old)
	certtest.WriteFile(t, dir, "a.pem", next.CertPEM)
	want("when only the certificate has come", old)
	want("the second time", old)
	if len(*log) != 1 || !strings.Contains((*log)[0], "the ones before stay: certificate "+cert) {
		t.Errorf("the log has %q", *log)
	}
	certtest.WriteFile(t, dir, "a.key", next.KeyPEM)
	want("when both are there", next)
	if len(*log) != 2 {
		t.Errorf("the log has %q", *log)
	}
	certtest.WriteFile(t, dir, "a.key", []byte("rubbish"))
	want("when the key is rubbish", next)
}

// TestLooksNowAndThen: most handshakes do not look at the files.
func TestLooksNowAndThen(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	cert, key := ca.Issue("a.test").Write(t, dir, "a")
	k, log := keep(t, Options{Files: []Pair{{cert, key}}})
	ca.Issue("a.test").Write(t, dir, "a")
	now := time.Now()
	k.files.refresh(now)
	if len(*log) != 0 {
		t.Errorf("the log has %q", *log)
	}
	k.files.refresh(now.Add(lookEvery))
	if len(*log) != 1 {
		t.Errorf("the log has %q", *log)
	}
}

func TestClients(t *testing.T) {
	dir, ca, other := t.TempDir(), certtest.NewCA(t, "ca"), certtest.NewCA(t, "other")
	cert, key := ca.Issue("a.test").Write(t, dir, "a")
	known, stranger := ca.IssueClient(pkix.Name{CommonName: "one"}), other.IssueClient(pkix.Name{CommonName: "two"})
	tests := []struct {
		name string
		auth tls.ClientAuthType
		cert *certtest.Cert
		ok   bool
	}{
		{"required and known", tls.RequireAndVerifyClientCert, known, true},
		{"required and unknown", tls.RequireAndVerifyClientCert, stranger, false},
		{"required and none", tls.RequireAndVerifyClientCert, nil, false},
		{"optional and known", tls.VerifyClientCertIfGiven, known, true},
		{"optional and unknown", tls.VerifyClientCertIfGiven, stranger, false},
		{"optional and none", tls.VerifyClientCertIfGiven, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k, _ := keep(t, Options{Files: []Pair{{cert, key}}, ClientAuth: tt.auth, ClientCAs: certtest.WriteFile(t, dir, "ca.pem", ca.PEM())})
			client := &tls.Config{ServerName: "a.test", RootCAs: ca.Pool()}
			if tt.cert != nil {
				client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tt.cert.Certificate, nil }
			}
			_, err := shake(t, k.Config(), client)
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestResumes: a session outlives the certificates that it began with.
func TestResumes(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	cert, key := ca.Issue("a.test").Write(t, dir, "a")
	k, _ := keep(t, Options{Files: []Pair{{cert, key}}})
	conf := k.Config()
	client := &tls.Config{ServerName: "a.test", RootCAs: ca.Pool(), ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for i := range 3 {
		state, err := shake(t, conf, client)
		if err != nil || state.DidResume != (i > 0) {
			t.Errorf("handshake %d: resumed is %v, %v", i, state.DidResume, err)
		}
		ca.Issue("a.test").Write(t, dir, "a")
		k.LookAgain()
	}
}

func TestCannotBeUsed(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	cert, key := ca.Issue("a.test").Write(t, dir, "a")
	_, otherKey := ca.Issue("b.test").Write(t, dir, "b")
	none := filepath.Join(dir, "none")
	rubbish := certtest.WriteFile(t, dir, "rubbish", []byte("rubbish"))
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"nothing", Options{}, "there is no certificate"},
		{"no file", Options{Files: []Pair{{none, key}}}, "no such file"},
		{"another's key", Options{Files: []Pair{{cert, otherKey}}}, "does not match"},
		{"no key in one file", Options{Files: []Pair{{cert, cert}}}, "certificate and key in " + cert},
		{"no authorities", Options{Files: []Pair{{cert, key}}, ClientCAs: rubbish}, "holds no certificate"},
		{"no root", Options{ACME: &ACME{CARoot: none}}, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestOneFile: certificate and key may be in one.
func TestOneFile(t *testing.T) {
	dir, c := t.TempDir(), certtest.NewCA(t, "ca").Issue("a.test")
	both := certtest.WriteFile(t, dir, "both.pem", append(c.KeyPEM, c.CertPEM...))
	keep(t, Options{Files: []Pair{{both, both}}})
}

// TestConcurrently is for the race detector.
func TestConcurrently(t *testing.T) {
	dir, ca := t.TempDir(), certtest.NewCA(t, "ca")
	cert, key := ca.Issue("a.test").Write(t, dir, "a")
	k, _ := keep(t, Options{Files: []Pair{{cert, key}}})
	var left atomic.Int32
	left.Store(4)
	done := make(chan struct{})
	for range 4 {
		go func() {
			for range 50 {
				k.files.refresh(time.Now().Add(time.Hour))
				k.LookAgain()
				k.files.configFor(nil)
			}
			if left.Add(-1) == 0 {
				close(done)
			}
		}()
	}
	<-done
}
