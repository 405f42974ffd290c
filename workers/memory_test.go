package workers

import (
	"bytes"
	"sync/atomic"
	"testing"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/protocol"
)

// TestShare: what fits into the allowance is nobody's business, and what is taken
// is given back, however it was taken.
func TestShare(t *testing.T) {
	var used atomic.Int64
	b := &budget{3 * grain, &used}
	one, two := share{of: b}, share{of: b}
	for _, step := range []struct {
		s    *share
		n    int64
		ok   bool
		used int64
	}{
		{&one, allowance, true, 0},
		{&one, allowance + 1, true, grain},
		{&one, allowance + grain, true, grain},
		{&one, 10, true, grain}, // it is not given back byte by byte
		{&two, allowance + 2*grain, true, 3 * grain},
		{&one, allowance + grain + 1, false, 3 * grain},
		{&two, allowance + 2*grain + 1, false, 3 * grain},
		{&two, allowance, true, 3 * grain},
	} {
		if ok := step.s.cover(step.n); ok != step.ok || used.Load() != step.used {
			t.Errorf("cover(%d): %v, %d used; want %v, %d", step.n, ok, used.Load(), step.ok, step.used)
		}
	}
	one.inherit(&two)
	two.free()
	if used.Load() != 3*grain || !one.cover(allowance+3*grain) {
		t.Errorf("%d used after one has inherited all", used.Load())
	}
	one.free()
	one.free()
	if used.Load() != 0 {
		t.Errorf("%d used at the end", used.Load())
	}
	var free share
	if !free.cover(1 << 40) {
		t.Error("a share of no budget has a limit")
	}
}

// later is an App that answers when it is told to.
type later chan app.Exchange

func (l later) Mode() app.Mode        { return app.Deferred }
func (l later) Serve(ex app.Exchange) { l <- ex }

// TestPipelineBudget: what is pipelined and finds no memory is not answered. What
// came before it is, and is the connection's last.
func TestPipelineBudget(t *testing.T) {
	l := make(later, 1)
	core := NewCore(l, Options{
		Protocol: new(protocol.Options), KeepAlive: 1e10, FirstByte: 1e10, MemoryBudget: 2 * grain,
	})
	defer core.Close()
	tr := new(sink)
	c := core.NewConn(tr, app.Peer{})
	c.Feed(helloRequest)
	ex := <-l
	for range 2 * allowance / len(helloRequest) {
		c.Feed(helloRequest)
	}
	if c.ahead.Load() || core.Stats.Memory.Load() == 0 {
		t.Errorf("after a little: ahead %v, %d bytes held", c.ahead.Load(), core.Stats.Memory.Load())
	}
	c.Feed(bytes.Repeat(helloRequest, 3*grain/len(helloRequest)))
	if !c.ahead.Load() || core.Stats.Memory.Load() > core.MemoryBudget {
		t.Errorf("after too much: ahead %v, %d bytes held", c.ahead.Load(), core.Stats.Memory.Load())
	}
	ex.Respond(&protocol.Response{Status: 200, ContentLength: 0}, nil)
	if len(l) > 0 || tr.closed != 1 {
		t.Errorf("%d requests more, closed %d times", len(l), tr.closed)
	}
	c.Closed()
	if n := core.Stats.Memory.Load(); n != 0 {
		t.Errorf("%d bytes are held at the end", n)
	}
}
