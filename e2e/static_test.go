package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The setting static: files without the app, in every class, before both kinds of app.
func TestStatic(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		dir := tempDir(t)
		big := strings.Repeat("0123456789abcdef", 1<<16) // 1 MB
		writeFile(t, dir, "big.txt", big)
		writeFile(t, dir, "style.css", "p{}")
		if err := os.Symlink("/etc/passwd", filepath.Join(dir, "leak")); err != nil {
			t.Fatal(err)
		}
		s := start(t, spec{target: g, app: "station", args: []string{"--static=/static=" + dir}})
		s.want("/fast", 200, "fast")
		s.want("/static/style.css", 200, "p{}")
		s.want("/static/big.txt", 200, big)
		if code := s.get("/static/leak").StatusCode; code != 404 {
			t.Errorf("a link out of the directory: %d", code)
		}
		url := "http://" + s.addr + "/static/"
		if got := command(t, "", nil, "curl", "-s", "-r", "16-31", url+"big.txt"); got.stdout != "0123456789abcdef" {
			t.Errorf("a range: %q", got.stdout)
		}
		checkConditions(t, s)
		if got := command(t, "", nil, "curl", "-s", "--path-as-is", url+"../../../../etc/passwd"); strings.Contains(got.stdout, "root:") {
			t.Error("it leads out of the directory")
		}
		s.stop()
	})
}

// checkConditions: who has the file already is told so, and gets nothing else.
func checkConditions(t *testing.T, s *server) {
	t.Helper()
	first := s.get("/static/big.txt")
	tag, date := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	c := s.dial()
	defer c.Close()
	for _, test := range []struct {
		field  string
		status int
		length int
	}{
		{"If-None-Match: " + tag, 304, 0},
		{"If-Modified-Since: " + date, 304, 0},
		{"If-None-Match: \"other\"", 200, len(first.body)},
		{"Range: bytes=0-99999\r\nIf-Range: " + tag, 206, 100_000},
		{"Range: bytes=0-99999\r\nIf-Range: \"other\"", 200, len(first.body)},
		{"Range: bytes=1048576-", 416, -1},
	} {
		a, err := c.fetch("/static/big.txt", test.field)
		if err != nil {
			t.Fatal(test.field, err)
		}
		if a.StatusCode != test.status || test.length >= 0 && a.body != first.body[:test.length] {
			t.Errorf("%s: %d with %d bytes, want %d with %d", test.field, a.StatusCode, len(a.body), test.status, test.length)
		}
		if a.Close { // the class sync
			c.Close()
			c = s.dial()
		}
	}
}
