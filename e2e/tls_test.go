package e2e

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/internal/certtest"
)

// authority signs what one test needs, and keeps it in files.
type authority struct {
	*certtest.CA
	t         *testing.T
	dir       string
	root      string // the authority's own file
	cert, key string // the server's files
}

func newAuthority(t *testing.T) *authority {
	a := &authority{CA: certtest.NewCA(t, "The Authority"), t: t, dir: tempDir(t)}
	a.root = certtest.WriteFile(t, a.dir, "ca.pem", a.PEM())
	a.renew()
	return a
}

// renew gives the server another certificate in the same files.
func (a *authority) renew() *certtest.Cert {
	c := a.Issue("localhost", "127.0.0.1")
	a.cert, a.key = c.Write(a.t, a.dir, "server")
	return c
}

func (a *authority) args(more ...string) []string {
	return append([]string{"--certfile=" + a.cert, "--keyfile=" + a.key}, more...)
}

// client speaks TLS and trusts the authority.
func (a *authority) client(edit ...func(*tls.Config)) *http.Client {
	conf := &tls.Config{RootCAs: a.Pool()}
	for _, f := range edit {
		f(conf)
	}
	tr := &http.Transport{TLSClientConfig: conf}
	a.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: patience}
}

func showing(c *certtest.Cert) func(*tls.Config) {
	return func(conf *tls.Config) { conf.Certificates = []tls.Certificate{c.Certificate} }
}

func (s *server) secureURL(path string) string { return "https://" + s.addr + path }

// wantSecure fetches over TLS.
func (s *server) wantSecure(c *http.Client, path, body string) {
	s.t.Helper()
	a, err := do(c, "GET", s.secureURL(path), "", nil)
	if err != nil || a.StatusCode != 200 || a.body != body {
		s.t.Errorf("GET %s: %d %.200q, %v; want 200 %q", path, a.StatusCode, a.body, err, body)
	}
}

// Every class, every kind of app: small and large both ways, and what the app is told.
func TestTLS(t *testing.T) {
	each(t, everyKind, func(t *testing.T, g target) {
		a := newAuthority(t)
		someone := a.IssueClient(pkix.Name{CommonName: "someone", Organization: []string{"Shop"}})
		app := "tlsapp"
		s := start(t, spec{target: g, app: app, args: a.args("--ca-certs="+a.root, "--cert-reqs=optional")})
		s.log.await(t, `Listening at: https://127\.0\.0\.1:`)
		c := a.client()
		for range 3 {
			s.wantSecure(c, "/", "Hello World")
		}
		s.wantSecure(a.client(), "/who", "TLS 1.3 nobody")
		s.wantSecure(a.client(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), "/who", "TLS 1.2 nobody")
		s.wantSecure(a.client(showing(someone)), "/who", "TLS 1.3 someone")
		s.checkSecureUpload(t, c)
		if big, err := do(c, "GET", s.secureURL("/big"), "", nil); err != nil || len(big.body) != 1<<20 {
			t.Errorf("got %d bytes, %v", len(big.body), err)
		}
		if g.kind != goHandler {
			s.checkSSLVariables(t, a, someone)
		}
		s.stop()
	})
}

// checkSecureUpload sends more than a handshake's buffers hold, on a new connection.
func (s *server) checkSecureUpload(t *testing.T, c *http.Client) {
	sent := pattern(5 << 20)
	a, err := do(c, "POST", s.secureURL("/store?upload"), "application/octet-stream", strings.NewReader(string(sent)))
	if err != nil || a.body != "stored\n" {
		t.Errorf("got %q, %v", a.body, err)
		return
	}
	if got, err := os.ReadFile(s.dir + "/upload"); err != nil || string(got) != string(sent) {
		t.Errorf("%d bytes arrived, %v", len(got), err)
	}
}

