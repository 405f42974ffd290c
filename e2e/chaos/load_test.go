package chaos

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"strings"
	"testing"
	"time"
)

// A server is what it does with the nth request of a connection. It says whether
// the connection lives on.
type behaviour func(conn net.Conn, r *http.Request, nth int) bool

// serve runs a server that may misbehave.
func serve(t *testing.T, b behaviour) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go attend(conn, b)
		}
	}()
	return ln.Addr().String()
}

func attend(conn net.Conn, b behaviour) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for nth := 1; ; nth++ {
		req, err := http.ReadRequest(r)
		if err != nil || !b(conn, req, nth) {
			return
		}
		io.Copy(io.Discard, req.Body)
	}
}

// right answers as the app does.
func right(conn net.Conn, r *http.Request, fields string) {
	content, _ := io.ReadAll(r.Body)
	var number int64
	fmt.Sscan(path.Base(r.URL.Path), &number)
	want := newRequest(number, len(content)).want()
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX-Pid: 7\r\n%sContent-Length: %d\r\n\r\n%s", fields, len(want), want)
}

func status(line, fields string) behaviour {
	return func(conn net.Conn, r *http.Request, _ int) bool {
		io.Copy(io.Discard, r.Body)
		fmt.Fprintf(conn, "HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n", line, fields)
		return true
	}
}

func raw(response string) behaviour {
	return func(conn net.Conn, r *http.Request, _ int) bool {
		io.Copy(io.Discard, r.Body)
		io.WriteString(conn, response)
		return false
	}
}

func drive(addr string, requests int64) Tally {
	l := Start(Options{Addr: addr, KeepAlive: 2, OneShot: 1, Pause: time.Millisecond, Patience: 10 * time.Second,
		Requests: requests, Lasting: time.Minute})
	defer l.Stop()
	return l.Wait()
}

// Each way to fail is told from the others.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		name   string
		server behaviour
		want   Outcome
	}{
		{"right", func(conn net.Conn, r *http.Request, _ int) bool { right(conn, r, ""); return true }, OK},
		{"closed without a word", func(net.Conn, *http.Request, int) bool { return false }, Reset},
		{"half a head", raw("HTTP/1.1 200 OK\r\nContent-"), Cut},
		{"half a content", raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), Cut},
		{"half a chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"), Cut},
		{"no last chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n"), Cut},
		{"another's answer", raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n9999"), WrongAnswer},
		{"502", status("502 Bad Gateway", ""), BadGateway},
		{"503", status("503 Service Unavailable", "Retry-After: 1\r\n"), Unavailable},
		{"503 that does not say when to come back", status("503 Service Unavailable", ""), OtherStatus},
		{"504", status("504 Gateway Timeout", ""), GatewayTimeout},
		{"404", status("404 Not Found", ""), OtherStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			tally := drive(serve(t, c.server), 40)
			if tally.Counts[c.want] != 40 || tally.Requests() != 40 {
				t.Errorf("%v, want 40 %v\n%v", &tally, c.want, tally.Failures)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	l := Start(Options{Addr: ln.Addr().String(), KeepAlive: 2, OneShot: 2, Patience: 10 * time.Second, Requests: 1000,
		Lasting: time.Minute, EndWhenRefused: true})
	if tally := l.Wait(); tally.Counts[Refused] != 4 || tally.Requests() != 4 {
		t.Errorf("%v, want each of 4 clients refused once", &tally)
	}
}

func TestPatienceEnds(t *testing.T) {
	addr := serve(t, func(conn net.Conn, _ *http.Request, _ int) bool {
		conn.Read(make([]byte, 1)) // until the client leaves
		return false
	})
	l := Start(Options{Addr: addr, OneShot: 1, Patience: 20 * time.Millisecond, Requests: 2, Lasting: time.Minute})
	if tally := l.Wait(); tally.Counts[TimedOut] != 2 {
		t.Errorf("%v, want 2 timed out", &tally)
	}
}

// A server may close a connection on which nothing was asked, and no other.
func TestIdleConnectionClosed(t *testing.T) {
	for _, c := range []struct {
		name   string
		fields string
		idle   int64 // connections that were seen to close while idle
	}{
		{"it said so", "Connection: close\r\n", 0},
		{"it did not", "", 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			addr := serve(t, func(conn net.Conn, r *http.Request, _ int) bool { right(conn, r, c.fields); return false })
			l := Start(Options{Addr: addr, KeepAlive: 1, Pause: time.Millisecond, Patience: 10 * time.Second, Requests: 1, Lasting: time.Minute})
			l.Stop()
			k := &client{load: l, name: "client", keepAlive: true, from: net.IPv4(127, 0, 0, 1)}
			for n := int64(1); n <= 10; n++ {
				if o, f := k.ask(newRequest(n, 0)); o != OK {
					t.Fatal(f)
				}
				awaitClosed(t, k)
			}
			if got := l.tally.ClosedIdle; got != c.idle {
				t.Errorf("%d idle connections closed, want %d", got, c.idle)
			}
		})
	}
}

// awaitClosed waits until the server's closing has arrived.
func awaitClosed(t *testing.T, k *client) {
	t.Helper()
	if k.conn == nil {
		return
	}
	k.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := k.conn.r.Peek(1); err != io.EOF {
		t.Fatalf("the connection is not closed: %v", err)
	}
}

// What comes on an idle connection is an answer to nobody.
func TestUnaskedAnswer(t *testing.T) {
	const late = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
	addr := serve(t, func(conn net.Conn, r *http.Request, nth int) bool {
		right(conn, r, "")
		io.WriteString(conn, late)
		return true
	})
	tally := drive(addr, 40)
	if tally.Counts[WrongAnswer] == 0 {
		t.Errorf("%v: nobody saw the late answers", &tally)
	}
	for _, f := range tally.Failures {
		if f.Outcome != WrongAnswer || strings.Contains(f.Client, "one-shot") {
			t.Errorf("%v", f)
		}
	}
}
