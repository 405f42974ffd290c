package workers

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

func newWire(send func()) *wire {
	w := new(wire)
	w.init(nil, send)
	return w
}

func TestWireReads(t *testing.T) {
	w := newWire(nil)
	w.put([]byte("abc"))
	w.put([]byte("def"))
	p := make([]byte, 4)
	for _, want := range []string{"abcd", "ef"} {
		if n, err := w.Read(p); string(p[:n]) != want || err != nil {
			t.Fatalf("got %q, %v; want %q", p[:n], err, want)
		}
	}
	w.shaken()
	if n, err := w.Read(p); n != 0 || err != errNothing {
		t.Errorf("got %d, %v; want errNothing", n, err)
	}
	w.lend([]byte("gh"))
	if n, err := w.Read(p); string(p[:n]) != "gh" || err != nil {
		t.Errorf("got %q, %v", p[:n], err)
	}
	w.close()
	if _, err := w.Read(p); err != io.EOF {
		t.Errorf("got %v; want EOF", err)
	}
}

// TestWireSendsBeforeItWaits: the other side answers what was written.
func TestWireSendsBeforeItWaits(t *testing.T) {
	var w *wire
	w = newWire(func() {
		if b := w.written(); b == nil || string(b.b) != "hello" {
			t.Errorf("written gives %v", b)
		}
		w.put([]byte("answer"))
	})
	w.Write([]byte("hel"))
	w.Write([]byte("lo"))
	p := make([]byte, 10)
	if n, err := w.Read(p); string(p[:n]) != "answer" || err != nil {
		t.Errorf("got %q, %v", p[:n], err)
	}
}

// TestWirePutIsBounded: too much is refused while the handshake waits for the
// client to read, and is waited for when it is about to be read.
func TestWirePutIsBounded(t *testing.T) {
	full := make([]byte, wireInMax)
	w := newWire(func() {})
	if !w.put(full) || w.put([]byte("x")) {
		t.Error("before the server has said anything: more than the limit is kept")
	}
	w.sent = true
	kept := make(chan bool, 1)
	go func() { kept <- w.put([]byte("x")) }()
	if n, err := w.Read(make([]byte, wireInMax)); n != wireInMax || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	select {
	case ok := <-kept:
		if !ok {
			t.Error("what could be read at once is refused")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("put waits for ever")
	}
	w.shaken()
	if !w.put(full) {
		t.Error("what came before the first Read after the handshake is refused")
	}
}

func TestWireOutIsBounded(t *testing.T) {
	w := newWire(nil)
	var err error
	for range 2 * wireOutMax / 1024 {
		if _, err = w.Write(bytes.Repeat([]byte("x"), 1024)); err != nil {
			break
		}
	}
	if !errors.Is(err, errWireFull) {
		t.Errorf("got %v", err)
	}
}
