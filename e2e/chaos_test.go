package e2e

import (
	"flag"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/seed-77b39ca9/srv/e2e/chaos"
)

var chaosLong = flag.Bool("chaos.long", false, "TestChaos breaks things long and often, in every worker class")

// scenario is what is done to a server under load, and what its clients may see of it.
type scenario struct {
	name    string
	kinds   []kind                                   // nil: goHandler and onCPython
	args    []string                                 // of the server, besides --workers=2
	load    func(*chaos.Options)                     // nil: the load that all have
	prepare func(t *testing.T, sp *spec, dir string) // nil: nothing; before the server starts
	act     func(r *trial, times int)
	short   int // times, in `make test`
	long    int // times, in `make chaos`
	allowed []allowance
	ends    bool // act ends the server: each time is another one
}

var goAndWSGI = []kind{goHandler, onCPython}

// scenarios are the table that docs/chaos.md tells of.
var scenarios = []scenario{
	{name: "quiet", act: (*trial).wait, short: 2, long: 20},
	{name: "HUP", act: (*trial).hups, short: 5, long: 200},
	{name: "HUP to a broken app and back", act: (*trial).breakAndMend, short: 2, long: 20},
	{name: "max_requests", args: []string{"--max-requests=40", "--max-requests-jitter=20"},
		act: (*trial).meetNewProcesses, short: 6, long: 200},
	{name: "TERM", load: crowd, act: (*trial).term, short: 1, long: 20, ends: true,
		allowed: []allowance{{chaos.Refused, afterTheStop}}},
	{name: "TERM during HUP", load: crowd, act: (*trial).termDuringHUP, short: 1, long: 20, ends: true,
		allowed: []allowance{{chaos.Refused, afterTheStop}}},
	{name: "SIGKILL of an interpreter", kinds: justC, args: withoutBackoff,
		act: every(200*time.Millisecond, (*trial).killInterpreter), short: 8, long: 300,
		allowed: killedInterpreter},
	{name: "SIGKILL of every interpreter", kinds: justC, args: withoutBackoff,
		act: every(time.Second, (*trial).killInterpreters), short: 2, long: 30,
		allowed: slices.Concat(killedInterpreter, []allowance{{chaos.Unavailable, unserved}})},
	{name: "SIGKILL of a worker process", args: withoutBackoff,
		act: every(2*time.Second, (*trial).killWorker), short: 2, long: 30,
		allowed: []allowance{{chaos.Reset, onItsConnection}, {chaos.Cut, onItsConnection}}},
	// With more clients than slots, or the one that is stopped may be idle, and stay so unnoticed.
	{name: "SIGSTOP of an interpreter, for good", kinds: justC, load: crowd, args: []string{"--timeout=2"},
		act: (*trial).hangInterpreter, short: 1, long: 10,
		allowed: []allowance{{chaos.GatewayTimeout, inItsHands}, {chaos.Cut, inItsHands}}},
	{name: "SIGSTOP of an interpreter, for a moment", kinds: justC,
		act: every(400*time.Millisecond, (*trial).pauseInterpreter), short: 4, long: 50},
	{name: "disk full", prepare: onSmallDisk, load: largeContent,
		act: (*trial).fillDisk, short: 1, long: 5,
		allowed: []allowance{{chaos.Unavailable, needsTheDisk}}},
	{name: "out of descriptors", act: (*trial).exhaustDescriptors, short: 1, long: 10},
	{name: "SIGSTOP of a worker process, for good", args: append([]string{"--heartbeat-timeout=2"}, withoutBackoff...),
		act: (*trial).hangWorker, short: 1, long: 10,
		allowed: []allowance{{chaos.Reset, onItsConnection}, {chaos.Cut, onItsConnection}}},
	{name: "TTIN and TTOU", act: (*trial).scale, short: 3, long: 50},
	{name: "USR2, completed", prepare: withPidfile, act: (*trial).upgrade, short: 1, long: 10},
	{name: "USR2, rolled back", prepare: withPidfile, act: (*trial).upgradeAndBack, short: 1, long: 10},
}

// killedInterpreter: what it had begun gets 502, or is cut if the response had begun too.
var killedInterpreter = []allowance{{chaos.BadGateway, inItsHands}, {chaos.Cut, inItsHands}}

// withoutBackoff is for scenarios that kill more often than any server should restart.
var withoutBackoff = []string{"--restart-limit=0", "--restart-delay=0.1", "--restart-delay-max=0.1"}

