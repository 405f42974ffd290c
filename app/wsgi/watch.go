package wsgi

import (
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

const (
	watchEvery   = 100 * time.Millisecond // for calls that take too long, and the queue
	batchEvery   = 5 * time.Millisecond   // while there are batches of several, or requests held back from idle slots
	examineEvery = time.Second            // for interpreters that are too old or too large
	batchesIdle  = 20                     // looks without one, after which the pace is slow again
)

// watch looks at what the slots are doing. It ends with the pool.
func (p *Pool) watch() {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	quiet := batchesIdle
	examined := time.Now()
	for {
		select {
		case <-p.stop:
			return
		case <-p.batches:
			if quiet >= batchesIdle {
				t.Reset(batchEvery)
			}
			quiet = 0
		case now := <-t.C:
			p.look()
			if now.Sub(examined) >= examineEvery {
				examined = now
				p.examine(now)
			}
			if quiet++; quiet == batchesIdle {
				t.Reset(watchEvery)
			}
		}
	}
}

// look takes one look at everything.
func (p *Pool) look() {
	now := monotonic()
	for _, s := range p.slots() {
		if again := s.rescue(); len(again) > 0 {
			p.requeue(again)
		}
		s.lookForHang(now, s.in.options.Timeout)
		s.in.hurry(now)
	}
	p.expire(time.Now())
	if p.stale(time.Now()) {
		p.feedIdle()
	}
}

// stale says whether the first in the queue has waited for long.
func (p *Pool) stale(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queue.n > 0 && now.Sub(p.queue.front().since) > slowBatch
}

func (p *Pool) slots() []*slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*slot
	for in := range p.processes {
		all = append(all, in.slots...)
	}
	return all
}

// expire answers those that have waited in the queue for too long, or whose
// client has left.
func (p *Pool) expire(now time.Time) {
	var late []app.Exchange
	p.mu.Lock()
	limit := p.options.QueueTimeout
	for limit > 0 && p.queue.n > 0 && now.Sub(p.queue.front().since) > limit {
		late = append(late, p.queue.pop().ex)
	}
	p.mu.Unlock()
	for _, ex := range late {
		if ex.Gone() {
			ex.Abort(app.StatusGone, 0)
		} else {
			ex.Abort(503, retryAfter)
		}
	}
}

// rescue takes back what a slot was given and has not begun, when a request in
// the batch turns out to be slow, and has it send what it has finished.
func (s *slot) rescue() []app.Exchange {
	s.mu.Lock()
	if s.closed || s.sending > 0 || s.rescued || s.size < 2 || len(s.inflight) == 0 || time.Since(s.since) < slowBatch {
		s.mu.Unlock()
		return nil
	}
	again := s.takeBack()
	s.in.tell("flush", s.number, 0)
	return again
}

// takeBack takes from the slot what it was given and has not begun, and will not
// begin any more. mu is held, and given back.
func (s *slot) takeBack() []app.Exchange {
	s.rescued = true
	// Nothing is sent to the slot before this batch is over, so limit stays.
	s.words.limit.Store(s.words.started.Load() + 1)
	last := s.sent
	s.mu.Unlock()
	barrier()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent != last {
		// The barrier took so long that the batch is over, and the slot has another
		// one, without a limit: taken back, its requests would be begun twice.
		return nil
	}
	started := s.words.started.Load()
	var again []app.Exchange
	for i := range s.inflight {
		if it := &s.inflight[i]; it.number > started && it.ex != nil {
			again = append(again, it.ex)
			it.ex = nil // its frame will say that it was skipped
		}
	}
	return again
}
