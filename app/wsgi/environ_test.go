package wsgi

import (
	"strings"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// variables reads what appendEnviron wrote, as interpreter.py does.
func variables(t *testing.T, b []byte) map[string]string {
	t.Helper()
	words := strings.Split(string(b), "\x00")
	if len(words)%2 != 0 {
		t.Fatalf("%d words are not pairs: %q", len(words), words)
	}
	vars := map[string]string{}
	for i := 0; i < len(words); i += 2 {
		if _, twice := vars[words[i]]; twice {
			t.Errorf("%s is there twice", words[i])
		}
		vars[words[i]] = words[i+1]
	}
	return vars
}

func environOf(t *testing.T, ex *exchange, scriptName string) (map[string]string, bool) {
	t.Helper()
	b, nulPath := appendEnviron(nil, ex, scriptName)
	return variables(t, b), nulPath
}

// TestEnvironOfTarget: every form of request-target (RFC 9112 §3.2).
func TestEnvironOfTarget(t *testing.T) {
	for _, tt := range []struct {
		name, target, path, query string
		nulPath                   bool
	}{
		{"root", "/", "/", "", false},
		{"query", "/a?b=c&d=%20", "/a", "b=c&d=%20", false},
		{"empty query", "/a?", "/a", "", false},
		{"second question mark", "/a?b?c", "/a", "b?c", false},
		{"space", "/a%20b", "/a b", "", false},
		{"slash", "/a%2Fb", "/a/b", "", false},
		{"question mark", "/a%3fb?c", "/a?b", "c", false},
		{"percent", "/100%25", "/100%", "", false},
		{"percent that is not decoded twice", "/%2541", "/%41", "", false},
		{"no escape", "/%zz%4", "/%zz%4", "", false},
		{"percent at the end", "/a%", "/a%", "", false},
		{"UTF-8 escaped", "/caf%C3%A9", "/caf\xc3\xa9", "", false},
		{"UTF-8 raw", "/caf\xc3\xa9", "/caf\xc3\xa9", "", false},
		{"Latin-1 raw", "/caf\xe9", "/caf\xe9", "", false},
		{"NUL", "/a%00b", "/a%00b", "", true},
		{"NUL and percent", "/%00%25%41", "/%00%25A", "", true},
		{"NUL and a percent alone", "/%00%", "/%00%25", "", true},
		{"NUL in the query only", "/a?%00", "/a", "%00", false},
		{"fragment", "/a#b?c", "/a", "", false},
		{"double slash", "//a/b", "//a/b", "", false},
		{"absolute-form", "http://example.com/a%20b?c", "/a b", "c", false},
		{"absolute-form, no path", "http://example.com", "", "", false},
		{"absolute-form, no path but a query", "http://example.com?a=/b", "", "a=/b", false},
		{"scheme within a path", "/http://b/c", "/http://b/c", "", false},
		{"asterisk-form", "*", "*", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			method := "GET "
			if tt.target == "*" {
				method = "OPTIONS "
			}
			vars, nulPath := environOf(t, newExchange(t, method+tt.target+" HTTP/1.1\r\nHost: example.com\r\n\r\n"), "")
			if vars["PATH_INFO"] != tt.path || vars["QUERY_STRING"] != tt.query || nulPath != tt.nulPath {
				t.Errorf("PATH_INFO %q, QUERY_STRING %q, NUL %v; want %q, %q, %v",
					vars["PATH_INFO"], vars["QUERY_STRING"], nulPath, tt.path, tt.query, tt.nulPath)
			}
			if vars["RAW_URI"] != tt.target {
				t.Errorf("RAW_URI %q", vars["RAW_URI"])
			}
		})
	}
}

