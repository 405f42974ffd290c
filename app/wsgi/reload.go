package wsgi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Reload replaces the interpreters by some that go by o: it starts o.Surge at a
// time, and when these are ready they take the places of as many old ones, which
// finish what they have; the next are started when these have ended, so that there
// are never more than o.Surge too many. It returns when the last is replaced, or
// cannot be. When those started first are not ready nothing has changed; when
// later ones are not, those that serve go on, of both generations. The error says
// which. From any goroutine, one after the other; Stop and Kill end it.
func (p *Pool) Reload(o Options) error {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	next := o.checked()
	p.mu.Lock()
	p.crew.goal = next.Interpreters
	p.mu.Unlock()
	defer p.reloaded()
	for replaced := 0; ; {
		goal := p.goal()
		if replaced >= goal {
			p.tellMemory()
			return nil
		}
		n := goal - replaced
		if next.Surge > 0 {
			n = min(n, next.Surge)
		}
		ins, err := p.bootAll(p.life, next, n)
		switch {
		case err == nil:
			replaced += n
			left := p.change(next, ins, replaced)
			if replaced < goal {
				p.awaitEnd(left)
			}
		case replaced > 0 && err != errStopped:
			return fmt.Errorf("%d of %d interpreters are replaced, then one could not be: %w", replaced, goal, err)
		default:
			return err
		}
	}
}

// goal is how many interpreters the reload under way ends with.
func (p *Pool) goal() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crew.goal
}

// change has interpreters of a new generation take the places of old ones, which it
// gives. With them, replaced of the new one have been started.
func (p *Pool) change(next *Options, ins []*interpreter, replaced int) (left []*interpreter) {
	p.mu.Lock()
	p.options = next
	p.crew.want = max(p.crew.want, replaced)
	if replaced >= p.crew.goal {
		p.crew.want = p.crew.goal
	}
	for _, in := range ins {
		if !p.join(in) {
			p.vacate()
		}
	}
	left = p.trim()
	p.settle()
	p.unlock()
	p.feedIdle()
	return left
}

// awaitEnd waits for the end of interpreters that were withdrawn, which comes with
// GracefulTimeout at the latest, or for the pool's.
func (p *Pool) awaitEnd(left []*interpreter) {
	for _, in := range left {
		select {
		case <-in.process.Done():
		case <-p.life.Done():
			return
		}
	}
}

// reloaded ends a reload.
func (p *Pool) reloaded() {
	p.mu.Lock()
	p.crew.goal = 0
	p.settle()
	p.unlock()
	p.endTemplates()
}

// bootAll boots n interpreters at the same time. When one cannot, none is left
// of them.
func (p *Pool) bootAll(ctx context.Context, o *Options, n int) ([]*interpreter, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ins := make([]*interpreter, n)
	var all sync.WaitGroup
	for i := range ins {
		all.Go(func() {
			var err error
			if ins[i], err = p.boot(ctx, o); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	err := context.Cause(ctx)
	if err == nil {
		return ins, nil
	}
	for _, in := range ins {
		if in != nil {
			in.leave()
		}
	}
	return nil, err
}

// Scale changes how many interpreters there are, until the next reload. It does not
// wait: one more is started, one less finishes what it has. From any goroutine.
func (p *Pool) Scale(n int) {
	p.mu.Lock()
	p.crew.want = max(n, 1)
	if p.crew.goal > 0 {
		p.crew.goal = p.crew.want
	}
	p.trim()
	p.settle()
	p.unlock()
}

// Reopen has the interpreters open the error log again, at path, which is what
// Options.Stderr was opened from; whoever is started later has it from there.
func (p *Pool) Reopen(path string) {
	p.mu.Lock()
	p.logs++
	p.logPath = path
	all := slices.Collect(maps.Keys(p.processes))
	p.mu.Unlock()
	for _, in := range all {
		in.reopen(path)
	}
}

// Serving is how many interpreters take requests now. From any goroutine.
func (p *Pool) Serving() int { return int(p.serving.Load()) }

// Slots is how many calls there can be at once when no interpreter is missing.
func (p *Pool) Slots() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crew.want * p.options.Threads
}
