package nethttp

import (
	"sync/atomic"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// waiting counts the exchanges that wait for a call.
type waiting struct{ n atomic.Int64 }

// retryAfter is what a client is told, in seconds, that finds the queue full.
const retryAfter = 1

// enter waits for a call to be free. False: ex has been answered.
func (a *adapter) enter(ex app.Exchange) bool {
	if a.free == nil {
		return true
	}
	select {
	case a.free <- struct{}{}:
		return true
	default:
	}
	if a.waiting.n.Add(1) > int64(a.Queue) && a.Queue > 0 {
		a.waiting.n.Add(-1)
		ex.Abort(503, retryAfter)
		return false
	}
	defer a.waiting.n.Add(-1)
	return a.wait(ex)
}

func (a *adapter) wait(ex app.Exchange) bool {
	var late <-chan time.Time
	if a.QueueTimeout > 0 {
		t := time.NewTimer(a.QueueTimeout)
		defer t.Stop()
		late = t.C
	}
	gone := make(chan struct{})
	ex.OnGone(func() { close(gone) })
	select {
	case a.free <- struct{}{}:
		ex.OnGone(nil)
		return true
	case <-gone:
		ex.Abort(app.StatusGone, 0)
	case <-late:
		ex.Abort(503, retryAfter)
	}
	return false
}

func (a *adapter) leave() {
	if a.free != nil {
		<-a.free
	}
}
