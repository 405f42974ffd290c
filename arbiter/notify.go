package arbiter

import (
	"fmt"
	"os"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// notifier tells the service manager how the server is doing, by sd_notify(3). It looks at the
// arbiter each time that this has done something, and says what has changed.
type notifier struct {
	said   string        // the last state
	anew   bool          // a HUP came: whoever sent it waits to hear that a reload has begun since
	beat   time.Duration // between two signs of life; 0: none are wanted
	beatAt time.Time     // the next one
}

// The states. RELOADING wants the time, which tells whose HUP it was.
const (
	stateStarting  = "STATUS=Starting"
	stateServing   = "READY=1\nSTATUS=Serving"
	stateReloading = "RELOADING=1\nSTATUS=Reloading"
	stateStopping  = "STOPPING=1\nSTATUS=Stopping"
)

// notify is called after whatever has happened. It returns how long until the next sign of
// life is due.
func (a *Arbiter) notify(now time.Time) time.Duration {
	n := &a.notifier
	if state := a.state(); state != n.said || n.anew && state == stateReloading {
		n.said = state
		if state == stateReloading {
			state += "\n" + daemon.SdNotifyMonotonicUsec()
		}
		a.system.notify(state)
	}
	n.anew = false
	if n.beat == 0 {
		return idle
	}
	if !now.Before(n.beatAt) {
		a.system.notify(daemon.SdNotifyWatchdog)
		n.beatAt = now.Add(n.beat)
	}
	return n.beatAt.Sub(now)
}

// state is what the service manager should know. As long as two arbiters run it hears but
// one: the old one, which at its end names the new one as the service's main
// process, while it still is that itself and is believed.
func (a *Arbiter) state() string {
	switch {
	case a.parent != 0:
		return ""
	case a.stop != running && a.successor != nil:
		return fmt.Sprintf("MAINPID=%d", a.successor.pid)
	case a.stop != running:
		return stateStopping
	case a.reloading():
		return stateReloading
	case a.serving != nil && a.serving.booted:
		return stateServing
	}
	return stateStarting
}

func (a *Arbiter) reloading() bool { return a.loading || a.coming != nil || a.renewing != nil }

// watchdogInterval is how often to give a sign of life: twice in the time after which the
// service manager would take this process for hung.
func watchdogInterval() time.Duration {
	limit, _ := daemon.SdWatchdogEnabled(false)
	return limit / 2
}

// startNotifying opens the way to the service manager; it returns how to close it.
func (a *Arbiter) startNotifying() (flush func()) {
	a.notifier.beat = watchdogInterval()
	a.system.notify, flush = messenger()
	return flush
}

// messenger sends to the service manager, from a goroutine of its own: one that does not listen
// just now must not hold the arbiter up. What finds no room is dropped. flush waits
// a moment for what is still to be sent, and ends the goroutine.
func messenger() (send func(state string), flush func()) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return func(string) {}, func() {}
	}
	queue, done := make(chan string, 16), make(chan struct{})
	go func() {
		defer close(done)
		for state := range queue {
			daemon.SdNotify(false, state)
		}
	}()
	send = func(state string) {
		select {
		case queue <- state:
		default:
		}
	}
	flush = func() {
		close(queue)
		select {
		case <-done:
		case <-time.After(flushTimeout):
		}
	}
	return send, flush
}

const flushTimeout = time.Second
