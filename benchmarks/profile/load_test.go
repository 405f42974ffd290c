package profile

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const asTOML = `
connections = 20
keep_alive = 0.5
think_time = "20ms"
rate = 100

[slow_clients]
connections = 2

[[requests]]
path = "/list?q=1"
weight = 3

[[requests]]
name = "save"
method = "POST"
path = "/save"
headers = {Accept = "text/html"}
body_file = "body.bin"
status = 201
`

const asYAML = `
connections: 20
keep_alive: 0.5
think_time: 20ms
rate: 100
slow_clients: {connections: 2}
requests:
- {path: "/list?q=1", weight: 3}
- {name: save, method: POST, path: /save, headers: {Accept: text/html}, body_file: body.bin, status: 201}
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{name: text, "body.bin": "content"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name)
}

// Both languages say the same.
func TestLoad(t *testing.T) {
	p, err := Load(write(t, "load.toml", asTOML))
	if err != nil {
		t.Fatal(err)
	}
	q, err := Load(write(t, "load.yaml", asYAML))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, q) {
		t.Errorf("TOML gives %+v,\nYAML %+v", p, q)
	}
	if p.Connections != 20 || *p.KeepAlive != 0.5 || time.Duration(p.ThinkTime) != 20*time.Millisecond || p.Rate != 100 ||
		p.Slow != (Slow{2, defaultSlowBytes}) || time.Duration(p.Timeout) != defaultTimeout {
		t.Errorf("%+v", p)
	}
	list, save := p.Requests[0], p.Requests[1]
	if list.Name != "GET /list?q=1" || list.Weight != 3 || !list.Expected(302) || list.Expected(404) {
		t.Errorf("%+v", list)
	}
	if save.Weight != 1 || string(save.Content) != "content" || !save.Expected(201) || save.Expected(200) {
		t.Errorf("%+v", save)
	}
}

func TestDefault(t *testing.T) {
	for _, name := range []string{"empty.toml", "empty.yaml"} {
		p, err := Load(write(t, name, ""))
		if err != nil || !reflect.DeepEqual(p, Default()) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if p := Default("/a", "/b"); len(p.Requests) != 2 || p.Requests[1].Path != "/b" || p.Connections != 64 {
		t.Errorf("%+v", p)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, file, text, says string }{
		{"unknown name", "a.toml", "conections = 3", "conections"},
		{"unknown name in YAML", "a.yaml", "conections: 3", "conections"},
		{"other language", "a.json", "{}", "want .toml"},
		{"share", "a.toml", "keep_alive = 2", "0 to 1"},
		{"not a number", "a.toml", "rate = nan", "rate"},
		{"duration", "a.yaml", "timeout: soon", "soon"},
		{"method", "a.toml", "[[requests]]\nmethod = 'G T'", "requests[0]: method"},
		{"path", "a.toml", "[[requests]]\npath = 'list'", "begin with /"},
		{"space in the path", "a.toml", "[[requests]]\npath = '/a b'", "%XX"},
		{"header", "a.toml", "[[requests]]\nheaders = {'A:' = 'b'}", "not a header"},
		{"framing", "a.toml", "[[requests]]\nheaders = {content-length = '3'}", "content-length"},
		{"two bodies", "a.toml", "[[requests]]\nbody = 'a'\nbody_file = 'body.bin'", "want one"},
		{"no such body", "a.toml", "[[requests]]\nbody_file = 'absent'", "absent"},
		{"several", "a.toml", "connections = -1\nrate = -1", "rate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(write(t, c.file, c.text))
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("error %v, want it to name %q and the file", err, c.says)
			}
		})
	}
	if _, err := Load("absent.toml"); err == nil || !strings.Contains(err.Error(), "absent.toml") {
		t.Errorf("error %v", err)
	}
}
