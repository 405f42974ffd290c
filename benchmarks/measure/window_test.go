package measure

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	now := time.Now()
	before := reading{at: now, server: time.Second, machine: 10 * time.Second, own: time.Second}
	after := reading{at: now.Add(2 * time.Second), server: 2 * time.Second, machine: 13 * time.Second, own: 1100 * time.Millisecond}
	w := after.since(before)
	if got := w.percent(w.server); got != 50 {
		t.Errorf("server %v %%, want 50", got)
	}
	if got := w.micros(100000); got != 10 {
		t.Errorf("%v µs a request, want 10", got)
	}
	if got := w.noise(1500 * time.Millisecond); got != 20 { // 3 - 1 - 0.1 - 1.5 = 0.4 s of 2 s
		t.Errorf("noise %v %%, want 20", got)
	}
	if got := w.noise(3 * time.Second); got != 0 {
		t.Errorf("noise %v %%, want 0: the clocks tick differently", got)
	}
}
