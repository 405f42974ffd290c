package wsgi

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-77b39ca9/srv/internal/restart"
)

// crew is how many interpreters there are to be, and who is on the way. Pool.mu
// guards it.
type crew struct {
	want       int  // so many are to take requests
	goal       int  // so many when the reload under way is done; 0: none is
	booted     bool // all were ready once: from now on who is missing is replaced
	starting   int  // processes that have not joined yet
	replacing  int  // tasks that start one for who is missing
	succeeding bool // a task starts the successor of a spent one

	deaths    restart.History
	pauses    []time.Time // until when the places of some that died stay empty
	succeedAt time.Time   // no successor is started before
	alarm     *time.Timer // settles when a pause is over; nil: none is set
}

// down says whether nobody serves and nobody is about to: it makes no sense to wait.
func (p *Pool) down() bool {
	c := &p.crew
	return c.booted && len(p.interpreters) == 0 && c.replacing == 0 && c.goal == 0 && !c.succeeding
}

// settle starts who is missing, but for those whose pause is not over, and the
// successor of a spent one. It is called whenever something of this has changed;
// mu is held.
func (p *Pool) settle() {
	c := &p.crew
	if !c.booted || p.stopped {
		return
	}
	now := time.Now()
	missing := max(c.want-len(p.interpreters)-c.replacing, 0)
	c.endPauses(now, missing)
	for range missing - len(c.pauses) {
		c.replacing++
		p.tasks.Go(p.replace)
	}
	if c.goal == 0 && !c.succeeding && !now.Before(c.succeedAt) && p.hasSpent() {
		c.succeeding = true
		p.tasks.Go(p.succeed)
	}
	if p.down() {
		p.turnAway()
	}
	p.setAlarm(now)
}

// endPauses forgets the pauses that are over, and those of places that nobody is
// to take any more.
func (c *crew) endPauses(now time.Time, missing int) {
	kept := c.pauses[:0]
	for _, until := range c.pauses {
		if until.After(now) && len(kept) < missing {
			kept = append(kept, until)
		}
	}
	c.pauses = kept
}

// setAlarm has settle called when the next pause is over. mu is held.
func (p *Pool) setAlarm(now time.Time) {
	c := &p.crew
	if c.alarm != nil {
		c.alarm.Stop()
		c.alarm = nil
	}
	next := c.nextStart()
	if c.succeedAt.After(now) && p.hasSpent() && (next.IsZero() || c.succeedAt.Before(next)) {
		next = c.succeedAt
	}
	if !next.IsZero() {
		c.alarm = time.AfterFunc(next.Sub(now), p.settleLater)
	}
}

func (p *Pool) settleLater() {
	p.mu.Lock()
	p.settle()
	p.unlock()
}

// nextStart is when the first pause is over; zero: there is none.
func (c *crew) nextStart() (next time.Time) {
	for _, until := range c.pauses {
		if next.IsZero() || until.Before(next) {
			next = until
		}
	}
	return next
}

// retryAfter is what a client is told that is turned away, in seconds: when
// somebody may be there again, as far as that is known.
func (c *crew) retryAfter() int {
	next := c.nextStart()
	if next.IsZero() {
		return retryAfter
	}
	return max(retryAfter, int(math.Ceil(time.Until(next).Seconds())))
}

// died is called for each interpreter that has died, or could not boot. It gives
// the pause before another is started. mu is held.
func (p *Pool) died() time.Duration {
	now := time.Now()
	pause, limited := p.crew.deaths.Died(p.options.Restarts, now)
	if limited {
		p.due.alarms = append(p.due.alarms, fmt.Sprintf("Workers die too often: restart_limit (%d within %v) is reached, the next is replaced in %v",
			p.options.Restarts.Limit, p.options.Restarts.Window, pause.Round(time.Millisecond)))
	}
	return pause
}

// vacate counts a death that left a place empty, and has it taken. mu is held.
func (p *Pool) vacate() {
	p.crew.pauses = append(p.crew.pauses, time.Now().Add(p.died()))
	p.settle()
}

// replace starts one for who is missing. It is a task.
func (p *Pool) replace() {
	in, err := p.boot(p.life, p.newest())
	p.mu.Lock()
	p.crew.replacing--
	p.arrive(in, err, p.vacate)
}

// succeed starts the successor of one that is spent, which serves meanwhile. It
// is a task.
func (p *Pool) succeed() {
	in, err := p.boot(p.life, p.newest())
	p.mu.Lock()
	p.crew.succeeding = false
	p.arrive(in, err, func() {
		p.crew.succeedAt = time.Now().Add(p.died())
		p.settle()
	})
}

// arrive takes in whom a task has started, or calls failed when that was in vain.
// mu is held, and given back.
func (p *Pool) arrive(in *interpreter, err error, failed func()) {
	switch {
	case err == errStopped:
	case err != nil:
		failed()
	case in.options != p.options: // a reload was faster
		p.due.leaving = append(p.due.leaving, in)
		p.settle()
	case !p.join(in):
		failed()
	default:
		p.trim()
		p.settle()
	}
	p.unlock()
	p.feedIdle()
	if err != nil && err != errStopped {
		p.errorf("Worker failed to boot: %v", err)
	}
}

// newest are the options that interpreters are started with.
func (p *Pool) newest() *Options {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.options
}

// trim withdraws those that are too many. mu is held.
func (p *Pool) trim() (withdrawn []*interpreter) {
	for len(p.interpreters) > p.crew.want {
		in := p.mostDispensable()
		p.withdraw(in)
		withdrawn = append(withdrawn, in)
	}
	return withdrawn
}

// mostDispensable is the interpreter that can best be done without. mu is held.
func (p *Pool) mostDispensable() (most *interpreter) {
	for in := range p.interpreters {
		if most == nil || p.compare(in, most) > 0 {
			most = in
		}
	}
	return most
}

// compare orders interpreters by how dispensable they are: those of an older
// generation first, then spent ones, then idle ones, then the youngest. mu is held.
func (p *Pool) compare(a, b *interpreter) int {
	if older := rank(a.options != p.options) - rank(b.options != p.options); older != 0 {
		return older
	}
	if spent := rank(a.spent != "") - rank(b.spent != ""); spent != 0 {
		return spent
	}
	if busy := b.busy - a.busy; busy != 0 {
		return busy
	}
	return a.born.Compare(b.born)
}

func rank(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
