package workers

import (
	"sync/atomic"
	"testing"
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
