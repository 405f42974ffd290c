package wsgi

import (
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// queue is a ring of exchanges that wait for a slot.
type queue struct {
	ring []waiting
	head int
	n    int
}

type waiting struct {
	ex    app.Exchange
	since time.Time
}

func (q *queue) push(w waiting) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.ring[(q.head+q.n)%len(q.ring)] = w
	q.n++
}

// pushFront puts w before all others: it had been at the front once.
func (q *queue) pushFront(w waiting) {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.head = (q.head + len(q.ring) - 1) % len(q.ring)
	q.ring[q.head] = w
	q.n++
}

func (q *queue) pop() waiting {
	w := q.ring[q.head]
	q.ring[q.head] = waiting{}
	q.head = (q.head + 1) % len(q.ring)
	q.n--
	return w
}

func (q *queue) front() *waiting { return &q.ring[q.head] }

func (q *queue) grow() {
	ring := make([]waiting, max(64, 2*len(q.ring)))
	for i := range q.n {
		ring[i] = q.ring[(q.head+i)%len(q.ring)]
	}
	q.ring, q.head = ring, 0
}
