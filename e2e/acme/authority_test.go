package acme

import (
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"github.com/seed-77b39ca9/srv/internal/certtest"
)

// authority is Pebble. It looks for its challenges' answers at one port of the
// loopback, as one that everybody knows looks at port 443 of the domain.
type authority struct {
	directory string // URL
	root      string // file: whom to trust at directory
	roots     *x509.CertPool
	log       transcript
}

func newAuthority(t *testing.T, challengePort string) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_AUTHZREUSE", "0")
	port, err := strconv.Atoi(challengePort)
	if err != nil {
		t.Fatal(err)
	}
	a := new(authority)
	logger := log.New(&a.log, "", 0)
	store := db.NewMemoryStore()
	profiles := map[string]ca.Profile{"default": {Description: "the only one"}}
	signer := ca.New(logger, store, "", "ecdsa", 0, 1, profiles)
	validator := va.New(logger, 0, port, true, resolver(t), store)
	front := wfe.New(logger, store, validator, signer, []string{"pebble.test"}, true, false, 0, 1)
	a.roots = x509.NewCertPool()
	a.roots.AddCert(signer.GetRootCert(0).Cert)
	a.serve(t, front.Handler())
	return a
}

// serve serves the directory, with a certificate that is not Pebble's own.
func (a *authority) serve(t *testing.T, h http.Handler) {
	t.Helper()
	dir, own := t.TempDir(), certtest.NewCA(t, "who signs the directory's certificate")
	cert, key := own.Issue("127.0.0.1").Write(t, dir, "directory")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		s.ServeTLS(ln, cert, key)
	}()
	t.Cleanup(func() { s.Close(); <-served })
	a.root = certtest.WriteFile(t, dir, "root.pem", own.PEM())
	a.directory = fmt.Sprintf("https://%s%s", ln.Addr(), wfe.DirectoryPath)
}

// issued is how many certificates were given out.
func (a *authority) issued() int { return a.log.count(`Issued certificate serial`) }

// resolver answers that every name is the loopback.
func resolver(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{Listener: ln, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			m.Answer = []dns.RR{&dns.A{
				Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET},
				A:   net.IPv4(127, 0, 0, 1),
			}}
		}
		w.WriteMsg(m)
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		s.ActivateAndServe()
	}()
	t.Cleanup(func() { s.Shutdown(); <-served })
	return ln.Addr().String()
}

// transcript keeps what is written to it.
type transcript struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *transcript) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func (l *transcript) count(pattern string) int {
	return len(regexp.MustCompile(pattern).FindAllString(l.String(), -1))
}