// TestChaos breaks things under load. The long form runs every scenario in every
// worker class; the short one goes round the classes from one to the next.
func TestChaos(t *testing.T) {
	t.Parallel()
	for n, sc := range scenarios {
		kinds := sc.kinds
		if kinds == nil {
			kinds = goAndWSGI
		}
		for m, k := range kinds {
			chosen := classes
			if !*chaosLong {
				chosen = classes[(n+2*m)%len(classes):][:1]
			}
			for _, class := range chosen {
				t.Run(sc.name+"/"+class+"/"+string(k), func(t *testing.T) {
					t.Parallel()
					sc.perform(t, target{class, k})
				})
			}
		}
	}
}

func (sc *scenario) perform(t *testing.T, g target) {
	times := sc.short
	if *chaosLong {
		times = sc.long
	}
	if !sc.ends {
		sc.run(t, g, times)
		return
	}
	for range times {
		sc.run(t, g, 1)
	}
}

// crowd is more clients than a server has slots: some are always in a queue.
func crowd(o *chaos.Options) { o.KeepAlive, o.OneShot = 20, 20 }

// run lets the scenario happen and judges what the clients saw.
func (sc *scenario) run(t *testing.T, g target, times int) {
	r := begin(t, sc, g)
	before := r.strength()
	r.startLoad()
	r.served(100)
	sc.act(r, times)
	if sc.ends {
		r.judge(r.load.Wait())
		if code := r.s.wait(); code != 0 {
			t.Errorf("exit code %d after TERM, want 0", code)
		}
	} else {
		r.served(100)
		r.judge(r.load.Stop())
		r.recovers(before)
		r.stop()
	}
	r.leavesNobody()
}

// every makes of a blow a series of them, so far apart, with load all the time.
func every(pause time.Duration, blow func(*trial)) func(*trial, int) {
	return func(r *trial, times int) {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for range times {
			<-tick.C
			blow(r)
		}
	}
}

// wait lets the load go on.
func (r *trial) wait(times int) {
	for range times {
		r.served(100)
	}
}

// hups reloads again and again. Now and then several come at once, which are to
// end on the newest code like one.
func (r *trial) hups(times int) {
	for n := range times {
		r.reload(1 + 2*(n%4/3))
	}
}

func (r *trial) breakAndMend(times int) {
	for range times {
		failed := r.s.log.count(`Reload failed`)
		r.break_()
		r.signal(syscall.SIGHUP)
		r.s.log.awaitN(r.t, `Reload failed`, failed+1)
		r.served(50)
		r.mend()
		r.reload(1)
	}
}

// meetNewProcesses waits until so many have taken the place of others.
func (r *trial) meetNewProcesses(times int) {
	for range times {
		r.newProcessServes(r.load.Pids())
	}
}

func (r *trial) term(int) {
	r.told = time.Now()
	r.signal(syscall.SIGTERM)
}

func (r *trial) termDuringHUP(int) {
	r.signal(syscall.SIGHUP)
	r.s.log.await(r.t, `Handling signal: hup`)
	r.term(1)
}

// killInterpreter never kills the only one that serves.
func (r *trial) killInterpreter() {
	victim := r.oneOf(r.interpreters())
	r.anotherServes(victim)
	r.kill(victim, syscall.SIGKILL)
}

func (r *trial) killInterpreters() {
	for _, victim := range r.interpreters() {
		r.kill(victim, syscall.SIGKILL)
	}
}

func (r *trial) killWorker() { r.kill(r.oneOf(r.workers()), syscall.SIGKILL) }

// hangInterpreter stops an interpreter in the middle of what it is doing. As soon
// as that is found out, it goes on, with its late answers: a client has been told that
// it took too long, or, if nothing was begun yet, another interpreter was given it.
func (r *trial) hangInterpreter(times int) {
	for range times {
		victim := r.oneOf(r.serving()) // one that only boots would keep no client waiting
		before := r.seen(chaos.GatewayTimeout)
		r.kill(victim, syscall.SIGSTOP)
		eventually(r.t, fmt.Sprintf("the hanging interpreter %d is found out", victim.pid), func() bool {
			return r.seen(chaos.GatewayTimeout) > before ||
				r.s.log.count(fmt.Sprintf(`WORKER TIMEOUT \(pid:%d\)`, victim.pid)) > 0
		})
		syscall.Kill(victim.pid, syscall.SIGCONT)
		r.isGone(victim)
		r.served(50)
	}
}

func (r *trial) pauseInterpreter() {
	victim := r.oneOf(r.interpreters())
	syscall.Kill(victim.pid, syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond) // the length of the pause; nothing is awaited
	syscall.Kill(victim.pid, syscall.SIGCONT)
}
