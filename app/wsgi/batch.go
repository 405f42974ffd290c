package wsgi

import "time"

// pace decides how many requests a slot is given at once. Several at once save
// most of the waking up and half of the system calls, but those behind the first
// wait for it; so they are only given while the queue is deep, only as many as
// the application answers in about a millisecond, and never more than would
// leave another slot without.
type pace struct {
	service time.Duration // for one request, rather too long than too short
}

const (
	batchTime = time.Millisecond
	batchMax  = 64
	// batchContent is how many bytes of content a batch has before it is large
	// enough: what does not fit into the socket's buffer has to be waited with.
	batchContent = 64 << 10
	slowBatch    = 4 * batchTime // a batch that took longer had a slow request in it
)

// learn takes in how long the interpreter spent on n requests: by its own clock,
// so that what it waits for a processor or for us counts as little as can be.
func (p *pace) learn(n int, took time.Duration) {
	sample := took / time.Duration(max(n, 1))
	if n > 1 && took > slowBatch {
		sample = took
	}
	if sample > p.service {
		p.service = sample
		return
	}
	p.service -= (p.service - sample) / 32
}

// quick says whether calls are so short that they cannot be waiting for anything.
// Then the threads of one interpreter only get in each other's way: they take
// turns at its lock, and every turn costs more than a call. So only one slot of an
// interpreter is used at a time; what waits for it is looked after by the watch,
// should that slot's call turn out to be a slow one after all.
func (p *pace) quick() bool { return p.service < batchTime/10 }

// size is how many of the queued requests one of the slots is given.
func (p *pace) size(queued, slots int) int {
	fair := (queued + slots - 1) / max(slots, 1)
	quick := batchMax
	if p.service > 0 {
		quick = int(batchTime / p.service)
	}
	return max(1, min(fair, quick, batchMax))
}
