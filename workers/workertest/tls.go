package workertest

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/certtest"
	"github.com/seed-77b39ca9/srv/workers"
)

// secured is TLS from both ends.
type secured struct {
	server, client *tls.Config
	known          *certtest.Cert // a client's that the server trusts
}

func newSecured(t *testing.T) *secured {
	ca := certtest.NewCA(t, "workertest")
	return &secured{
		server: &tls.Config{
			Certificates: []tls.Certificate{ca.Issue("localhost").Certificate},
			NextProtos:   []string{"http/1.1"},
			ClientAuth:   tls.VerifyClientCertIfGiven, ClientCAs: ca.Pool(),
		},
		client: &tls.Config{ServerName: "localhost", RootCAs: ca.Pool()},
		known:  ca.IssueClient(pkix.Name{CommonName: "someone"}),
	}
}

// handshakes: what is particular to TLS.
func (s *suite) handshakes(t *testing.T) {
	t.Run("both versions", func(t *testing.T) { inEvery(t, s.versions) })
	t.Run("resumed", s.resumed)
	t.Run("who the client is", s.clientCertificate)
	t.Run("none comes", s.noHandshake)
	t.Run("it stops half-way", s.halfHandshake)
	t.Run("it takes no call", func(t *testing.T) { inEachMode(t, s.handshakeTakesNoCall) })
	t.Run("garbage", s.garbage)
	t.Run("HTTP in the clear", s.httpInClear)
	t.Run("behind the PROXY protocol", s.proxied)
	t.Run("in pieces of a byte", s.slowHandshake)
	t.Run("another protocol", s.otherProtocol)
	t.Run("close_notify", func(t *testing.T) { inEachMode(t, s.closeNotify) })
	t.Run("broken records", s.brokenRecords)
	t.Run("it drains", s.drainHandshakes)
}

func (s *suite) versions(t *testing.T, k kind) {
	sv := s.start(t, k.app())
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := sv.dialWith(t, func(conf *tls.Config) { conf.MaxVersion = version })
		c.get("/hello").want(t, 200, "Hello World")
		if got := c.state().Version; got != version {
			t.Errorf("version %x; want %x", got, version)
		}
	}
	c := dial(t, "tcp", sv.tcp)
	conf := sv.client.Clone()
	conf.MaxVersion = tls.VersionTLS11
	c.encrypt(conf)
	if err := c.Conn.(*tls.Conn).Handshake(); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

// dialWith changes the client's half.
func (sv *server) dialWith(t *testing.T, edit func(*tls.Config)) *client {
	t.Helper()
	conf := sv.client.Clone()
	edit(conf)
	c := dial(t, "tcp", sv.tcp)
	c.encrypt(conf)
	return c
}

func (c *client) state() tls.ConnectionState { return c.Conn.(*tls.Conn).ConnectionState() }

func (s *suite) resumed(t *testing.T) {
	sv := s.start(t, immediate.app())
	cache := tls.NewLRUClientSessionCache(1)
	for i := range 2 {
		c := sv.dialWith(t, func(conf *tls.Config) { conf.ClientSessionCache = cache })
		c.get("/hello").want(t, 200, "Hello World")
		if resumed := c.state().DidResume; resumed != (i > 0) {
			t.Errorf("connection %d: resumed is %v", i, resumed)
		}
		c.Close()
	}
}

func (s *suite) clientCertificate(t *testing.T) {
	sv := s.start(t, script{app.Immediate, func(ex app.Exchange) {
		who := "nobody"
		if state := ex.Peer().TLS.State; len(state.VerifiedChains) > 0 {
			who = state.PeerCertificates[0].Subject.CommonName
		}
		respond(ex, 200, who+" "+ex.Request().Scheme())
	}})
	sv.get(t, "/").want(t, 200, "nobody https")
	c := sv.dialWith(t, func(conf *tls.Config) { conf.Certificates = []tls.Certificate{s.tls.known.Certificate} })
	c.get("/").want(t, 200, "someone https")
	stranger := certtest.NewCA(t, "another").IssueClient(pkix.Name{CommonName: "stranger"})
	c = sv.dialWith(t, func(conf *tls.Config) {
		conf.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &stranger.Certificate, nil }
	})
	io.WriteString(c, request("GET", "/", ""))
	if _, err := c.r.ReadByte(); err == nil || !strings.Contains(err.Error(), "unknown certificate authority") {
		t.Errorf("got %v", err)
	}
	eventually(t, "it is in the log", func() bool { return sv.infoLog.has("Invalid request from ip=127.0.0.1", "certificate") })
}

