package arbiter

import (
	"syscall"
	"testing"
	"time"
)

func TestSuccessorIsReadyFirst(t *testing.T) {
	w := booted(t, 2)
	w.happens(w.children[0].spent)
	w.wantLog("[100] [INFO] Autorestarting worker: max_requests")
	w.wantChildren(3)
	w.wantSent(w.children[0])
	w.happens(w.children[2].ready)
	w.wantSent(w.children[0], "relieve 30")
	w.happens(exits(w.children[0], 0))
	w.wantChildren(3)
}

func TestOneIsRecycledAtATime(t *testing.T) {
	w := booted(t, 3)
	for _, c := range w.children[:3] {
		w.happens(c.spent, c.spent)
	}
	w.wantChildren(4)
	w.happens(w.children[3].ready)
	w.wantSent(w.children[0], "relieve 30")
	w.wantSent(w.children[1])
	w.wantChildren(5)
	w.happens(w.children[4].ready)
	w.wantSent(w.children[1], "relieve 30")
	w.happens(w.children[5].ready)
	w.wantSent(w.children[2], "relieve 30")
	w.wantChildren(6)
}

func TestSpentOneThatEndsByItself(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.children[0].spent)
	w.wantChildren(2)
	w.happens(exits(w.children[0], 0), w.children[1].ready)
	w.wantChildren(2)
	w.wantSent(w.children[1])
}

func TestSuccessorThatCannotStart(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.children[0].spent)
	w.happens(exits(w.children[1], ExitAppLoad))
	w.wantSent(w.children[0]) // it goes on
	w.wantChildren(3)         // and the next is tried
	w.happens(w.children[2].ready)
	w.wantSent(w.children[0], "relieve 30")
}

func TestSpentDuringReload(t *testing.T) {
	w := booted(t, 1)
	w.happens(w.hup, w.children[0].spent)
	w.wantChildren(2) // it is about to go anyway
	w.happens(exits(w.children[1], ExitAppLoad))
	w.wantChildren(3) // but stays, and so needs a successor
	w.happens(w.children[2].ready)
	w.wantSent(w.children[0], "relieve 30")
}

// beating is a world whose worker has a second to be ready and two to give a sign of life.
func beating(t *testing.T) *world {
	return worldWith(t, Config{
		Processes: 1, GracefulTimeout: 30 * time.Second, BootTimeout: time.Second, HeartbeatTimeout: 2 * time.Second,
	})
}

// idles lets time pass as the loop does: it looks again when something is due.
func (w *world) idles(d time.Duration) func() {
	return func() {
		for end := w.clock.Add(d); w.clock.Before(end); {
			w.clock = w.clock.Add(min(w.manage(), end.Sub(w.clock)))
		}
	}
}

func TestHungWorkerIsAborted(t *testing.T) {
	w := beating(t)
	c := w.children[0]
	w.happens(c.ready)
	for range 5 {
		w.happens(w.idles(time.Second), c.alive)
	}
	w.happens(w.idles(1900 * time.Millisecond))
	if len(c.signals) != 0 {
		t.Fatal("it is aborted too early")
	}
	w.happens(w.idles(200 * time.Millisecond))
	w.wantLog("[CRITICAL] WORKER TIMEOUT (pid:100)")
	if len(c.signals) != 2 || c.signals[0] != syscall.SIGABRT || c.signals[1] != syscall.SIGCONT || c.killed {
		t.Fatalf("signals %v, killed %v", c.signals, c.killed)
	}
	w.happens(w.idles(abortTime))
	if !c.killed {
		t.Error("it is not killed")
	}
	w.wantChildren(1)
	w.happens(exits(c, 2))
	w.wantChildren(2)
}

func TestArbiterThatSleptBlamesNobody(t *testing.T) {
	w := beating(t)
	w.happens(w.children[0].ready, w.passes(time.Minute))
	if len(w.children[0].signals) != 0 {
		t.Error("the worker is aborted")
	}
	w.happens(w.idles(3 * time.Second))
	if len(w.children[0].signals) == 0 {
		t.Error("the worker is never aborted")
	}
}

func TestBootTimeout(t *testing.T) {
	w := beating(t)
	w.happens(w.idles(time.Second))
	if !w.children[0].killed {
		t.Fatal("it is not killed")
	}
	w.wantLog("Worker (pid:100) was not ready within 1s (boot_timeout) and is killed")
	w.happens(exits(w.children[0], -1))
	w.wantEnd(ExitWorkerBoot)
}

func TestBootTimeoutOfAReload(t *testing.T) {
	w := beating(t)
	w.happens(w.children[0].ready)
	w.next = w.cfg
	w.next.HeartbeatTimeout = 0
	w.happens(w.hup, w.idles(time.Second))
	w.happens(exits(w.children[1], -1))
	w.wantLog("Reload failed: a new worker was not ready within 1s (boot_timeout)")
	w.wantSent(w.children[0])
}
