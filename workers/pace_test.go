package workers

import (
	"math"
	"testing"
	"time"
)

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		timeout time.Duration
		rate, n int64
		want    time.Duration
	}{
		{time.Minute, 0, 0, longest},
		{time.Minute, 500, 0, time.Minute},
		{time.Minute, 500, 499, time.Minute},
		{time.Minute, 500, 1000, time.Minute + 2*time.Second},
		{time.Minute, 1, math.MaxInt64, longest},
	} {
		if got := within(tt.timeout, tt.rate, tt.n); got != tt.want {
			t.Errorf("within(%v, %d, %d) = %v; want %v", tt.timeout, tt.rate, tt.n, got, tt.want)
		}
	}
}

// TestPace: each line is a second later, with so much moved by then.
func TestPace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rate  int64
		moved []int64
		late  int // at which of them; 0: never
	}{
		{"nothing", 0, []int64{0, 0, 0, 0}, 3},
		{"a byte now and then", 0, []int64{0, 1, 1, 2, 2, 3, 3, 4}, 0},
		{"too few bytes", 100, []int64{1, 2, 3, 4}, 3},
		{"just enough", 100, []int64{100, 200, 300, 400, 500}, 0},
		{"much, then little", 100, []int64{200, 201, 202, 203, 204}, 5},
		{"much, then nothing", 100, []int64{10000, 10000, 10000, 10000}, 4},
		{"it grew instead", 100, []int64{-50, -60, -70}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Unix(1000, 0)
			p := newPace(3*time.Second, tt.rate, now)
			for i, moved := range tt.moved {
				now = now.Add(time.Second)
				if late := p.late(now, moved); late != (i+1 == tt.late) {
					t.Fatalf("after %d seconds: late is %v", i+1, late)
				} else if late {
					return
				}
			}
		})
	}
}
