package workers

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
	"github.com/seed-77b39ca9/srv/internal/certtest"
	"github.com/seed-77b39ca9/srv/protocol"
)

// pinched is a Transport whose socket takes only so much at once, and the client's
// end of it: what the client writes is fed, and what was sent is read.
type pinched struct {
	net.Conn // for what nobody calls
	conn     *Conn
	takes    int // at once; 0: all

	mu      sync.Mutex
	arrived sync.Cond
	sent    bytes.Buffer
	tries   int
	tails   int
	closed  bool
}

func (p *pinched) TryWrite(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tries++; p.takes > 0 && len(b) > p.takes {
		b = b[:p.takes]
	}
	p.arrived.Broadcast()
	return p.sent.Write(b)
}

func (p *pinched) Tail() (net.Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tails++
	return pinchedTail{p: p}, nil
}

func (p *pinched) CloseWrite() {}

func (p *pinched) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.arrived.Broadcast()
	return nil
}

// transport is pinched with the Close of a Transport.
type transport struct{ *pinched }

func (t transport) Close() { t.pinched.Close() }

// pinchedTail takes everything.
type pinchedTail struct {
	net.Conn
	p *pinched
}

func (t pinchedTail) Write(b []byte) (int, error) {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.p.arrived.Broadcast()
	return t.p.sent.Write(b)
}
func (t pinchedTail) SetWriteDeadline(time.Time) error { return nil }
func (t pinchedTail) Close() error                     { return nil }

// Write is the client's.
func (p *pinched) Write(b []byte) (int, error) {
	if !p.conn.Feed(b) {
		p.Close()
	}
	return len(b), nil
}

// Read is the client's.
func (p *pinched) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.sent.Len() == 0 {
		if p.closed {
			return 0, io.EOF
		}
		p.arrived.Wait()
	}
	return p.sent.Read(b)
}

// securely connects a client to a over a socket that takes so much at once.
func securely(tb testing.TB, a app.App, takes int) (*tls.Conn, *pinched) {
	ca := certtest.NewCA(tb, "ca")
	core := NewCore(a, Options{
		Protocol:  &protocol.Options{Limits: protocol.Limits{RequestLine: 4094, Fields: 100, FieldSize: 8190}, Server: "srv"},
		KeepAlive: 1e10, HeadTimeout: 1e10, BodyTimeout: 1e10, HandshakeTimeout: 1e10,
		TLS: &tls.Config{Certificates: []tls.Certificate{ca.Issue("a").Certificate}},
	})
	p := &pinched{takes: takes}
	p.arrived.L = &p.mu
	p.conn = core.NewConn(transport{p}, app.Peer{RemoteHost: "127.0.0.1", RemotePort: "1"})
	tb.Cleanup(func() {
		p.conn.Closed()
		core.Close()
	})
	client := tls.Client(p, &tls.Config{ServerName: "a", RootCAs: ca.Pool()})
	if err := client.Handshake(); err != nil {
		tb.Fatal(err)
	}
	return client, p
}

// TestSecurePinched: what the socket does not take at once arrives, once, in order.
func TestSecurePinched(t *testing.T) {
	text := strings.Repeat("0123456789", 50_000)
	a := nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, text[:len(text)/2])
		w.(http.Flusher).Flush()
		io.WriteString(w, text[len(text)/2:])
	}), nethttp.Options{Error: func(string) {}})
	for _, takes := range []int{0, 1, 100, 5000, 50_000} {
		client, p := securely(t, a, takes)
		r := bufio.NewReader(client)
		for range 3 {
			io.WriteString(client, string(helloRequest))
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatalf("taking %d: %v", takes, err)
			}
			if got, err := io.ReadAll(resp.Body); string(got) != text || err != nil {
				t.Fatalf("taking %d: got %d bytes, %v", takes, len(got), err)
			}
		}
		if tailed := p.tails > 1; tailed != (takes > 0) { // the handshake may have one too
			t.Errorf("taking %d: %d tails", takes, p.tails)
		}
	}
}

// TestSecureAllocations: TLS has its own, but few for a request.
func TestSecureAllocations(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector makes pools forget on purpose")
		return
	}
	ask := asking(t)
	if n := testing.AllocsPerRun(1000, ask); n > 4 {
		t.Errorf("%v allocations for a request, the client's among them", n)
	}
}

// asking gives a function that makes a request and reads its answer.
func asking(tb testing.TB) func() {
	client, _ := securely(tb, hello(tb), 0)
	answer := make([]byte, 4096)
	return func() {
		client.Write(helloRequest)
		if n, err := client.Read(answer); err != nil || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) {
			tb.Fatalf("got %q, %v", answer[:n], err)
		}
	}
}

func BenchmarkSecureExchange(b *testing.B) {
	ask := asking(b)
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
}

// BenchmarkHandshake is both ends' work, with a certificate on P-256.
func BenchmarkHandshake(b *testing.B) {
	for b.Loop() {
		securely(b, hello(b), 0)
	}
}
