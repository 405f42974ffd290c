package wsgi

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/seed-77b39ca9/srv/app"
)

// Options are the settings of a pool.
type Options struct {
	Python     string // path of the interpreter
	App        string // module:callable
	Chdir      string // importable, and the working directory
	PythonPath string // more importable directories, joined by commas
	Env        []string
	Title      string // for ps
	Software   string // SERVER_SOFTWARE
	ScriptName string // SCRIPT_NAME where no proxy says otherwise
	Stdout     *os.File
	Stderr     *os.File // the error log: sys.stderr and wsgi.errors

	Interpreters int // workers
	Threads      int // slots in each

	Queue             int           // requests that may wait for a slot; more get 503
	QueueTimeout      time.Duration // how long they may wait; 0: no limit
	Timeout           time.Duration // for one call; 0: no limit
	MaxRequests       int           // an interpreter is replaced after so many; 0: never
	MaxRequestsJitter int           // up to so many more, by chance

	Info  func(pid int, line string) // the error log, in an interpreter's name
	Error func(line string)          // the error log
}

// Pool is the WSGI application: interpreters behind one queue. It implements
// app.App and app.Attacher.
type Pool struct {
	Options
	poller    app.Poller
	checkOnly bool

	mu           sync.Mutex
	interpreters map[*interpreter]bool // those that take requests
	processes    map[*interpreter]bool // those that live
	idle         []*slot
	queue        queue
	pace         pace
	stopped      bool
	booted       bool           // all were ready once: who ends is replaced
	starting     int            // processes that are not ready
	failures     int            // in a row
	gone         []app.Exchange // found by pop, to be ended by unlock
	over         bool           // ended is closed
	ended        chan struct{}  // closed when the pool is stopped and the last process has ended

	batches   chan struct{} // wakes the watch
	stop      chan struct{} // ends the watch
	stopWatch sync.Once
	watched   sync.WaitGroup
}

// New makes a pool; Start starts its interpreters.
func New(o Options) *Pool {
	o.Interpreters, o.Threads = max(o.Interpreters, 1), max(o.Threads, 1)
	return &Pool{
		Options: o, interpreters: map[*interpreter]bool{}, processes: map[*interpreter]bool{}, poller: goroutines{},
		ended: make(chan struct{}), stop: make(chan struct{}), batches: make(chan struct{}, 1),
		pace: pace{service: batchTime},
	}
}

// Mode implements app.App.
func (p *Pool) Mode() app.Mode { return app.Deferred }

// Attach implements app.Attacher. Before Start.
func (p *Pool) Attach(poller app.Poller) { p.poller = poller }

// Serve implements app.App.
func (p *Pool) Serve(ex app.Exchange) {
	p.mu.Lock()
	if s := p.takeIdle(); s != nil {
		p.mu.Unlock()
		s.send([]app.Exchange{ex})
		return
	}
	if p.Queue > 0 && p.queue.n >= p.Queue || p.stopped {
		p.mu.Unlock()
		ex.Abort(503, retryAfter)
		return
	}
	p.queue.push(waiting{ex, time.Now()})
	held := len(p.idle) > 0
	p.mu.Unlock()
	if held {
		p.wakeWatch()
	}
}

// takeIdle finds a slot for one request; nil when it had better wait. mu is held.
func (p *Pool) takeIdle() *slot {
	for i := len(p.idle) - 1; i >= 0; i-- {
		s := p.idle[i]
		if s.in.busy > 0 && p.pace.quick() {
			continue
		}
		p.idle = append(p.idle[:i], p.idle[i+1:]...)
		s.in.busy++
		return s
	}
	return nil
}

// retryAfter is what a client is told, in seconds, whom nobody had time for.
const retryAfter = 1

// next gives a slot that has answered all it had, n requests that took so long,
// its next batch, or makes it idle.
func (p *Pool) next(s *slot, n int, took time.Duration) {
	var room [batchMax]app.Exchange
	p.mu.Lock()
	p.pace.learn(n, took)
	s.in.busy--
	if s.in.served += int64(n); s.in.limit > 0 && s.in.served >= s.in.limit {
		p.recycle(s.in)
	}
	if !p.interpreters[s.in] {
		p.mu.Unlock()
		s.retire()
		return
	}
	batch := p.fill(room[:0])
	if len(batch) == 0 {
		p.idle = append(p.idle, s)
	} else {
		s.in.busy++
	}
	p.unlock()
	if len(batch) > 1 {
		p.wakeWatch()
	}
	if len(batch) > 0 {
		s.send(batch)
	}
}

// pop takes the first whose client has not left off the queue; nil when there is
// none. mu is held, and given back by unlock.
func (p *Pool) pop() app.Exchange {
	for p.queue.n > 0 {
		ex := p.queue.pop().ex
		if !ex.Gone() {
			return ex
		}
		p.gone = append(p.gone, ex)
	}
	return nil
}

// unlock unlocks mu and ends the exchanges whose clients pop found to have left.
func (p *Pool) unlock() {
	gone := p.gone
	p.gone = nil
	p.mu.Unlock()
	for _, ex := range gone {
		ex.Abort(app.StatusGone, 0)
	}
}

// wakeWatch has the watch look often for a while.
func (p *Pool) wakeWatch() {
	select {
	case p.batches <- struct{}{}:
	default:
	}
}

// fill takes a slot's share off the queue. mu is held.
func (p *Pool) fill(batch []app.Exchange) []app.Exchange {
	slots := len(p.interpreters)
	if !p.pace.quick() {
		slots *= p.Threads
	}
	content := int64(0)
	for n := p.pace.size(p.queue.n, slots); n > 0 && content < batchContent; n-- {
		ex := p.pop()
		if ex == nil {
			break
		}
		batch = append(batch, ex)
		content += ex.Content().Size
	}
	return batch
}

// requeue puts exchanges that were not begun back where they came from; when
// there is nobody left to take them they are turned away.
func (p *Pool) requeue(exs []app.Exchange) {
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		refuse(exs)
		return
	}
	now := time.Now()
	for i := len(exs) - 1; i >= 0; i-- {
		p.queue.pushFront(waiting{exs[i], now})
	}
	p.mu.Unlock()
	p.feedIdle()
}

// feedIdle gives idle slots what is queued, quick or not: after requeue and join,
// and when the watch finds that it has waited.
func (p *Pool) feedIdle() {
	for {
		s, ex := p.match()
		if ex == nil {
			return
		}
		s.send([]app.Exchange{ex})
	}
}

// match pairs an idle slot with the first in the queue; nil when either is missing.
func (p *Pool) match() (*slot, app.Exchange) {
	p.mu.Lock()
	defer p.unlock()
	if len(p.idle) == 0 {
		return nil, nil
	}
	ex := p.pop()
	if ex == nil {
		return nil, nil
	}
	s := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	s.in.busy++
	return s, ex
}

// turnAway ends what is queued, when there are no interpreters any more.
func (p *Pool) turnAway() {
	var refused []app.Exchange
	p.mu.Lock()
	for ex := p.pop(); ex != nil; ex = p.pop() {
		refused = append(refused, ex)
	}
	p.unlock()
	refuse(refused)
}

func refuse(exs []app.Exchange) {
	for _, ex := range exs {
		ex.Abort(503, retryAfter)
	}
}

func (p *Pool) badHead(ex app.Exchange, err error) {
	p.errorf("Error handling request %s %s: %v", ex.Request().Method(), ex.Request().Target(), err)
	ex.Abort(500, 0)
}

func (p *Pool) errorf(format string, args ...any) { p.Error(fmt.Sprintf(format, args...)) }