func handshakeSoon(o *workers.Options) { o.HandshakeTimeout = soon }

func (s *suite) noHandshake(t *testing.T) {
	sv := s.start(t, immediate.app(), handshakeSoon)
	silent, begun := dial(t, "tcp", sv.tcp), dial(t, "unix", sv.unix)
	begun.send("\x16\x03\x01\x02\x00\x01")
	silent.wantEnd()
	begun.wantEnd()
	if refused := sv.stats.Refused.Load(); refused != 0 {
		t.Errorf("%d are counted as refused", refused)
	}
}

// halfHandshake: the client goes away in the middle of it, in either way.
func (s *suite) halfHandshake(t *testing.T) {
	sv := s.start(t, immediate.app())
	leaver, halver := dial(t, "tcp", sv.tcp), dial(t, "tcp", sv.tcp)
	for _, c := range []*client{leaver, halver} {
		c.send("\x16\x03\x01\x02\x00\x01")
	}
	eventually(t, "both are accepted", func() bool { return sv.stats.Accepted.Load() == 2 })
	leaver.reset()
	halver.closeWrite()
	halver.wantEnd()
	eventually(t, "both are closed", func() bool { return sv.stats.Open.Load() == 0 })
}

// handshakeTakesNoCall: who does not get on with it holds up nobody, in a class that
// accepts for calls.
func (s *suite) handshakeTakesNoCall(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, echo}, func(o *workers.Options) { o.Calls = 1 })
	for _, beginning := range []string{"", "\x16", "\x16\x03\x01\x02\x00\x01"} {
		dial(t, "tcp", sv.tcp).send(beginning)
		dial(t, "unix", sv.unix).send(beginning)
	}
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) garbage(t *testing.T) {
	sv := s.start(t, immediate.app())
	for _, g := range []string{
		"\x00\x01\x02", "\x16\x03\x01\x00\x05hello", strings.Repeat("\x16", 1<<20), "\x80\x2e\x01\x00\x02",
		"\x15\x03\x01\x00\x02\x02\x28",
	} {
		c := dial(t, "tcp", sv.tcp)
		io.WriteString(c, g)
		c.wantCut()
		c.Close()
	}
	eventually(t, "all are closed", func() bool { return sv.stats.Open.Load() == 0 })
	sv.get(t, "/hello").want(t, 200, "Hello World")
}

func (s *suite) httpInClear(t *testing.T) {
	sv := s.start(t, immediate.app())
	c := dial(t, "tcp", sv.tcp)
	c.send(request("GET", "/hello", ""))
	c.answer("GET").want(t, 400, "Client sent an HTTP request to an HTTPS server.\n")
	c.wantEnd()
}

func (s *suite) proxied(t *testing.T) {
	sv := s.start(t, script{app.Immediate, func(ex app.Exchange) {
		respond(ex, 200, ex.Peer().RemoteHost+" "+ex.Request().Scheme())
	}}, func(o *workers.Options) { o.ProxyProtocol = true })
	for header, want := range map[string]string{
		"": "127.0.0.1 https", "PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n": "192.0.2.7 https",
	} {
		c := dial(t, "tcp", sv.tcp)
		c.trickle(header)
		c.encrypt(sv.client)
		c.get("/").want(t, 200, want)
	}
	c := dial(t, "tcp", sv.tcp)
	c.send("PROXY TCP4 what\r\n")
	c.wantEnd()
}

// trickler sends each byte by itself.
type trickler struct{ net.Conn }

func (c trickler) Write(p []byte) (int, error) {
	for i := range p {
		if n, err := c.Conn.Write(p[i : i+1]); err != nil {
			return i + n, err
		}
	}
	return len(p), nil
}

