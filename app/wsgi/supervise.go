package wsgi

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-77b39ca9/srv/app"
	"github.com/seed-77b39ca9/srv/internal/proc"
)

// The life of the pool's processes: who joins, who leaves, who takes whose place.

// ErrApp says that the application cannot be loaded; its traceback is in the
// error log.
var ErrApp = errors.New("the application cannot be loaded")

// Start starts all interpreters and returns when they are ready, or with the
// reason why one is not.
func (p *Pool) Start() error {
	started := make([]*interpreter, 0, p.Interpreters)
	for range p.Interpreters {
		in, err := p.spawn()
		if err != nil {
			return err
		}
		started = append(started, in)
	}
	for _, in := range started {
		select {
		case <-in.ready:
		case <-in.process.Done():
			return in.failure()
		}
	}
	p.mu.Lock()
	p.booted = true
	p.mu.Unlock()
	p.watched.Go(p.watch)
	return nil
}

// spawn starts one more process, unless the pool is stopped.
func (p *Pool) spawn() (*interpreter, error) {
	p.mu.Lock()
	if p.stopped {
		p.mu.Unlock()
		return nil, errStopped
	}
	p.starting++
	p.mu.Unlock()
	in, err := p.start()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.starting--
		p.checkEnded()
		return nil, err
	}
	p.processes[in] = true
	go in.listen()
	if p.stopped { // meanwhile
		in.retired.Store(true)
		in.process.Kill()
	}
	return in, nil
}

var errStopped = errors.New("the server is stopping")

// checkEnded tells Stop when there is nothing left to wait for. mu is held.
func (p *Pool) checkEnded() {
	if p.stopped && len(p.processes) == 0 && p.starting == 0 && !p.over {
		p.over = true
		close(p.ended)
	}
}

// join takes an interpreter that is ready into the pool: its slots are idle.
func (p *Pool) join(in *interpreter) {
	for _, s := range in.slots {
		if _, err := p.poller.Watch(s.reader, s); err != nil {
			in.kill(fmt.Sprintf("its socket cannot be watched: %v", err))
			return
		}
		in.open.Add(1)
	}
	p.mu.Lock()
	in.joined = true
	p.starting--
	p.failures = 0
	p.interpreters[in] = true
	p.idle = append(p.idle, in.slots...)
	stopped := p.stopped
	p.mu.Unlock()
	if stopped {
		p.withdraw(in)
		return
	}
	p.feedIdle()
}

// withdraw takes an interpreter's slots out of the pool and ends it when they
// have answered what they have.
func (p *Pool) withdraw(in *interpreter) {
	p.mu.Lock()
	delete(p.interpreters, in)
	p.dropIdle(in)
	p.mu.Unlock()
	in.retire()
}

// dropIdle removes an interpreter's slots from the idle ones. mu is held.
func (p *Pool) dropIdle(in *interpreter) {
	kept := p.idle[:0]
	for _, s := range p.idle {
		if s.in != in {
			kept = append(kept, s)
		}
	}
	p.idle = kept
}

// recycle has an interpreter replaced that has served enough, when its
// successor is ready. mu is held.
func (p *Pool) recycle(in *interpreter) {
	if in.recycling || p.stopped {
		return
	}
	in.recycling = true
	go func() {
		next, err := p.spawn()
		switch {
		case err == errStopped:
			return
		case err != nil:
			p.errorf("Replacing worker (pid:%d): %v", in.process.Pid(), err)
			return
		}
		select {
		case <-next.ready:
			in.infof("Autorestarting worker after current request; pid %d takes over", next.process.Pid())
			p.withdraw(in)
		case <-next.process.Done():
		}
	}()
}

// requestLimit is max_requests with its jitter.
func (p *Pool) requestLimit() int64 {
	if p.MaxRequests <= 0 {
		return 0
	}
	return int64(p.MaxRequests + rand.IntN(max(p.MaxRequestsJitter, 0)+1))
}

// lost is called when a slot is closed; again was in its hands and not begun.
func (p *Pool) lost(s *slot, again []app.Exchange) {
	p.mu.Lock()
	delete(p.interpreters, s.in)
	p.dropIdle(s.in)
	p.mu.Unlock()
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
	delete(p.interpreters, in)
	p.dropIdle(in)
	if !in.joined {
		p.starting--
	}
	p.checkEnded()
	p.mu.Unlock()
	p.replace(in.joined)
}

// replace starts a process for one that has ended; with growing pauses when they
// end before they are ready.
func (p *Pool) replace(wasReady bool) {
	p.mu.Lock()
	if !p.booted || p.stopped || len(p.interpreters)+p.starting >= p.Interpreters {
		p.mu.Unlock()
		return
	}
	pause := time.Duration(0)
	if !wasReady {
		p.failures++
		pause = min(time.Second<<min(p.failures-1, 5), maxPause)
	}
	p.mu.Unlock()
	time.AfterFunc(pause, func() {
		if _, err := p.spawn(); err != nil && err != errStopped {
			p.errorf("Booting worker: %v", err)
			p.replace(false)
		}
	})
}

const maxPause = 30 * time.Second

// Stop ends the interpreters: those with calls under way when these are answered,
// or killed when grace has passed; then who still waits for a slot is turned away.
// It returns when all have ended. It may be called again.
func (p *Pool) Stop(grace time.Duration) {
	for _, in := range p.close() {
		p.withdraw(in)
	}
	select {
	case <-p.ended:
	case <-time.After(grace):
		p.Kill()
		<-p.ended
	}
	p.stopWatch.Do(func() { close(p.stop) })
	p.watched.Wait()
	p.turnAway()
}

// Kill ends the interpreters at once, whatever they are doing; Stop follows.
func (p *Pool) Kill() {
	for _, in := range p.close() {
		in.retired.Store(true)
		in.process.Kill()
	}
}

// close has no more processes started, and lists those that live.
func (p *Pool) close() []*interpreter {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.checkEnded()
	all := make([]*interpreter, 0, len(p.processes))
	for in := range p.processes {
		all = append(all, in)
	}
	return all
}
