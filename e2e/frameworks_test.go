package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// Flask's and Django's sites in every class on CPython; on PyPy in one, because
// the way between server and interpreter is the same in all.
func TestFrameworks(t *testing.T) {
	each(t, wsgiKinds, func(t *testing.T, g target) {
		if g.kind == onPyPy && g.class != "gnet" {
			return
		}
		for _, site := range []string{"flasksite", "djangosite"} {
			t.Run(site, func(t *testing.T) { checkSite(t, g, site) })
		}
	})
}

func checkSite(t *testing.T, g target, site string) {
	gates := newGates(t)
	file := writeFile(t, tempDir(t), "site.json", string(siteFile))
	s := start(t, spec{target: g, app: site, env: []string{gates.env(), "SITE_FILE=" + file}})
	t.Run("json", func(t *testing.T) {
		s.wantJSON(t, "POST", "/json", "application/json", `{"a": [1, "\u00e9"]}`,
			map[string]any{"method": "POST", "sent": map[string]any{"a": []any{1.0, "é"}}})
		s.wantJSON(t, "GET", "/json", "", "", map[string]any{"method": "GET", "sent": nil})
	})
	t.Run("form", func(t *testing.T) {
		form := url.Values{"name": {"Ada & Co"}, "city": {"Zürich"}}
		s.wantJSON(t, "POST", "/form", "application/x-www-form-urlencoded", form.Encode(),
			map[string]any{"name": "Ada & Co", "city": "Zürich"})
	})
	t.Run("upload", func(t *testing.T) { checkFormUpload(t, s) })
	t.Run("stream", func(t *testing.T) { checkStream(t, s, gates) })
	t.Run("file", func(t *testing.T) { checkFile(t, s, site) })
	t.Run("session", func(t *testing.T) { checkSession(t, s) })
	t.Run("redirect", func(t *testing.T) { checkRedirect(t, s) })
	t.Run("not found", func(t *testing.T) {
		if a := s.get("/nowhere"); a.StatusCode != 404 {
			t.Errorf("status %d, want 404", a.StatusCode)
		}
	})
	t.Run("exception", func(t *testing.T) {
		if a := s.get("/raise"); a.StatusCode != 500 || strings.Contains(a.body, "raised by the site") {
			t.Errorf("%d %q, want 500 and no details", a.StatusCode, a.body)
		}
		s.log.await(t, `^Traceback \(most recent call last\):`)
		s.log.await(t, `^RuntimeError: raised by the site`)
	})
	s.stop()
}

func (s *server) wantJSON(t *testing.T, method, path, contentType, body string, want map[string]any) {
	t.Helper()
	a, err := do(client(t), method, s.url(path), contentType, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s %s: %d %.300q, want %v", method, path, a.StatusCode, a.body, want)
	}
}

// checkFormUpload sends 20 MB as a browser does.
func checkFormUpload(t *testing.T, s *server) {
	content := pattern(20 << 20)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "big.json")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(content)
	w.Close()
	sum := sha256.Sum256(content)
	s.wantJSON(t, "POST", "/upload", w.FormDataContentType(), body.String(),
		map[string]any{"name": "big.json", "sha256": hex.EncodeToString(sum[:])})
}

// checkStream reads each piece before the site is allowed to make the next.
func checkStream(t *testing.T, s *server, gates *gates) {
	resp, err := client(t).Get(s.url("/stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for _, name := range []string{"one", "two", "three"} {
		piece := make([]byte, len(name)+1)
		for n := 0; n < len(piece); {
			m, err := resp.Body.Read(piece[n:])
			if n += m; err != nil && n < len(piece) {
				t.Fatalf("the piece %q: %q, %v", name, piece[:n], err)
			}
		}
		if string(piece) != name+"\n" {
			t.Errorf("piece %q, want %q", piece, name)
		}
		gates.await(t, name).pass()
	}
	if n, _ := resp.Body.Read(make([]byte, 1)); n != 0 {
		t.Error("more than was yielded")
	}
}

// siteFile is larger than any socket takes at once.
var siteFile = pattern(20 << 20)

// checkFile: send_file and FileResponse, by wsgi.file_wrapper.
func checkFile(t *testing.T, s *server, site string) {
	for range 2 {
		a := s.get("/file")
		if a.StatusCode != 200 || a.body != string(siteFile) || a.ContentLength != int64(len(siteFile)) {
			t.Errorf("status %d, %d bytes of %d", a.StatusCode, len(a.body), a.ContentLength)
		}
	}
	if got := command(t, "", nil, "curl", "-s", "-I", s.url("/file")); !strings.HasPrefix(got.stdout, "HTTP/1.1 200") {
		t.Errorf("HEAD: %q", got.stdout)
	}
	if site != "flasksite" { // Django has no ranges
		return
	}
	if got := command(t, "", nil, "curl", "-s", "-r", "1000000-1999999", s.url("/file")); got.stdout != string(siteFile[1_000_000:2_000_000]) {
		t.Errorf("a range: %d bytes, or they differ", len(got.stdout))
	}
}

func checkSession(t *testing.T, s *server) {
	c := client(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Jar = jar
	for n := 1; n <= 3; n++ {
		a, err := do(c, "GET", s.url("/count"), "", nil)
		if want := fmt.Sprintf(`{"count":%d}`, n); err != nil || strings.ReplaceAll(strings.TrimSpace(a.body), " ", "") != want {
			t.Errorf("visit %d: %v %q", n, err, a.body)
		}
	}
}

// checkRedirect: the scheme is the proxy's word if it is a trusted one.
func checkRedirect(t *testing.T, s *server) {
	for _, c := range []struct{ from, proto, scheme string }{
		{"127.0.0.1", "https", "https"},
		{"127.0.0.1", "http", "http"},
		{"127.0.0.1", "", "http"},
		{"127.0.0.2", "https", "http"}, // not in forwarded_allow_ips
	} {
		conn, err := s.dialFrom(c.from)
		if err != nil {
			t.Fatal(err)
		}
		fields := []string{"X-Real: 1"}
		if c.proto != "" {
			fields = append(fields, "X-Forwarded-Proto: "+c.proto)
		}
		a, err := conn.fetch("/old", fields...)
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != http.StatusFound || a.Header.Get("Location") != c.scheme+"://test/json" {
			t.Errorf("from %s with %q: %d to %q, want scheme %s", c.from, c.proto, a.StatusCode, a.Header.Get("Location"), c.scheme)
		}
	}
}
