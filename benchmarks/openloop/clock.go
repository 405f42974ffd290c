package openloop

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// clock says when requests are due. Whoever is free waits for the next moment
// in turn; when nobody is free, moments pass, and are handed out late.
type clock struct {
	began    time.Time
	end      time.Time
	interval time.Duration // 0: everything is due at once
	turn     sync.Mutex    // held while one waits for the next moment
	next     int           // number of the next moment; the turn's
	given    atomic.Int64
}

func newClock(rate float64, duration time.Duration) *clock {
	c := &clock{began: time.Now()}
	c.end = c.began.Add(duration)
	if rate > 0 {
		c.interval = time.Duration(float64(time.Second) / rate)
	}
	return c
}

// wait waits for the next moment and gives it, which may be long past; ok is false
// when there is none any more.
func (c *clock) wait(ctx context.Context) (due time.Time, ok bool) {
	c.turn.Lock()
	defer c.turn.Unlock()
	due = time.Now()
	if c.interval > 0 {
		due = c.began.Add(time.Duration(c.next) * c.interval)
	}
	if !due.Before(c.end) || !sleepUntil(ctx, due) {
		return time.Time{}, false
	}
	c.next++
	c.given.Add(1)
	return due, true
}

// sleepUntil sleeps in the kernel: the runtime's timers are true to a
// millisecond only while it has nothing else to do, and that would be part of each
// latency.
func sleepUntil(ctx context.Context, t time.Time) bool {
	const nap = 20 * time.Millisecond // how late ctx may be noticed
	for {
		if ctx.Err() != nil {
			return false
		}
		left := time.Until(t)
		if left <= 0 {
			return true
		}
		ts := unix.NsecToTimespec(int64(min(left, nap)))
		_ = unix.Nanosleep(&ts, nil) // woken early, the loop sleeps again
	}
}
