package wsgi

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/restart"
)

// Options are the settings of a generation of interpreters: of all that live
// between two reloads.
type Options struct {
	Python        string // path of the interpreter
	App           string // module:callable
	Chdir         string // importable, and the working directory
	PythonPath    string // more importable directories, joined by commas
	Env           []string
	Title         string // for ps
	Preload       bool   // interpreters are forked from a template that has loaded the application
	TemplateTitle string // for ps
	Software      string // SERVER_SOFTWARE
	ScriptName    string // SCRIPT_NAME where no proxy says otherwise
	Stdout        *os.File
	Stderr        *os.File // the error log: sys.stderr and wsgi.errors

	Interpreters int // workers
	Threads      int // slots in each

	Queue           int           // requests that may wait for a slot; more get 503
	QueueTimeout    time.Duration // how long they may wait; 0: no limit
	Timeout         time.Duration // for one call; 0: no limit
	GracefulTimeout time.Duration // for the calls of an interpreter that makes room for another; 0: no limit

	BootTimeout time.Duration // from the start of a process until it is ready; 0: no limit
	ReadyPath   string        // it is ready when it has answered this; "": when the application is loaded
	Surge       int           // how many a reload starts at a time; 0: all

	// An interpreter is replaced that has reached one of these; 0: never.
	MaxRequests       int
	MaxRequestsJitter int           // up to so many requests more, by chance
	MaxMemory         int64         // resident bytes
	MaxLifetime       time.Duration // and up to a tenth more, by chance

	Restarts restart.Policy // how soon one that has died is replaced

	// Files is told which files the application is made of, again when there are
	// more; also when it cannot be loaded. From any goroutine. nil: nobody wants to know.
	Files func(paths []string)

	// The error log: in an interpreter's name, and by level. A reload does not change it.
	Info     func(pid int, line string)
	Error    func(line string)
	Critical func(line string) // nil: Error
}

// Pool is the WSGI application: interpreters behind one queue. It implements
// app.App and app.Attacher.
type Pool struct {
	info      func(pid int, line string)
	error     func(line string)
	critical  func(line string)
	poller    app.Poller
	checkOnly bool

	life    context.Context // of what starts processes: it ends when the pool is stopped
	endLife context.CancelCauseFunc
	tasks   sync.WaitGroup // goroutines that replace interpreters, and end with life
	serving atomic.Int32   // len(interpreters)

	mu           sync.Mutex
	options      *Options              // the newest that booted; what is behind the pointer never changes
	interpreters map[*interpreter]bool // those that take requests
	processes    map[*interpreter]bool // those that live
	idle         []*slot
	capacity     int // slots of those that take requests
	queue        queue
	pace         pace
	stopped      bool
	over         bool          // ended is closed
	ended        chan struct{} // closed when the pool is stopped and the last process has ended
	crew         crew          // who is to join and to leave
	logs         int           // how often they were reopened
	logPath      string        // as of then
	due          duties        // what unlock has to do
	templates    map[*Options]*template
	reaping      func() // stops the reaping of orphans; nil: there was no template

	reloading sync.Mutex    // held by Reload
	batches   chan struct{} // wakes the watch
	stop      chan struct{} // ends the watch
	stopWatch sync.Once
	watched   sync.WaitGroup
}

// duties are what was decided under mu and has to be done without it.
type duties struct {
	gone    []app.Exchange // the client has left
	refused []app.Exchange // there is nobody to wait for
	leaving []*interpreter // withdrawn: they finish what they have
	alarms  []string       // for the error log
}

// New makes a pool; Start starts its interpreters.
func New(o Options) *Pool {
	p := &Pool{
		info: o.Info, error: o.Error, critical: o.Critical, options: o.checked(),
		templates:    map[*Options]*template{},
		interpreters: map[*interpreter]bool{}, processes: map[*interpreter]bool{}, poller: goroutines{},
		ended: make(chan struct{}), stop: make(chan struct{}), batches: make(chan struct{}, 1),
		pace: pace{service: batchTime},
	}
	p.life, p.endLife = context.WithCancelCause(context.Background())
	if p.critical == nil {
		p.critical = p.error
	}
	p.crew.want = p.options.Interpreters
	return p
}

// checked gives a copy that the pool keeps.
func (o Options) checked() *Options {
	o.Interpreters, o.Threads = max(o.Interpreters, 1), max(o.Threads, 1)
	return &o
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
	if p.full() {
		again := p.crew.retryAfter()
		p.mu.Unlock()
		ex.Abort(503, again)
		return
	}
	p.queue.push(waiting{ex, time.Now()})
	held := len(p.idle) > 0
	p.mu.Unlock()
	if held {
		p.wakeWatch()
	}
}

// full says whether a request had better not wait: there are too many already, or
// nobody serves and nobody is about to. mu is held.
func (p *Pool) full() bool {
	return p.options.Queue > 0 && p.queue.n >= p.options.Queue || p.stopped || p.down()
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

// next gives a slot that has answered all it had, n requests that took so long,
// its next batch, or makes it idle.
func (p *Pool) next(s *slot, n int, took time.Duration) {
	var room [batchMax]app.Exchange
	p.mu.Lock()
	if !s.in.joined {
		p.mu.Unlock()
		close(s.in.asked) // it was asked ReadyPath, once
		return
	}
	p.pace.learn(n, took)
	s.in.busy--
	if s.in.served += int64(n); s.in.limit > 0 && s.in.served >= s.in.limit {
		p.spend(s.in, "it has served max_requests")
	}
	if !p.interpreters[s.in] {
		p.unlock()
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
		p.due.gone = append(p.due.gone, ex)
	}
	return nil
}

// unlock unlocks mu and does what is due.
func (p *Pool) unlock() {
	due := p.due
	if len(due.gone)+len(due.refused)+len(due.leaving)+len(due.alarms) == 0 {
		p.mu.Unlock()
		return
	}
	p.due = duties{}
	again := p.crew.retryAfter()
	p.mu.Unlock()
	for _, ex := range due.gone {
		ex.Abort(app.StatusGone, 0)
	}
	refuse(due.refused, again)
	for _, in := range due.leaving {
		in.leave()
	}
	for _, line := range due.alarms {
		p.critical(line)
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
		slots = p.capacity
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
		refuse(exs, retryAfter)
		return
	}
	now := time.Now()
	for i := len(exs) - 1; i >= 0; i-- {
		p.queue.pushFront(waiting{exs[i], now})
	}
	if p.down() {
		p.turnAway()
	}
	p.unlock()
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

// turnAway has what is queued refused by unlock. mu is held.
func (p *Pool) turnAway() {
	for ex := p.pop(); ex != nil; ex = p.pop() {
		p.due.refused = append(p.due.refused, ex)
	}
}

// retryAfter is what a client is told, in seconds, whom nobody had time for.
const retryAfter = 1

func refuse(exs []app.Exchange, again int) {
	for _, ex := range exs {
		ex.Abort(503, again)
	}
}

func (p *Pool) badHead(ex app.Exchange, err error) {
	p.errorf("Error handling request %s %s: %v", ex.Request().Method(), ex.Request().Target(), err)
	ex.Abort(500, 0)
}

func (p *Pool) errorf(format string, args ...any) { p.error(fmt.Sprintf(format, args...)) }