func (s *server) checkSSLVariables(t *testing.T, a *authority, someone *certtest.Cert) {
	env := func(c *http.Client) (got map[string]any) {
		t.Helper()
		answer, err := do(c, "GET", s.secureURL("/environ"), "", nil)
		if err == nil {
			err = json.Unmarshal([]byte(answer.body), &got)
		}
		if err != nil {
			t.Fatalf("%q: %v", answer.body, err)
		}
		return got
	}
	wantEnviron(t, env(a.client(showing(someone))), map[string]any{
		"wsgi.url_scheme": "https", "HTTPS": "on", "SSL_PROTOCOL": "TLSv1.3", "SSL_CLIENT_VERIFY": "SUCCESS",
		"SSL_CLIENT_S_DN": "CN=someone,O=Shop", "SSL_CLIENT_I_DN": "CN=The Authority",
		"SSL_CLIENT_CERT": string(someone.CertPEM),
	})
	anonymous := env(a.client())
	wantEnviron(t, anonymous, map[string]any{"HTTPS": "on", "SSL_CLIENT_VERIFY": "NONE"})
	if dn, there := anonymous["SSL_CLIENT_S_DN"]; there {
		t.Errorf("SSL_CLIENT_S_DN is %v of a client that showed nothing", dn)
	}
}

// Real curl: whom it trusts, by which name it asks, what it shows, what it is refused.
func TestTLSCurl(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		a := newAuthority(t)
		other, otherKey := a.Issue("shop.test").Write(t, a.dir, "shop")
		someone, someoneKey := a.IssueClient(pkix.Name{CommonName: "someone"}).Write(t, a.dir, "someone")
		s := start(t, spec{target: g, app: "tlsapp", args: a.args(
			"--certfile="+other, "--keyfile="+otherKey, "--ca-certs="+a.root, "--cert-reqs=required", "--ssl-min-version=1.2")})
		_, port, _ := net.SplitHostPort(s.addr)
		shown := []string{"--cacert", a.root, "--cert", someone, "--key", someoneKey}
		for _, tt := range []struct {
			name string
			args []string
			code int
			says string
		}{
			{"by address", append(shown, s.secureURL("/who")), 0, "TLS 1.3 someone"},
			{"by name", append(shown, "--resolve", "shop.test:"+port+":127.0.0.1", "https://shop.test:"+port+"/who"), 0, "TLS 1.3 someone"},
			{"by another's name", append(shown, "--resolve", "else.test:"+port+":127.0.0.1", "https://else.test:"+port+"/who"), 60, "certificate"},
			{"HTTP/2 offered", append(shown, "--http2", s.secureURL("/")), 0, "Hello World"},
			{"nothing shown", []string{"--cacert", a.root, s.secureURL("/")}, -1, ""},
			{"TLS 1.1", append(shown, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", s.secureURL("/")), 35, ""},
			{"in the clear", []string{s.url("/")}, 0, "Client sent an HTTP request to an HTTPS server."},
		} {
			got := curl(t, tt.args...)
			if got.code != tt.code && (tt.code >= 0 || got.code == 0) || !strings.Contains(got.stdout+got.stderr, tt.says) {
				t.Errorf("%s: curl exits with %d: %s%s", tt.name, got.code, got.stdout, got.stderr)
			}
		}
		s.stop()
	})
}

// A framework sees that it is spoken to over TLS.
func TestTLSFramework(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		a := newAuthority(t)
		s := start(t, spec{target: g, app: "flasksite", args: a.args()})
		answer, err := do(a.client(), "GET", s.secureURL("/secure"), "", nil)
		var got map[string]any
		if err := json.Unmarshal([]byte(answer.body), &got); err != nil {
			t.Errorf("%q: %v", answer.body, err)
		}
		if err != nil || got["secure"] != true || got["scheme"] != "https" || got["url"] != s.secureURL("/secure") {
			t.Errorf("got %v, %v", got, err)
		}
		s.stop()
	})
}

// Who says nothing, or nothing sensible, is let go, and others are served meanwhile.
func TestTLSNonsense(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		a := newAuthority(t)
		s := start(t, spec{target: g, app: "tlsapp", args: a.args("--ssl-handshake-timeout=1")})
		var nonsense []*conn
		for _, beginning := range []string{"", "\x16\x03\x01\x02\x00\x01", "\x00\x01\x02\x03\x04", "\x16\x03\x01\xff\xff", "SSH-2.0-x\r\n"} {
			for range 4 {
				c := s.dial()
				io.WriteString(c, beginning)
				nonsense = append(nonsense, c)
			}
		}
		s.wantSecure(a.client(), "/", "Hello World")
		for _, c := range nonsense {
			if _, err := io.Copy(io.Discard, c.r); os.IsTimeout(err) {
				t.Error("a connection stays open")
			}
		}
		s.stop()
	})
}

