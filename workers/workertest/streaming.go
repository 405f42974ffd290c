package workertest

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
)

// streaming: what is flushed arrives, piece by piece, while the app goes on.
func (s *suite) streaming(t *testing.T) {
	for _, framing := range []struct {
		name, request string
		length        int64
	}{
		{"chunked", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", -1},
		{"with a length", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 9},
		{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", -1},
	} {
		stream := func(t *testing.T, make func(gate <-chan string) app.App) {
			s.stream(t, make, framing.request, framing.length)
		}
		t.Run(framing.name, func(t *testing.T) {
			t.Run("nethttp", func(t *testing.T) {
				stream(t, func(gate <-chan string) app.App { return flusher(gate, framing.length) })
			})
			inEachMode(t, func(t *testing.T, mode app.Mode) {
				stream(t, func(gate <-chan string) app.App { return streamer(mode, gate, framing.length) })
			})
		})
	}
	t.Run("large pieces", func(t *testing.T) { inEachMode(t, s.largePieces) })
}

// streamer answers with what comes out of gate.
func streamer(mode app.Mode, gate <-chan string, length int64) app.App {
	return script{mode, func(ex app.Exchange) {
		ex.Start(headOf(200, length))
		for p := range gate {
			ex.Write([]byte(p))
			ex.Flush()
		}
		ex.Finish()
	}}
}

func flusher(gate <-chan string, length int64) app.App {
	return httpApp(func(w http.ResponseWriter, r *http.Request) {
		if length >= 0 {
			w.Header().Set("Content-Length", fmt.Sprint(length))
		}
		for p := range gate {
			io.WriteString(w, p)
			w.(http.Flusher).Flush()
		}
	})
}

func (s *suite) stream(t *testing.T, make func(<-chan string) app.App, request string, length int64) {
	gate := newGate()
	defer gate.open()
	sv := s.start(t, make(gate.c))
	c := sv.dial(t)
	c.send(request)
	var r *http.Response
	for _, p := range []string{"one", "two", "six"} {
		gate.c <- p
		if r == nil {
			r = c.head("GET")
		}
		if got := part(t, r.Body, len(p)); got != p {
			t.Fatalf("got %q; want %q", got, p)
		}
	}
	gate.open()
	if rest, err := io.ReadAll(r.Body); len(rest) > 0 || err != nil {
		t.Errorf("behind the content: %q, %v", rest, err)
	}
	if r.ContentLength != length {
		t.Errorf("Content-Length %d; want %d", r.ContentLength, length)
	}
}

// largePieces: content large enough to be sent from where it lies is framed as
// any other.
func (s *suite) largePieces(t *testing.T, mode app.Mode) {
	const piece = 300_000
	sv := s.start(t, script{mode, func(ex app.Exchange) {
		length := int64(-1)
		if string(ex.Request().Target()) == "/length" {
			length = 3 * piece
		}
		ex.Start(headOf(200, length))
		for i := range 3 {
			ex.Write([]byte(largeContent[i*piece : (i+1)*piece]))
		}
		ex.Finish()
	}})
	for _, target := range []string{"/length", "/chunked"} {
		sv.get(t, target).want(t, 200, largeContent[:3*piece])
	}
}
