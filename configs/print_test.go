package configs

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/settings.md and testdata/help.txt from the table")

// holds compares a file with what the table says, or writes it.
func holds(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says: run go test ./configs -update", path)
	}
}

func TestSettingsPage(t *testing.T) {
	var page bytes.Buffer
	if err := Markdown(&page); err != nil {
		t.Fatal(err)
	}
	holds(t, filepath.Join("..", "docs", "settings.md"), page.String())
}

func TestHelp(t *testing.T) {
	var help bytes.Buffer
	if err := Help(&help); err != nil {
		t.Fatal(err)
	}
	holds(t, filepath.Join("testdata", "help.txt"), help.String())
	for _, line := range strings.Split(help.String(), "\n") {
		if len(line) > 80 {
			t.Errorf("longer than 80 columns: %q", line)
		}
	}
	for r := range flagged() {
		for _, name := range r.flags {
			if !strings.Contains(help.String(), "--"+name) {
				t.Errorf("--%s is not in the help", name)
			}
		}
	}
}

func TestPrint(t *testing.T) {
	dir := files(t, map[string]string{"srv.toml": "timeout = \"1m30s\""})
	loaded := load(t, Input{
		Dir: dir, Args: []string{"-w", "4", "-b", ":80", "-b", "unix:/x", "a:b"},
		Environ: []string{"SRV_THREADS=2", "WEB_CONCURRENCY=9"},
	})
	var out bytes.Buffer
	if err := loaded.Print(&out); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "srv.toml")
	for _, want := range []string{
		"workers                            = 4                     (--workers)\n",
		"bind                               = :80,unix:/x           (--bind)\n",
		"timeout                            = 90                    (" + file + ")\n",
		"threads                            = 2                     (SRV_THREADS)\n",
		"worker_class                       = threaded              (default, by threads above 1)\n",
		"wsgi_app                           = a:b                   (the command line)\n",
		"config                             = " + file + "  (default)\n",
		"pidfile                            = \"\"                    (default)\n",
		`secure_scheme_headers              = {"X-FORWARDED-PROTO": "https", "X-FORWARDED-PROTOCOL": "ssl", "X-FORWARDED-SSL": "on"}  (default)` + "\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines != len(names()) {
		t.Errorf("%d lines for %d settings", lines, len(names()))
	}
}

func TestErrNoApp(t *testing.T) {
	if text := ErrNoApp.Error(); !strings.Contains(text, "no application module specified") || !strings.Contains(text, Usage) {
		t.Errorf("it says %q", text)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteErrorsAreTold(t *testing.T) {
	for _, err := range []error{Help(brokenWriter{}), Markdown(brokenWriter{}), load(t, Input{NoFiles: true}).Print(brokenWriter{})} {
		if !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	}
}