// TLS where there is none gets an answer that is not TLS, at once.
func TestTLSWhereThereIsNone(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "tlsapp"})
		c := s.dial()
		err := tls.Client(c, &tls.Config{ServerName: "localhost"}).Handshake()
		if e := (tls.RecordHeaderError{}); err == nil || !asRecordError(err, &e) || string(e.RecordHeader[:]) != "HTTP/" {
			t.Errorf("got %v", err)
		}
		s.log.await(t, `Invalid request from ip=127\.0\.0\.1: 400 .*TLS`)
		s.stop()
	})
}

func asRecordError(err error, e *tls.RecordHeaderError) (ok bool) {
	*e, ok = err.(tls.RecordHeaderError)
	return ok
}

// Certificates are renewed under load: by the files alone, and by HUP. No request fails.
func TestTLSRenewed(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		a := newAuthority(t)
		s := start(t, spec{target: g, app: "tlsapp", args: a.args()})
		s.wantSecure(a.client(), "/", "Hello World")
		var over atomic.Bool
		loads := make(chan error, 4)
		for n := range cap(loads) {
			go func() { loads <- s.secureLoad(a, &over, n%2 == 0) }()
		}
		for _, hup := range []bool{false, true} {
			next := a.renew()
			if hup {
				s.signal(syscall.SIGHUP)
			}
			eventually(t, "the new certificate is served", func() bool {
				nc, err := tls.Dial("tcp", s.addr, &tls.Config{RootCAs: a.Pool()})
				if err != nil {
					t.Error(err)
					return true
				}
				defer nc.Close()
				return nc.ConnectionState().PeerCertificates[0].SerialNumber.Cmp(next.Leaf.SerialNumber) == 0
			})
		}
		certtest.WriteFile(t, a.dir, "server.key", []byte("rubbish"))
		s.signal(syscall.SIGHUP)
		s.log.await(t, `TLS: certificate .* with key|New certificates cannot be used`)
		over.Store(true)
		for range cap(loads) {
			if err := <-loads; err != nil {
				t.Error(err)
			}
		}
		s.wantSecure(a.client(), "/", "Hello World")
		s.stop()
	})
}

// secureLoad asks until over, on a new connection each time or on one for as long as
// the server keeps it.
func (s *server) secureLoad(a *authority, over *atomic.Bool, fresh bool) error {
	conf := &tls.Config{RootCAs: a.Pool()}
	var c *conn
	for n := 0; !over.Load(); n++ {
		if c == nil {
			nc, err := tls.Dial("tcp", s.addr, conf)
			if err != nil {
				return fmt.Errorf("connection %d: %w", n, err)
			}
			nc.SetDeadline(time.Now().Add(patience))
			c = newConn(nc)
		}
		answer, err := c.fetch("/")
		if err != nil || answer.body != "Hello World" {
			return fmt.Errorf("request %d: %q, %w", n, answer.body, err)
		}
		if fresh || answer.Close {
			c.Close()
			c = nil
		}
	}
	return nil
}

// What cannot work is said before anything is served.
func TestTLSSettings(t *testing.T) {
	a := newAuthority(t)
	_, otherKey := a.Issue("other").Write(t, a.dir, "other")
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"no such file", []string{"--certfile=/no/such", "--keyfile=" + a.key}, `/no/such: no such file`},
		{"another's key", []string{"--certfile=" + a.cert, "--keyfile=" + otherKey}, `private key does not match`},
		{"no key", []string{"--certfile=" + a.cert}, `certificate and key in`},
		{"key alone", []string{"--keyfile=" + a.key}, `keyfile is set and certfile is not`},
		{"two and one", a.args("--certfile=" + a.cert), `certfile names 2 files and keyfile 1`},
		{"no authorities", a.args("--cert-reqs=2"), `cert_reqs is required and ca_certs is not set`},
		{"bad authorities", a.args("--cert-reqs=2", "--ca-certs="+a.key), `holds no certificate`},
		{"unknown suite", a.args("--ciphers=RC4"), `RC4 is not among`},
	} {
		for _, args := range [][]string{tt.args, append([]string{"--check-config"}, tt.args...)} {
			got := command(t, appsDir, environ(), srvBinary, append(args, "--bind=127.0.0.1:0", "demo:hello")...)
			if got.code != 1 || !regexp.MustCompile(tt.says).MatchString(got.stderr) {
				t.Errorf("%s: exits with %d and says %s", tt.name, got.code, got.stderr)
			}
		}
	}
}
