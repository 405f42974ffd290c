package workers

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// testFile is a file of so many different bytes.
func testFile(t *testing.T, size int) (*os.File, []byte) {
	t.Helper()
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i ^ i>>8 ^ i>>16)
	}
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, content
}

// TestFileIsCopied: over what is not just a socket, as TLS, a file is read in
// small pieces, and its order among bytes is kept.
func TestFileIsCopied(t *testing.T) {
	var log []string
	var mu sync.Mutex
	core := NewCore(hello(t), Options{Protocol: new(protocol.Options), Error: func(line string) {
		mu.Lock()
		log = append(log, line)
		mu.Unlock()
	}})
	defer core.Close()
	ours, theirs := net.Pipe()
	c := core.NewConn(&clogged{tail: ours}, app.Peer{})
	f, content := testFile(t, 5*grain/2)
	c.send([]byte("before"))
	c.sendPart(part{file: f, at: 3, size: int64(len(content)) - 3})
	c.send([]byte("between"))
	c.sendPart(part{file: f, at: 10, size: int64(len(content))})
	f.Close()
	want := "before" + string(content[3:]) + "between" + string(content[10:])
	if got, err := io.ReadAll(theirs); err != nil || string(got) != want {
		t.Errorf("%d bytes, %v, want %d, or they differ", len(got), err, len(want))
	}
	c.Closed()
	core.Drain(0)
	core.WaitIdle()
	mu.Lock()
	defer mu.Unlock()
	if len(log) != 1 || !strings.Contains(log[0], "shorter") || !c.broken.Load() {
		t.Errorf("the file was too short, and the log says %q", log)
	}
}

// TestSendFile: the kernel takes what it has room for, and the file's position
// does not move.
func TestSendFile(t *testing.T) {
	f, content := testFile(t, 3*fileChunk)
	_, fd, client := socket(t)
	defer unix.Close(fd)
	sent := int64(0)
	for {
		n, err := SendFile(fd, f, sent, int64(len(content))-sent)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		sent += n
	}
	if sent == 0 || sent == int64(len(content)) {
		t.Fatalf("%d bytes were taken of %d that do not fit", sent, len(content))
	}
	got := make([]byte, sent)
	for at := 0; at < len(got); {
		n, err := unix.Read(client, got[at:])
		if n < 1 || err != nil {
			t.Fatalf("after %d bytes: %v", at, err)
		}
		at += n
	}
	if !bytes.Equal(got, content[:sent]) {
		t.Error("they differ")
	}
	if at, err := f.Seek(0, io.SeekCurrent); at != 0 || err != nil {
		t.Errorf("the file is at %d, %v", at, err)
	}
	if _, err := SendFile(fd, f, int64(len(content)), 1); !errors.Is(err, ErrFileShort) {
		t.Errorf("behind the end: %v", err)
	}
}
