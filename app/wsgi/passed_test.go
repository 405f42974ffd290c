package wsgi

import (
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
)

// fileContent is what the application of testdata/files.py sends.
var fileContent = strings.Repeat("wsgi.file_wrapper ", 20_000)

func startFiles(t *testing.T, change ...func(*Options)) *fixture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(fileContent), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, func(o *Options) {
		o.App = "files:application"
		o.Env = append(o.Env, "FILE="+path)
		for _, f := range change {
			f(o)
		}
	})
}

// TestFileWrapper: whatever it wraps, the client gets what reading it would give;
// it is passed as a file where that is the same; and it is closed once.
func TestFileWrapper(t *testing.T) {
	f := startFiles(t)
	for _, test := range []struct {
		kind, want string
		files      int
	}{
		{"plain", fileContent, 1},
		{"raw", fileContent, 1},
		{"position", fileContent[1000:], 1},
		{"temporary", fileContent, 1},
		{"unflushed", fileContent, 1},
		{"proxy", fileContent, 1},
		{"length", fileContent[:100_000], 1},
		{"written", "before " + fileContent, 1},
		{"memory", fileContent, 0},
		{"packed", fileContent, 0},
		{"shouting", strings.ToUpper(fileContent), 0},
		{"pipe", fileContent, 0},
		{"small", fileContent[len(fileContent)-10:], 0},
		{"iterator", fileContent, 0},
	} {
		t.Run(test.kind, func(t *testing.T) {
			ex := f.ask("/" + test.kind)
			ex.want(200, test.want)
			if ex.files != test.files {
				t.Errorf("%d files were passed", ex.files)
			}
			closed := 1
			if test.kind == "iterator" {
				closed = 0 // it has none to call
			}
			f.ask("/plain").want(200, fileContent) // so the journal is written
			if n := len(f.calls("closed:" + test.kind)); test.kind != "plain" && n != closed {
				t.Errorf("it was closed %d times", n)
			}
		})
	}
	for _, kind := range []string{"silent", "closed"} {
		f.ask("/"+kind).want(500, "")
	}
	f.ask("/plain").want(200, fileContent)
}

// TestFileForNobody: a file whose client has gone is let go, and the slot goes on.
func TestFileForNobody(t *testing.T) {
	f := startFiles(t)
	ex := get(t, "/plain")
	ex.leave()
	f.Serve(ex)
	ex.want(app.StatusGone, "")
	f.ask("/plain").want(200, fileContent)
}

// TestFilePreloaded: a forked interpreter has all that it takes.
func TestFilePreloaded(t *testing.T) {
	f := startFiles(t, func(o *Options) { o.Preload, o.Threads = true, 2 })
	ex := f.ask("/plain")
	ex.want(200, fileContent)
	if ex.files != 1 {
		t.Errorf("%d files were passed", ex.files)
	}
}

// TestPassed: a file is found by its frame, whatever was passed before it, and what
// nobody takes is closed in the end.
func TestPassed(t *testing.T) {
	p, theirs, err := newPassed()
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	dir := t.TempDir()
	pass := func(slot, stream uint32) {
		t.Helper()
		name := filepath.Join(dir, string(rune('a'+slot)))
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, slot), stream)
		if err := unix.Sendmsg(int(theirs.Fd()), m, unix.UnixRights(int(f.Fd())), nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	want := func(slot int, stream uint32) {
		t.Helper()
		f, err := p.take(slot, stream)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if b, err := io.ReadAll(f); err != nil || string(b) != filepath.Join(dir, string(rune('a'+slot))) {
			t.Errorf("got %q, %v", b, err)
		}
	}
	if _, err := p.take(0, 1); err != errNotPassed {
		t.Errorf("none was passed, got %v", err)
	}
	pass(0, 7)
	pass(1, 7)
	pass(2, 1)
	want(2, 1)
	want(0, 7)
	if _, err := p.take(0, 7); err != errNotPassed {
		t.Errorf("taken twice: %v", err)
	}
	rest := p.others[passedKey{1, 7}]
	pass(3, 1)
	p.close()
	p.close()
	if _, err := rest.Stat(); err == nil {
		t.Error("what nobody took is open")
	}
	if _, err := p.take(3, 1); err == nil {
		t.Error("taken of what is closed")
	}
}
