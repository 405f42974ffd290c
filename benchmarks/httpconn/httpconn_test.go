package httpconn

import (
	"errors"
	"net"
	"testing"
	"time"
)

// answering serves one connection with canned bytes, each time it has read
// something, and closes it at the end.
func answering(t *testing.T, answers ...string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 4096)
		for _, answer := range answers {
			if _, err := c.Read(buf); err != nil {
				return
			}
			_, _ = c.Write([]byte(answer))
		}
	}()
	return listener.Addr().String()
}

func dial(t *testing.T, addr string) *Conn {
	t.Helper()
	c, err := Dial(addr, time.Now().Add(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestDo(t *testing.T) {
	tests := []struct {
		name, answer, content string
		status                int
		close                 bool
	}{
		{"plain", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", 200, false},
		{"closing", "HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length:2\r\n\r\nhi", "hi", 200, true},
		{"1.0 closes", "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n", "", 404, true},
		{"1.0 kept", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", "", 200, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := dial(t, answering(t, tt.answer)).Do(Request("/", tt.close))
			if err != nil || got.Status != tt.status || got.Close != tt.close || string(got.Content) != tt.content {
				t.Errorf("got %d %v %q, %v", got.Status, got.Close, got.Content, err)
			}
		})
	}
}

func TestDoRefuses(t *testing.T) {
	tests := []struct{ name, answer string }{
		{"no HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n"},
		{"status is no number", "HTTP/1.1 two OK\r\n\r\n"},
		{"no Content-Length", "HTTP/1.1 200 OK\r\n\r\n"},
		{"negative Content-Length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := dial(t, answering(t, tt.answer)).Do(Request("/", false))
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("error %v, want %v", err, ErrMalformed)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	kept := dial(t, answering(t, answer, answer))
	if _, err := kept.Do(Request("/", false)); err != nil {
		t.Fatal(err)
	}
	if !kept.Open() {
		t.Error("a kept connection counts as closed")
	}
	dropped := dial(t, answering(t, answer))
	if _, err := dropped.Do(Request("/", false)); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); dropped.Open(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a closed connection still counts as open")
		}
	}
}
