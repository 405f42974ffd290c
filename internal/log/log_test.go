package log

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T, level Level) (*Logger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "error.log")
	l, err := New(Config{Path: path, Level: level})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, path
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLineReadsLikeGunicorns(t *testing.T) {
	l, path := open(t, Info)
	l.Debugf("left out")
	l.Infof("Starting srv %s", "0.1.0")
	l.Warningf("odd")
	want := regexp.MustCompile(fmt.Sprintf(
		`^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[%d\] \[INFO\] Starting srv 0\.1\.0\n\[[^\]]+\] \[%[1]d\] \[WARNING\] odd\n$`, os.Getpid()))
	if got := read(t, path); !want.MatchString(got) {
		t.Errorf("got %q", got)
	}
}

func TestMessageCannotForgeALine(t *testing.T) {
	l, path := open(t, Info)
	l.Errorf("Invalid request from ip=%s: %s", "127.0.0.1", "GET /\r\n[2026-01-01] \x1b[31m \"q\" \\ é \u0085\u2028\xff")
	got := read(t, path)
	want := `GET /\r\n[2026-01-01] \u001b[31m "q" \ é \u0085\u2028\u00ff` + "\n"
	if !strings.HasSuffix(got, want) || strings.Count(got, "\n") != 1 {
		t.Errorf("got %q, want it to end with %q", got, want)
	}
}

func TestTraceKeepsItsLines(t *testing.T) {
	l, path := open(t, Info)
	l.Trace(Error, "Traceback:\n\tx\x07\n", "Error handling request /%s", "a\nb")
	if got := read(t, path); !strings.HasSuffix(got, "[ERROR] Error handling request /a\\nb\nTraceback:\n\tx\\u0007\n") {
		t.Errorf("got %q", got)
	}
}

func TestReopenAfterRotation(t *testing.T) {
	l, path := open(t, Info)
	inherited := l.File()
	l.Infof("one")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	l.Infof("two")
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.Infof("three")
	fmt.Fprintln(inherited, "four")
	if old := read(t, path+".1"); !strings.Contains(old, "one") || !strings.Contains(old, "two") {
		t.Errorf("the rotated file has %q", old)
	}
	if now := read(t, path); strings.Contains(now, "two") || !strings.Contains(now, "three") || !strings.Contains(now, "four") {
		t.Errorf("the new file has %q", now)
	}
}

func TestFailedReopenKeepsTheOldFile(t *testing.T) {
	l, path := open(t, Info)
	dir := filepath.Dir(path)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err == nil {
		t.Fatal("reopened a file in a directory that is gone")
	}
	l.Infof("still here")
	if got := read(t, filepath.Join(dir+".away", "error.log")); !strings.Contains(got, "still here") {
		t.Errorf("got %q", got)
	}
}

func TestLoggersShareAFileWithoutTearingLines(t *testing.T) {
	l, path := open(t, Info)
	other, err := New(Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	const lines = 200
	message := strings.Repeat("x", 300)
	var wg sync.WaitGroup
	for _, w := range []*Logger{l, other, l, other} {
		wg.Go(func() {
			for range lines {
				w.Infof("%s", message)
			}
		})
	}
	for range 20 {
		if err := l.Reopen(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	got := strings.Split(strings.TrimSuffix(read(t, path), "\n"), "\n")
	if len(got) != 4*lines {
		t.Errorf("%d lines, want %d", len(got), 4*lines)
	}
	for _, line := range got {
		if !strings.HasPrefix(line, "[") || !strings.HasSuffix(line, "[INFO] "+message) {
			t.Fatalf("torn line %q", line)
		}
	}
}

func TestLevels(t *testing.T) {
	for _, name := range levelNames {
		l, err := ParseLevel(strings.ToUpper(name))
		if err != nil || l.String() != name {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
	if _, err := ParseLevel("loud"); err == nil || !strings.Contains(err.Error(), `"loud"`) {
		t.Errorf("error %v does not name the value", err)
	}
}

func TestOpenErrorNamesThePath(t *testing.T) {
	_, err := New(Config{Path: "/nonexistent/dir/error.log"})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/dir/error.log") {
		t.Errorf("error %v", err)
	}
}

func FuzzEscapedHasNoControls(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\x00\xff\u0085\u2028\"\\"))
	f.Fuzz(func(t *testing.T, s []byte) {
		out := AppendEscaped(nil, s, Quoted)
		for _, r := range string(out) {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' {
				t.Fatalf("%q lets %U through: %q", s, r, out)
			}
		}
		if bytes.Count(out, []byte(`"`)) != bytes.Count(s, []byte(`"`)) {
			t.Fatalf("quotes differ: %q", out)
		}
	})
}
