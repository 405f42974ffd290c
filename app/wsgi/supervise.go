package wsgi

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/proc"
)

// The life of the pool's processes: who joins, who leaves. crew.go has who takes
// whose place, reload.go how a generation does.

// ErrApp says that the application cannot be loaded; its traceback is in the
// error log.
var ErrApp = errors.New("the application cannot be loaded")

// errStopped is the end of Pool.life.
var errStopped = errors.New("the server is stopping")

// Start starts all interpreters and returns when they are ready, or with the
// reason why one is not. Then Stop is to be called all the same.
func (p *Pool) Start() error {
	p.watched.Go(p.watch)
	ins, err := p.bootAll(p.life, p.options, p.options.Interpreters)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.crew.booted = true
	for _, in := range ins {
		if !p.join(in) {
			p.vacate()
		}
	}
	p.unlock()
	p.tellMemory()
	return nil
}

// boot starts an interpreter and returns when it can be given requests, or with the
// reason why it cannot; then it is dead, or about to be. The caller has it join,
// or leave.
func (p *Pool) boot(ctx context.Context, o *Options) (*interpreter, error) {
	in, err := p.spawn(o)
	if err != nil {
		return nil, err
	}
	limited, cancel := o.bootContext(ctx)
	defer cancel()
	if err = in.awaitReady(limited); err == nil {
		return in, nil
	}
	if cause := context.Cause(ctx); cause != nil { // nobody wants it any more
		in.quit()
		return nil, cause
	}
	select {
	case <-in.process.Done(): // by itself
	default:
		in.kill(err.Error())
	}
	return nil, fmt.Errorf("worker (pid:%d): %w", in.process.Pid(), err)
}

// bootContext ends when a process that is started now has to be ready.
func (o *Options) bootContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.BootTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, o.BootTimeout, fmt.Errorf("it was not ready within the boot_timeout of %v", o.BootTimeout))
}

// spawn starts one more process, unless the pool is stopped.
func (p *Pool) spawn(o *Options) (*interpreter, error) {
	p.mu.Lock()
	if p.stopped {
		p.mu.Unlock()
		return nil, errStopped
	}
	p.crew.starting++
	logs := p.logs
	p.mu.Unlock()
	in, err := p.start(o)
	p.mu.Lock()
	if err != nil {
		p.crew.starting--
		p.checkEnded()
		p.mu.Unlock()
		return nil, err
	}
	p.processes[in] = true
	stale, path := p.logs != logs, p.logPath
	p.mu.Unlock()
	go in.listen()
	if stale { // reopened meanwhile: it may have been given the old log
		in.reopen(path)
	}
	return in, nil
}

// checkEnded tells Stop when there is nothing left to wait for. mu is held.
func (p *Pool) checkEnded() {
	if p.stopped && len(p.processes) == 0 && p.crew.starting == 0 && !p.over {
		p.over = true
		close(p.ended)
	}
}

// attach has the slots of an interpreter watched; then it can be given requests.
func (p *Pool) attach(in *interpreter) error {
	for _, s := range in.slots {
		if _, err := p.poller.Watch(s.reader, s); err != nil {
			return fmt.Errorf("its socket cannot be watched: %w", err)
		}
		in.open.Add(1)
	}
	return nil
}

// join takes an interpreter that is ready into the pool: its slots are idle. False:
// it has died, or the pool is stopped. mu is held; feedIdle is to be called when
// it is free.
func (p *Pool) join(in *interpreter) bool {
	if !p.processes[in] || p.stopped {
		p.due.leaving = append(p.due.leaving, in)
		return false
	}
	in.joined = true
	p.crew.starting--
	p.interpreters[in] = true
	p.capacity += len(in.slots)
	p.idle = append(p.idle, in.slots...)
	p.serving.Store(int32(len(p.interpreters)))
	return true
}

// dismiss gives an interpreter no more requests. mu is held.
func (p *Pool) dismiss(in *interpreter) {
	if !p.interpreters[in] {
		return
	}
	delete(p.interpreters, in)
	p.capacity -= len(in.slots)
	p.serving.Store(int32(len(p.interpreters)))
	kept := p.idle[:0]
	for _, s := range p.idle {
		if s.in != in {
			kept = append(kept, s)
		}
	}
	p.idle = kept
}

// withdraw dismisses an interpreter, and has unlock end it when it has answered
// what it has. mu is held.
func (p *Pool) withdraw(in *interpreter) {
	p.dismiss(in)
	p.due.leaving = append(p.due.leaving, in)
}

// fall is called when an interpreter is given up: its place is taken at once. That
// its calls hang is no reason for a pause: they took their time. mu is held.
func (p *Pool) fall(in *interpreter) {
	if p.interpreters[in] {
		p.dismiss(in)
		p.settle()
	}
}

// crash is called when an interpreter turns out to be dead. If it was to serve its
// place is empty. mu is held.
func (p *Pool) crash(in *interpreter) {
	if p.interpreters[in] {
		p.dismiss(in)
		p.vacate()
	}
}

// lost is called when a slot is closed; again was in its hands and not begun.
func (p *Pool) lost(s *slot, again []app.Exchange) {
	p.mu.Lock()
	p.crash(s.in)
	p.unlock()
	s.in.slotClosed()
	if len(again) > 0 {
		p.requeue(again)
	}
}

// left is called when a process has ended.
func (p *Pool) left(in *interpreter, exit proc.Exit) {
	in.logExit(exit)
	p.mu.Lock()
	delete(p.processes, in)
	p.crash(in)
	if !in.joined {
		p.crew.starting--
	}
	p.checkEnded()
	p.unlock()
	p.endTemplates()
}
