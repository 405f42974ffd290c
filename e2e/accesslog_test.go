package e2e

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every atom of gunicorn's.
func TestAccessLogFormat(t *testing.T) {
	each(t, []kind{goHandler, onCPython}, func(t *testing.T, g target) {
		format := `%(h)s|%(l)s|%(u)s|%(t)s|%(r)s|%(m)s|%(U)s|%(q)s|%(H)s|%(s)s|%(b)s|%(B)s|%(f)s|%(a)s|%(T)s|%(M)s|%(D)s|%(L)s|%(p)s|%({x-one}i)s|%({content-type}o)s|%({x-none}i)s`
		s := start(t, spec{target: g, app: "examples", args: []string{"--access-logfile=-", "--access-logformat=" + format}})
		c := s.dial()
		a, err := c.fetch("/?q=1", "User-Agent: me", "Referer: http://there/", "X-One: first",
			"Authorization: Basic "+base64.StdEncoding.EncodeToString([]byte("ada:secret")))
		if err != nil || a.StatusCode != 200 {
			t.Fatalf("%v %+v", err, a.Response)
		}
		want := `^127\.0\.0\.1\|-\|ada\|\[[^\]|]+\]\|GET /\?q=1 HTTP/1\.1\|GET\|/\|q=1\|HTTP/1\.1\|200\|11\|11\|http://there/\|me\|\d+\|\d+\|\d+\|\d+\.\d+\|<\d+>\|first\|text/plain\|-$`
		s.access.await(t, want)
		s.stop()
	})
}

// A variable of the environ, as gunicorn's users have it in their formats.
func TestAccessLogEnviron(t *testing.T) {
	t.Parallel()
	s := start(t, spec{target: target{"gnet", onCPython}, app: "examples",
		args: []string{"--access-logfile=-", `--access-logformat=%({REQUEST_METHOD}e)s %({REMOTE_ADDR}e)s %({wsgi.url_scheme}e)s %({RAW_URI}e)s`}})
	s.want("/?a", 200, "Hello World")
	s.access.await(t, `^GET 127\.0\.0\.1 http /\?a$`)
}

// No client writes a line of its own into a log.
func TestForgedLogLines(t *testing.T) {
	eachClass(t, func(t *testing.T, g target) {
		path := filepath.Join(tempDir(t), "access.log")
		s := start(t, spec{target: g, app: "examples", args: []string{
			"--access-logfile=" + path, `--access-logformat=%(u)s "%(r)s" %(U)s "%(f)s" "%(a)s" %({PATH_INFO}e)s`}})
		user := base64.StdEncoding.EncodeToString([]byte("a\nforged:x"))
		for _, request := range []string{
			"GET /%0aforged HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Basic " + user + "\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUser-Agent: x\" forged \"\\\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUser-Agent: x\nforged\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUser-Agent: x\x1b[2J\r\n\r\n",
			"GET /\x1bforged\rforged HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
			"G\x1bT\nforged / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
		} {
			s.exchange(request)
		}
		s.stop()
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, log := range []string{string(content), s.log.String()} {
			for _, line := range strings.Split(log, "\n") {
				if strings.HasPrefix(line, "forged") || regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f]").MatchString(line) {
					t.Errorf("a forged line or a control character: %q", line)
				}
			}
		}
		if strings.Contains(string(content), `x" forged`) {
			t.Errorf("an unescaped quote: %s", content)
		}
	})
}
