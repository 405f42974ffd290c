package workers

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// clogged is a Transport whose socket takes nothing at once; the tail's end of
// it is a pipe.
type clogged struct {
	sink
	tail net.Conn
}

func (c *clogged) TryWrite(p []byte) (int, error) { return 0, nil }
func (c *clogged) Tail() (net.Conn, error)        { return c.tail, nil }

// TestTail: all that is sent comes, in order, and OnDrain's function is called
// when little is left, not before.
func TestTail(t *testing.T) {
	core := NewCore(hello(t), Options{Protocol: new(protocol.Options)})
	defer core.Close()
	ours, theirs := net.Pipe()
	c := core.NewConn(&clogged{tail: ours}, app.Peer{})
	first, second := bytes.Repeat([]byte("1"), 3*tailLow), bytes.Repeat([]byte("2"), 3*tailLow)
	c.send(first)
	c.send(second)
	if n := c.pending(); n != len(first)+len(second) {
		t.Errorf("%d bytes are pending", n)
	}
	drained := make(chan struct{})
	c.tail.Load().whenDrained(func() { close(drained) })
	got := make([]byte, len(first))
	if _, err := io.ReadFull(theirs, got); err != nil || !bytes.Equal(got, first) {
		t.Fatalf("the first part differs, %v", err)
	}
	select {
	case <-drained:
		t.Error("drained while the second part is pending")
	default:
	}
	if got, err := io.ReadAll(theirs); err != nil || !bytes.Equal(got, second) {
		t.Fatalf("the second part differs, %v", err)
	}
	<-drained
	called := false
	c.tail.Load().whenDrained(func() { called = true })
	if !called || c.pending() != 0 {
		t.Error("an ended tail is not drained")
	}
	c.Closed()
	core.Drain(0)
	core.WaitIdle()
}

// TestTailAfterTheEnd: a response that is still being sent when the connection is
// over counts for nothing.
func TestTailAfterTheEnd(t *testing.T) {
	core := NewCore(hello(t), Options{Protocol: new(protocol.Options)})
	defer core.Close()
	ours, _ := net.Pipe()
	c := core.NewConn(&clogged{tail: ours}, app.Peer{})
	c.Closed()
	c.send([]byte("late"))
	if !c.broken.Load() || c.tail.Load() != nil || core.Stats.Open.Load() != 0 {
		t.Errorf("broken: %v, %d connections", c.broken.Load(), core.Stats.Open.Load())
	}
}