// TestEnvironOfFields: the field section as CGI has it (RFC 3875 §4.1.18).
func TestEnvironOfFields(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		want         map[string]string // "-": not there
	}{
		{"upper case", "X-Request-Id: a\r\n", map[string]string{"HTTP_X_REQUEST_ID": "a", "HTTP_HOST": "h"}},
		{"duplicates", "A: 1\r\nB: x\r\na: 2\r\nA: 3\r\n", map[string]string{"HTTP_A": "1,2,3", "HTTP_B": "x"}},
		{"empty duplicate", "A:\r\nA: 1\r\n", map[string]string{"HTTP_A": ",1"}},
		{"content", "Content-Type: text/plain\r\ncontent-length: 3\r\n", map[string]string{
			"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "3", "HTTP_CONTENT_TYPE": "-", "HTTP_CONTENT_LENGTH": "-"}},
		{"underscore beside hyphen", "Content-Length: 3\r\nContent_Length: 4\r\n", map[string]string{
			"CONTENT_LENGTH": "3", "HTTP_CONTENT_LENGTH": "4"}},
		{"underscore alone", "Content_Type: a/b\r\n", map[string]string{"HTTP_CONTENT_TYPE": "a/b", "CONTENT_TYPE": "-"}},
		{"underscore and hyphen are one variable", "A-B: 1\r\nA_B: 2\r\n", map[string]string{"HTTP_A_B": "1,2"}},
		{"chunked", "Transfer-Encoding: chunked\r\n", map[string]string{
			"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "-"}},
		{"Proxy is only a field", "Proxy: evil\r\n", map[string]string{"HTTP_PROXY": "evil"}},
		{"SCRIPT_NAME", "SCRIPT_NAME: /app\r\n", map[string]string{
			"SCRIPT_NAME": "/app", "PATH_INFO": "/x", "HTTP_SCRIPT_NAME": "-"}},
		{"PATH_INFO", "PATH_INFO: /y\r\n", map[string]string{"PATH_INFO": "/app/x", "HTTP_PATH_INFO": "-"}},
		{"raw octets", "A: \xe9\xff\r\n", map[string]string{"HTTP_A": "\xe9\xff"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ex := get(t, "/")
			ex.request = parse(t, protocol.Options{HeaderMap: protocol.Dangerous},
				"POST /app/x HTTP/1.1\r\nHost: h\r\n"+tt.fields+"\r\n")
			vars, _ := environOf(t, ex, "")
			for name, want := range tt.want {
				switch got, there := vars[name]; {
				case want == "-" && there:
					t.Errorf("%s is %q, want none", name, got)
				case want != "-" && got != want:
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestEnvironOfScriptName(t *testing.T) {
	for _, tt := range []struct{ name, target, scriptName, path string }{
		{"in front", "/app/x", "/app", "/x"},
		{"all of it", "/app", "/app", ""},
		{"elsewhere", "/x/app", "/app", "/x/app"},
		{"escaped", "/%61pp/x", "/app", "/x"},
		{"with a NUL behind", "/app/%00", "/app", "/%00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			vars, _ := environOf(t, get(t, tt.target), tt.scriptName)
			if vars["SCRIPT_NAME"] != tt.scriptName || vars["PATH_INFO"] != tt.path {
				t.Errorf("SCRIPT_NAME %q, PATH_INFO %q, want %q", vars["SCRIPT_NAME"], vars["PATH_INFO"], tt.path)
			}
		})
	}
}

func TestEnvironOfConnection(t *testing.T) {
	tcp := app.Peer{RemoteHost: "2001:db8::1", RemotePort: "50000", LocalHost: "::1", LocalPort: "8000"}
	unix := app.Peer{LocalHost: "/run/srv.sock"}
	for _, tt := range []struct {
		name, version, fields string
		peer                  app.Peer
		server, port, scheme  string
	}{
		{"TCP", "1.1", "Host: example.com:81\r\n", tcp, "::1", "8000", "http"},
		{"HTTP/1.0", "1.0", "", tcp, "::1", "8000", "http"},
		{"TCP behind TLS", "1.1", "Host: a\r\nX-Forwarded-Proto: https\r\n", tcp, "::1", "8000", "https"},
		{"Unix socket", "1.1", "Host: example.com:81\r\n", unix, "example.com", "81", "http"},
		{"Unix socket, default port", "1.1", "Host: example.com\r\n", unix, "example.com", "80", "http"},
		{"Unix socket behind TLS", "1.1", "Host: a\r\nX-Forwarded-Proto: https\r\n", unix, "a", "443", "https"},
		{"Unix socket, IPv6", "1.1", "Host: [::1]:81\r\n", unix, "[::1]", "81", "http"},
		{"Unix socket, IPv6, default port", "1.1", "Host: [::1]\r\n", unix, "[::1]", "80", "http"},
		{"Unix socket, no Host", "1.0", "", unix, "/run/srv.sock", "80", "http"},
		{"Unix socket, empty Host", "1.1", "Host:\r\n", unix, "/run/srv.sock", "80", "http"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ex := get(t, "/")
			ex.peer = tt.peer
			ex.request = parse(t, protocol.Options{SecureSchemeHeaders: []protocol.SchemeHeader{{Name: "X-FORWARDED-PROTO", Value: "https"}}},
				"GET / HTTP/"+tt.version+"\r\n"+tt.fields+"\r\n")
			vars, _ := environOf(t, ex, "")
			for name, want := range map[string]string{
				"SERVER_NAME": tt.server, "SERVER_PORT": tt.port, "wsgi.url_scheme": tt.scheme,
				"SERVER_PROTOCOL": "HTTP/" + tt.version, "REQUEST_METHOD": "GET",
				"REMOTE_ADDR": tt.peer.RemoteHost, "REMOTE_PORT": tt.peer.RemotePort,
			} {
				if vars[name] != want {
					t.Errorf("%s is %q, want %q", name, vars[name], want)
				}
			}
		})
	}
}

const browserGet = "GET /wp-content/uploads/2010/03/hello%20kitty.jpg?size=large HTTP/1.1\r\nHost: www.kittyhell.com\r\n" +
	"User-Agent: Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; ja-JP-mac; rv:1.9.2.3) Gecko/20100401 Firefox/3.6.3\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: ja,en-us;q=0.7,en;q=0.3\r\n" +
	"Accept-Encoding: gzip,deflate\r\nAccept-Charset: Shift_JIS,utf-8;q=0.7,*;q=0.7\r\nConnection: keep-alive\r\n\r\n"

func TestEnvironDoesNotAllocate(t *testing.T) {
	ex, b := newExchange(t, browserGet), make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { b, _ = appendEnviron(b[:0], ex, "/wp-content") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEnviron(b *testing.B) {
	ex, buf := newExchange(b, browserGet), make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = appendEnviron(buf[:0], ex, "")
	}
	b.SetBytes(int64(len(buf)))
}
