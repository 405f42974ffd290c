package restart

import (
	"testing"
	"time"
)

// near says whether d is want, give or take the fifth.
func near(d, want time.Duration) bool { return d >= want-want/5 && d <= want+want/5 }

func TestPausesGrow(t *testing.T) {
	var h History
	p := Policy{Delay: time.Second, DelayMax: 5 * time.Second}
	now := time.Unix(0, 0)
	for i, want := range []time.Duration{0, 1, 2, 4, 5, 5, 5} {
		pause, limited := h.Died(p, now)
		if !near(pause, want*time.Second) || limited {
			t.Errorf("pause %d is %v, want about %ds", i, pause, want)
		}
		now = now.Add(pause + 4*time.Second) // it lived for 4 s: not long enough
	}
	if pause, _ := h.Died(p, now.Add(2*time.Second)); pause != 0 {
		t.Errorf("after some quiet the pause is %v", pause)
	}
}

func TestNoDelay(t *testing.T) {
	var h History
	for range 100 {
		if pause, limited := h.Died(Policy{}, time.Unix(0, 0)); pause != 0 || limited {
			t.Fatalf("pause %v, %v", pause, limited)
		}
	}
}

func TestLongRowDoesNotOverflow(t *testing.T) {
	var h History
	p := Policy{Delay: time.Minute, DelayMax: time.Hour}
	for range 200 {
		if pause, _ := h.Died(p, time.Unix(0, 0)); pause < 0 || pause > p.DelayMax+p.DelayMax/5 {
			t.Fatalf("pause %v", pause)
		}
	}
}

// TestLimit: in no window are more replaced than the limit, whoever dies when.
func TestLimit(t *testing.T) {
	var h History
	p := Policy{Limit: 3, Window: time.Minute}
	var starts []time.Time
	now := time.Unix(0, 0)
	for i := range 20 {
		pause, limited := h.Died(p, now)
		if limited != (pause > 0) {
			t.Errorf("death %d: pause %v, limited %v", i, pause, limited)
		}
		starts = append(starts, now.Add(pause))
		now = now.Add(time.Second)
	}
	for i := p.Limit; i < len(starts); i++ {
		if d := starts[i].Sub(starts[i-p.Limit]); d < p.Window {
			t.Errorf("%d starts within %v", p.Limit+1, d)
		}
	}
	if pause, limited := h.Died(p, starts[len(starts)-1].Add(p.Window)); pause != 0 || limited {
		t.Errorf("with room again the pause is %v", pause)
	}
}
