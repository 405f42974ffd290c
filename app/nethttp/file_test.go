package nethttp_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/app/nethttp"
)

// content is large enough for a file of it to be sent as a file.
var content = strings.Repeat("0123456789abcdef", 4<<10)

// opened is a file of content, open for reading.
func opened(t *testing.T) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.txt")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// reader is somebody's own kind of file.
type reader struct {
	File *os.File
	own  io.Reader
}

func (r reader) Read(p []byte) (int, error) { return r.own.Read(p) }

// TestFiles: what the client gets is what the reader would have given, and the
// reader is left as if it had; a file is given away as one where that pays.
func TestFiles(t *testing.T) {
	rest := func(t *testing.T, f *os.File) string {
		t.Helper()
		p, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return string(p)
	}
	tests := []struct {
		name  string
		do    func(t *testing.T, w http.ResponseWriter, f *os.File)
		want  string
		files int
		rest  string
	}{
		{"whole", func(t *testing.T, w http.ResponseWriter, f *os.File) { io.Copy(w, f) }, content, 1, ""},
		{"from the middle", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			f.Seek(1000, io.SeekStart)
			io.Copy(w, f)
		}, content[1000:], 1, ""},
		{"limited", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			if n, err := io.CopyN(w, f, 40_000); n != 40_000 || err != nil {
				t.Errorf("copied %d, %v", n, err)
			}
		}, content[:40_000], 1, content[40_000:]},
		{"limited beyond the end", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			if n, err := io.CopyN(w, f, 1<<20); n != int64(len(content)) || err != io.EOF {
				t.Errorf("copied %d, %v", n, err)
			}
		}, content, 1, ""},
		{"between writes", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			io.WriteString(w, "before ")
			io.Copy(w, f)
			io.WriteString(w, " behind")
		}, "before " + content + " behind", 1, ""},
		{"small", func(t *testing.T, w http.ResponseWriter, f *os.File) { io.CopyN(w, f, 100) }, content[:100], 0, content[100:]},
		{"open for writing", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			own, err := os.OpenFile(f.Name(), os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer own.Close()
			io.Copy(w, own)
		}, content, 0, content},
		{"with a Read of its own", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			w.(io.ReaderFrom).ReadFrom(reader{f, strings.NewReader("text")})
		}, "text", 0, content},
		{"no file", func(t *testing.T, w http.ResponseWriter, f *os.File) { io.Copy(w, strings.NewReader("text")) }, "text", 0, content},
		{"ServeContent", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			http.ServeContent(w, &http.Request{Method: "GET"}, "a.txt", time.Time{}, f)
		}, content, 1, ""},
		{"a range", func(t *testing.T, w http.ResponseWriter, f *os.File) {
			r := &http.Request{Method: "GET", Header: http.Header{"Range": {"bytes=1000-59999"}}}
			http.ServeContent(w, r, "a.txt", time.Time{}, f)
		}, content[1000:60_000], 1, content[60_000:]},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := opened(t)
			ex := parse(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { test.do(t, w, f) }), nethttp.Options{}).Serve(ex)
			a, err := http.ReadResponse(bufio.NewReader(&ex.out), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(a.Body)
			if err != nil || string(got) != test.want {
				t.Errorf("%d bytes, %v; want %d, or they differ", len(got), err, len(test.want))
			}
			if ex.files != test.files {
				t.Errorf("%d files were given away, want %d", ex.files, test.files)
			}
			if got := rest(t, f); got != test.rest {
				t.Errorf("%d bytes are left to read, want %d", len(got), len(test.rest))
			}
			if typ := a.Header.Get("Content-Type"); typ != "text/plain; charset=utf-8" {
				t.Errorf("the content's type is %q", typ)
			}
		})
	}
}

// fileless is an exchange whose client has gone.
type fileless struct{ *exchange }

func (fileless) WriteFile(*os.File, int64, int64) error { return app.ErrGone }

// TestFileForNobody: the handler is told that its client has gone.
func TestFileForNobody(t *testing.T) {
	f := opened(t)
	var log bytes.Buffer
	nethttp.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(w, f); err != app.ErrGone {
			t.Errorf("got %v", err)
		}
	}), nethttp.Options{Error: func(line string) { log.WriteString(line) }}).Serve(fileless{parse(t, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")})
	if log.Len() > 0 {
		t.Errorf("the log says %q", log.String())
	}
}
