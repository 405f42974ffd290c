package static

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// site makes a directory with a little of everything, beside a secret.
func site(t *testing.T) *Dir {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "public")
	for name, content := range map[string]string{
		"secret.txt":                     "secret",
		"public/a.txt":                   "0123456789",
		"public/sub/index.html":          "<p>index",
		"public/empty/x/y.css":           "p{}",
		"public/.git/config":             "secret",
		"public/.well-known/security.md": "well",
		"public/app.js":                  "plain",
		"public/app.js.gz":               "gzip!!",
		"public/app.js.br":               "brotli",
		"public/app.js.zst":              "zstd!!!",
		"public/a b?.txt/index.html":     "odd",
	} {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"inside": "a.txt", "outside": "../secret.txt", "absolute": "/etc/passwd"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func get(d *Dir, method, target string, fields ...string) *http.Response {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result()
}

func TestDir(t *testing.T) {
	d := site(t)
	tests := []struct {
		name, method, path string
		status             int
		content            string
	}{
		{"file", "GET", "/a.txt", 200, "0123456789"},
		{"head", "HEAD", "/a.txt", 200, ""},
		{"index", "GET", "/sub/", 200, "<p>index"},
		{"directory without a slash", "GET", "/sub", 301, ""},
		{"directory without an index", "GET", "/empty/", 404, ""},
		{"no listing of the top", "GET", "/", 404, ""},
		{"file as a directory", "GET", "/a.txt/", 404, ""},
		{"below a file", "GET", "/a.txt/b", 404, ""},
		{"missing", "GET", "/b.txt", 404, ""},
		{"link inside", "GET", "/inside", 200, "0123456789"},
		{"link outside", "GET", "/outside", 404, ""},
		{"absolute link", "GET", "/absolute", 404, ""},
		{"dot dot", "GET", "/../secret.txt", 404, ""},
		{"dot dot within", "GET", "/sub/../a.txt", 404, ""},
		{"two slashes", "GET", "/sub//index.html", 404, ""},
		{"hidden", "GET", "/.git/config", 404, ""},
		{"well known", "GET", "/.well-known/security.md", 200, "well"},
		{"NUL", "GET", "/a.txt\x00.html", 404, ""},
		{"very long", "GET", "/" + strings.Repeat("x", 5000), 404, ""},
		{"pipe", "GET", "/pipe", 404, ""},
		{"post", "POST", "/a.txt", 405, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := get(d, test.method, test.path)
			content, _ := io.ReadAll(a.Body)
			if a.StatusCode != test.status || a.StatusCode == 200 && string(content) != test.content {
				t.Errorf("%d %q, want %d %q", a.StatusCode, content, test.status, test.content)
			}
			if bytes.Contains(content, []byte("secret")) {
				t.Error("the secret is out")
			}
		})
	}
	if to := get(d, "GET", "/a b?.txt").Header.Get("Location"); to != "" {
		t.Errorf("a query is not a name: %q", to)
	}
	r := httptest.NewRequest("GET", "/a%20b%3F.txt?q=1", nil)
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); to != "./a%20b%3F.txt/?q=1" {
		t.Errorf("sent to %q", to)
	}
}

func TestConditionsAndRanges(t *testing.T) {
	d := site(t)
	whole := get(d, "GET", "/a.txt")
	tag, date := whole.Header.Get("ETag"), whole.Header.Get("Last-Modified")
	if tag == "" || strings.HasPrefix(tag, "W/") || date == "" || whole.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Fatalf("%v", whole.Header)
	}
	tests := []struct {
		name, field, value string
		status             int
		content            string
	}{
		{"same tag", "If-None-Match", tag, 304, ""},
		{"other tag", "If-None-Match", `"x"`, 200, "0123456789"},
		{"not modified since", "If-Modified-Since", date, 304, ""},
		{"other than expected", "If-Match", `"x"`, 412, ""},
		{"range", "Range", "bytes=2-4", 206, "234"},
		{"last octets", "Range", "bytes=-3", 206, "789"},
		{"unsatisfiable", "Range", "bytes=10-", 416, ""},
		{"other unit", "Range", "lines=1-2", 416, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := get(d, "GET", "/a.txt", test.field, test.value)
			content, _ := io.ReadAll(a.Body)
			if a.StatusCode != test.status || test.content != "" && string(content) != test.content {
				t.Errorf("%d %q, want %d %q", a.StatusCode, content, test.status, test.content)
			}
		})
	}
	if a := get(d, "GET", "/a.txt", "Range", "bytes=0-1", "If-Range", `"old"`); a.StatusCode != 200 {
		t.Errorf("a range of an older file: %d", a.StatusCode)
	}
	t.Run("several ranges", func(t *testing.T) {
		a := get(d, "GET", "/a.txt", "Range", "bytes=0-1,8-9")
		_, boundary, _ := strings.Cut(a.Header.Get("Content-Type"), "boundary=")
		parts := multipart.NewReader(a.Body, boundary)
		for _, want := range []string{"01", "89"} {
			p, err := parts.NextPart()
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(p); string(got) != want {
				t.Errorf("part %q, want %q", got, want)
			}
		}
	})
}

func TestEncodings(t *testing.T) {
	d := site(t)
	tags := map[string]string{}
	for _, test := range []struct{ accept, coding, content string }{
		{"", "", "plain"},
		{"gzip", "gzip", "gzip!!"},
		{"x-gzip", "gzip", "gzip!!"},
		{"gzip, deflate, br, zstd", "zstd", "zstd!!!"},
		{"gzip, br;q=0.9", "gzip", "gzip!!"},
		{"BR , gzip;q=0.5", "br", "brotli"},
		{"*", "zstd", "zstd!!!"},
		{"*;q=0.5, zstd;q=0, br;q=0", "gzip", "gzip!!"},
		{"identity, gzip;q=0.5", "", "plain"},
		{"gzip;q=0", "", "plain"},
		{"gzip;q=nonsense", "", "plain"},
		{"deflate", "", "plain"},
	} {
		a := get(d, "GET", "/app.js", "Accept-Encoding", test.accept)
		content, _ := io.ReadAll(a.Body)
		if got := a.Header.Get("Content-Encoding"); got != test.coding || string(content) != test.content {
			t.Errorf("%q: %q %q, want %q %q", test.accept, got, content, test.coding, test.content)
		}
		if a.Header.Get("Vary") != "Accept-Encoding" || !strings.Contains(a.Header.Get("Content-Type"), "javascript") {
			t.Errorf("%q: %v", test.accept, a.Header)
		}
		tags[a.Header.Get("ETag")] = test.coding
	}
	if len(tags) != 4 {
		t.Errorf("the encodings share tags: %v", tags)
	}
	if a := get(d, "GET", "/a.txt", "Accept-Encoding", "gzip"); a.Header.Get("Vary") != "" || a.Header.Get("Content-Encoding") != "" {
		t.Errorf("a file without neighbours: %v", a.Header)
	}
}