func (s *suite) slowHandshake(t *testing.T) {
	sv := s.start(t, deferred.app())
	c := dial(t, "tcp", sv.tcp)
	c.socket = trickler{c.socket}
	c.encrypt(sv.client)
	c.get("/hello").want(t, 200, "Hello World")
}

// otherProtocol: of a protocol that is not HTTP/1.1 the server has the handshake only.
func (s *suite) otherProtocol(t *testing.T) {
	sv := s.start(t, immediate.app(), func(o *workers.Options) {
		o.TLS = o.TLS.Clone()
		o.TLS.NextProtos = []string{"http/1.1", "acme-tls/1"}
	})
	c := sv.dialWith(t, func(conf *tls.Config) { conf.NextProtos = []string{"acme-tls/1"} })
	c.send(request("GET", "/hello", ""))
	c.wantCut()
	c = sv.dialWith(t, func(conf *tls.Config) { conf.NextProtos = []string{"h2", "http/1.1"} })
	c.get("/hello").want(t, 200, "Hello World")
	if got := c.state().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("protocol %q", got)
	}
}

// recorder keeps the type of the last record that arrived. The bytes of a record may come in pieces.
type recorder struct {
	net.Conn
	mu   sync.Mutex
	got  []byte
	last byte
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Conn.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, p[:n]...)
	for len(r.got) >= 5 {
		size := 5 + int(r.got[3])<<8 + int(r.got[4])
		if len(r.got) < size {
			break
		}
		r.last, r.got = r.got[0], r.got[size:]
	}
	return n, err
}

// closeNotify: a client can tell a whole response from one that was cut, where
// nothing but the end of the connection ends it. TLS 1.2 does not hide alerts.
func (s *suite) closeNotify(t *testing.T, mode app.Mode) {
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, -1))
		ex.Write([]byte(largeContent))
		if string(ex.Request().Target()) == "/cut" {
			ex.Abort(0, 0)
			return
		}
		ex.Finish()
	}})
	const alert = 21
	for _, target := range []string{"/whole", "/cut"} {
		c := dial(t, "tcp", sv.tcp)
		r := &recorder{Conn: c.socket}
		c.socket = r
		conf := sv.client.Clone()
		conf.MaxVersion = tls.VersionTLS12
		c.encrypt(conf)
		c.send("GET " + target + " HTTP/1.0\r\n\r\n")
		a := c.answer("GET")
		if told := r.last == alert; told != (target == "/whole") || a.content[:1] != "0" {
			t.Errorf("%s: close_notify is %v; %d bytes, %v", target, told, len(a.content), a.err)
		}
	}
}

// brokenRecords: what does not decrypt ends the connection, also in the middle of a call.
func (s *suite) brokenRecords(t *testing.T) {
	gone := make(chan struct{})
	sv := s.start(t, script{app.Deferred, func(ex app.Exchange) {
		if string(ex.Request().Target()) == "/wait" {
			ex.OnGone(func() { close(gone) })
			<-gone
			ex.Abort(app.StatusGone, 0)
			return
		}
		echo(ex)
	}})
	for _, target := range []string{"", "/wait"} {
		c := sv.dial(t)
		if target != "" {
			c.send(request("GET", target, ""))
		} else if err := c.Conn.(*tls.Conn).Handshake(); err != nil {
			t.Fatal(err)
		}
		io.WriteString(c.socket, "\x17\x03\x03\x00\x20"+strings.Repeat("x", 32))
		c.wantCut()
	}
	await(t, "the app is told", gone)
	eventually(t, "it is in the log", func() bool { return sv.infoLog.has("bad record MAC") })
}

// drainHandshakes: who has not begun gets as much time as an idle connection.
func (s *suite) drainHandshakes(t *testing.T) {
	sv := s.start(t, immediate.app())
	silent, ready := dial(t, "tcp", sv.tcp), sv.dial(t)
	if err := ready.Conn.(*tls.Conn).Handshake(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both are accepted", func() bool { return sv.stats.Accepted.Load() == 2 })
	sv.worker.Drain(time.Millisecond)
	silent.wantEnd()
	ready.wantEnd()
	sv.stop(t)
}
