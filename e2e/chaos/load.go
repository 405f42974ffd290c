package chaos

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Options say who asks, and how much.
type Options struct {
	Addr      string        // host:port
	KeepAlive int           // clients that keep their connection
	Thinking  int           // clients that do too, and pause for a hundred times as long
	OneShot   int           // clients that do not
	Pause     time.Duration // of a client between two requests, on average
	Patience  time.Duration // for each connection, and for each answer
	Requests  int64         // no more than so many in all
	Lasting   time.Duration // and none that begins later than this
	Content   int           // bytes of content of each POST; 0: a few, or a few thousand

	// EndWhenRefused has a client leave that is refused: the server has stopped.
	EndWhenRefused bool
}

// Load is clients at work. It is safe for concurrent use.
type Load struct {
	Options
	clients sync.WaitGroup
	stop    chan struct{}
	once    sync.Once
	last    *time.Timer // ends it when it has lasted

	mu      sync.Mutex
	tally   Tally
	begun   int64
	pids    map[int]int64 // answers by process
	changed chan struct{} // closed and replaced after each request
}

// Start begins to ask. Stop ends it.
func Start(o Options) *Load {
	l := &Load{Options: o, stop: make(chan struct{}), pids: map[int]int64{}, changed: make(chan struct{})}
	l.last = time.AfterFunc(o.Lasting, l.end)
	for n := range o.KeepAlive + o.Thinking + o.OneShot {
		// Addresses of their own, so that the ports of closed connections do not run out.
		c := &client{load: l, name: fmt.Sprintf("client %d", n), from: net.IPv4(127, 0, 1, byte(n+1)), keepAlive: true, pause: o.Pause}
		switch {
		case n >= o.KeepAlive+o.Thinking:
			c.name, c.keepAlive = "one-shot "+c.name, false
		case n >= o.KeepAlive:
			c.name, c.pause = "thinking "+c.name, 100*o.Pause
		}
		l.clients.Go(c.run)
	}
	return l
}

func (c *client) run() {
	defer c.drop()
	for {
		number, ok := c.load.begin()
		if !ok {
			return
		}
		o, f := c.ask(newRequest(number, c.load.Content))
		c.load.ended(o, f)
		if o == Refused && c.load.EndWhenRefused {
			return
		}
		pause := time.Duration(rand.Int64N(int64(2*c.pause) + 1))
		if o == Refused {
			pause += 10 * time.Millisecond // instead of a refusal every few microseconds
		}
		select {
		case <-c.load.stop:
			return
		case <-time.After(pause):
		}
	}
}

// begin gives the next request's number; false: there are to be no more.
func (l *Load) begin() (number int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.stop:
		return 0, false
	default:
	}
	if l.begun >= l.Requests {
		return 0, false
	}
	l.begun++
	return l.begun, true
}

func (l *Load) ended(o Outcome, f Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.Counts[o]++
	if o == OK {
		l.tally.Numbers = append(l.tally.Numbers, f.Number)
	} else {
		l.tally.Failures = append(l.tally.Failures, f)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *Load) closedIdle() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tally.ClosedIdle++
}

func (l *Load) answeredBy(pid int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pids[pid]++
}

// Await waits until the condition holds for what became of the requests so far
// and for the number of answers of each process; it is called after each request,
// must keep neither argument and be quick. False: limit has passed without that.
func (l *Load) Await(limit time.Duration, holds func(t *Tally, pids map[int]int64) bool) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		l.mu.Lock()
		ok, changed := holds(&l.tally, l.pids), l.changed
		l.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return false
		}
	}
}

// AwaitOK waits for n more right answers.
func (l *Load) AwaitOK(limit time.Duration, n int64) bool {
	l.mu.Lock()
	want := l.tally.Counts[OK] + n
	l.mu.Unlock()
	return l.Await(limit, func(t *Tally, _ map[int]int64) bool { return t.Counts[OK] >= want })
}

// Pids are the processes that have answered by now.
func (l *Load) Pids() map[int]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.pids)
}

func (l *Load) end() { l.once.Do(func() { close(l.stop) }) }

// Stop lets the requests on their way end, for Patience at most, and gives the
// tally. It may be called again.
func (l *Load) Stop() Tally {
	l.last.Stop()
	l.end()
	return l.Wait()
}

// Wait waits until the clients have ended by themselves: all was asked, or the
// server refuses.
func (l *Load) Wait() Tally {
	l.clients.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tally.Requests() != l.begun {
		panic(fmt.Sprintf("chaos: %d requests begun, %d ended", l.begun, l.tally.Requests()))
	}
	return l.tally
}
