package wsgi

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestQueueIsASlice plays with a queue and with a slice, which must stay equal.
func TestQueueIsASlice(t *testing.T) {
	var q queue
	var model []time.Time
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20000 {
		w := waiting{since: time.Unix(int64(i), 0)}
		growing := i/1000%2 == 0 // in turns, so that the ring grows and wraps around
		switch op := random.IntN(10); {
		case op < 3 && growing, op < 1:
			q.push(w)
			model = append(model, w.since)
		case op < 6 && growing, op < 2:
			q.pushFront(w)
			model = append([]time.Time{w.since}, model...)
		case len(model) > 0:
			if got := q.front().since; got != model[0] {
				t.Fatalf("step %d: the first is %v, want %v", i, got, model[0])
			}
			if got := q.pop().since; got != model[0] {
				t.Fatalf("step %d: got %v, want %v", i, got, model[0])
			}
			model = model[1:]
		}
		if q.n != len(model) {
			t.Fatalf("step %d: %d in the queue, want %d", i, q.n, len(model))
		}
	}
	if len(q.ring) <= 64 {
		t.Errorf("a ring of %d: it never grew", len(q.ring))
	}
}

func TestQueueForgets(t *testing.T) {
	var q queue
	q.push(waiting{ex: get(t, "/")})
	q.pop()
	for _, w := range q.ring {
		if w.ex != nil {
			t.Error("an exchange is held that was taken out")
		}
	}
}
