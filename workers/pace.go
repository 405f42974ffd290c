package workers

import "time"

// longest bounds sums of times, so that no count of bytes makes them overflow.
const longest = 365 * 24 * time.Hour

// within is how long somebody may take in all who has moved n bytes: timeout, and
// a second more for each rate bytes. So whoever is alive has timeout for a pause,
// and whoever moves a byte now and then to look alive is found out. rate 0: for
// as long as there is progress.
func within(timeout time.Duration, rate, n int64) time.Duration {
	if rate <= 0 {
		return longest
	}
	more := n / rate
	if more > int64(longest/time.Second) {
		return longest
	}
	return timeout + time.Duration(more)*time.Second
}

// pace judges whether somebody moves bytes fast enough.
type pace struct {
	timeout time.Duration // without progress; 0: no limit at all
	rate    int64         // bytes a second, on average; 0: none
	since   time.Time     // when it began
	last    time.Time     // of progress
	moved   int64         // bytes by then
}

func newPace(timeout time.Duration, rate int64, now time.Time) pace {
	return pace{timeout: timeout, rate: rate, since: now, last: now}
}

// late says whether moved bytes since the beginning are too few by now.
func (p *pace) late(now time.Time, moved int64) bool {
	if moved > p.moved {
		p.moved, p.last = moved, now
	}
	return now.Sub(p.last) >= p.timeout || now.Sub(p.since) >= within(p.timeout, p.rate, moved)
}

// interval is how often to look: often enough to be a fifth late at most.
func (p *pace) interval() time.Duration { return min(max(p.timeout/5, wheelTick/10), 5*time.Second) }
