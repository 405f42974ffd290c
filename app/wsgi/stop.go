package wsgi

import "time"

// Stop ends the interpreters: those with calls under way when these are answered,
// or killed when grace has passed; then who still waits for a slot is turned away.
// It returns when all have ended. It may be called again.
func (p *Pool) Stop(grace time.Duration) {
	p.close()
	select {
	case <-p.ended:
	case <-time.After(grace):
		p.Kill()
		<-p.ended
	}
	p.tasks.Wait()
	p.endTemplates()
	p.stopReaping()
	p.stopWatch.Do(func() { close(p.stop) })
	p.watched.Wait()
	p.mu.Lock()
	p.turnAway()
	p.unlock()
}

// Kill ends the interpreters at once, whatever they are doing; Stop follows.
func (p *Pool) Kill() {
	p.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for in := range p.processes {
		in.quit()
	}
}

// close has no more processes started, and withdraws those that serve. Those that
// are not ready are ended by the end of life.
func (p *Pool) close() {
	p.endLife(errStopped)
	p.mu.Lock()
	p.stopped = true
	if p.crew.alarm != nil {
		p.crew.alarm.Stop()
	}
	for in := range p.interpreters {
		p.withdraw(in)
	}
	p.checkEnded()
	p.unlock()
}
