package wsgi

import (
	"testing"
	"time"
)

func TestPaceSize(t *testing.T) {
	for _, tt := range []struct {
		name          string
		service       time.Duration
		queued, slots int
		want          int
	}{
		{"unknown application", batchTime, 1000, 1, 1},
		{"slow application", time.Second, 1000, 1, 1},
		{"as many as fit in a millisecond", 100 * time.Microsecond, 1000, 1, 10},
		{"never too many", time.Microsecond, 1000, 1, batchMax},
		{"no time at all", 0, 1000, 1, batchMax},
		{"fair share", time.Microsecond, 10, 4, 3},
		{"less than one for each", time.Microsecond, 2, 4, 1},
		{"empty queue", time.Microsecond, 0, 4, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := pace{service: tt.service}
			if got := p.size(tt.queued, tt.slots); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestPaceLearns(t *testing.T) {
	p := pace{service: batchTime}
	if p.quick() {
		t.Error("quick before anything is known")
	}
	rounds := 0
	for ; !p.quick(); rounds++ {
		before := p.service
		p.learn(10, 100*time.Microsecond)
		if p.service >= before || rounds > 1000 {
			t.Fatalf("round %d: %v after %v", rounds, p.service, before)
		}
	}
	if rounds < 10 {
		t.Errorf("believed in quick calls after %d samples", rounds)
	}
	p.learn(1, time.Millisecond)
	if p.quick() || p.service != time.Millisecond {
		t.Errorf("%v after one slow call", p.service)
	}
}

// TestPaceBlamesOne: a batch that took too long had one slow request, not many middling ones.
func TestPaceBlamesOne(t *testing.T) {
	p := pace{}
	p.learn(10, slowBatch)
	if want := slowBatch / 10; p.service != want {
		t.Errorf("%v, want %v", p.service, want)
	}
	p.learn(10, slowBatch+1)
	if want := slowBatch + 1; p.service != want {
		t.Errorf("%v, want %v", p.service, want)
	}
	p.learn(0, time.Second)
	if p.service != time.Second {
		t.Errorf("%v after a sample of none", p.service)
	}
}
