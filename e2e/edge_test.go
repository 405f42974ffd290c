package e2e

import (
	"io"
	"net/http"
	"testing"
)

// TestSlowClients: each time limit by its setting, in every class. Meanwhile
// others are answered.
func TestSlowClients(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "examples:application", args: []string{
			"--first-byte-timeout=0.3", "--client-header-timeout=0.3", "--client-body-timeout=0.3",
		}})
		silent := s.dial()
		head, content := s.dial(), s.dial()
		io.WriteString(head, "GET / HTTP/1.1\r\nHost: a\r\n")
		io.WriteString(content, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
		s.want("/", 200, "Hello World")
		if n, err := silent.r.ReadByte(); err != io.EOF {
			t.Errorf("a client that says nothing gets %q, %v", n, err)
		}
		for what, c := range map[string]*conn{"head": head, "content": content} {
			resp, err := http.ReadResponse(c.r, nil)
			if err != nil || resp.StatusCode != http.StatusRequestTimeout {
				t.Errorf("slow %s: %v, %v", what, resp, err)
			}
		}
		s.want("/", 200, "Hello World")
	})
}

// TestEarlyHints: 103 comes before the response of a WSGI app.
func TestEarlyHints(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "edge:application"})
		c := s.dial()
		io.WriteString(c, "GET /hints HTTP/1.1\r\nHost: a\r\n\r\n")
		hints, err := http.ReadResponse(c.r, nil)
		if err != nil || hints.StatusCode != http.StatusEarlyHints || hints.Header.Get("Link") == "" {
			t.Fatalf("got %v, %v; want 103", hints, err)
		}
		final, err := http.ReadResponse(c.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := readAnswer(final); err != nil || a.StatusCode != 200 || a.body != "Hello World" {
			t.Errorf("got %v, %q, %v", a.Response, a.body, err)
		}
	})
}

// TestLeftStreamIsClosed: the iterable of a client that has gone is closed, and the
// slot is free for others.
func TestLeftStreamIsClosed(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		s := start(t, spec{target: g, app: "edge:application"})
		c := s.dial()
		io.WriteString(c, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
		if _, err := io.CopyN(io.Discard, c.r, 1<<20); err != nil {
			t.Fatal(err)
		}
		c.Close()
		s.log.await(t, "^the stream was closed$")
		s.want("/", 200, "Hello World")
	})
}
