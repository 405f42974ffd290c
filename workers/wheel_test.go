package workers

import (
	"testing"
	"time"
)

// at is a moment of a wheel's own time, a little after the tick's beginning.
func at(w *wheel, tick int64) time.Time {
	return w.epoch.Add(time.Duration(tick)*wheelTick + wheelTick/2)
}

// testWheel makes a core whose clock only the test moves.
func testWheel() *Core {
	c := &Core{Options: Options{Stats: new(Stats)}}
	c.wheel.init(time.Unix(1000, 0))
	return c
}

func (c *Core) testConn(after time.Duration) (*Conn, *sink) {
	tr := new(sink)
	conn := &Conn{core: c, tr: tr}
	conn.deadline.Store(c.wheel.after(after))
	c.wheel.add(conn)
	return conn, tr
}

// TestWheelDeadlines: nothing expires before its time, everything at its time,
// once, whether it is a tick away or several turns of the wheel.
func TestWheelDeadlines(t *testing.T) {
	c := testWheel()
	for _, ticks := range []int64{1, 2, 10, wheelSlots - 1, wheelSlots, wheelSlots + 1, 3*wheelSlots + 7} {
		start := c.wheel.now.Load()
		conn, tr := c.testConn(time.Duration(ticks) * wheelTick)
		for tick := start + 1; tick <= start+ticks; tick++ {
			if c.wheel.advance(at(&c.wheel, tick)); tr.closed > 0 {
				t.Fatalf("%d ticks: closed after %d", ticks, tick-start)
			}
		}
		for i := range int64(3) {
			c.wheel.advance(at(&c.wheel, start+ticks+1+i))
		}
		if tr.closed != 1 {
			t.Errorf("%d ticks: closed %d times", ticks, tr.closed)
		}
		c.wheel.remove(conn)
	}
}

// TestWheelMoves: a deadline that moved is the one that counts, to both sides.
func TestWheelMoves(t *testing.T) {
	c := testWheel()
	later, laterTr := c.testConn(2 * wheelTick)
	sooner, soonerTr := c.testConn(100 * wheelTick)
	later.setDeadline(50 * wheelTick)
	sooner.setDeadline(3 * wheelTick)
	c.wheel.advance(at(&c.wheel, 10))
	if laterTr.closed != 0 || soonerTr.closed != 1 {
		t.Errorf("after 10 ticks: later closed %d times, sooner %d", laterTr.closed, soonerTr.closed)
	}
	c.wheel.advance(at(&c.wheel, 60))
	if laterTr.closed != 1 {
		t.Errorf("after 60 ticks: later closed %d times", laterTr.closed)
	}
}

// TestWheelEach: every connection, in whatever slot, and none that was removed.
func TestWheelEach(t *testing.T) {
	c := testWheel()
	want := map[*Conn]bool{}
	for i := range 1000 {
		conn, _ := c.testConn(time.Duration(i) * wheelTick)
		if i%3 == 0 {
			c.wheel.remove(conn)
			c.wheel.remove(conn) // no harm
			continue
		}
		want[conn] = true
	}
	c.wheel.each(func(conn *Conn) {
		if !want[conn] {
			t.Error("a connection that is not there, or twice")
		}
		delete(want, conn)
	})
	if len(want) > 0 {
		t.Errorf("%d connections are left out", len(want))
	}
}

// TestCloseOneIdle: the one that idled longest after a response goes first, one
// that has just connected never.
func TestCloseOneIdle(t *testing.T) {
	c := testWheel()
	c.KeepAlive, c.FirstByte = time.Minute, time.Minute
	old, oldTr := c.testConn(40 * time.Second)
	young, youngTr := c.testConn(50 * time.Second)
	_, silentTr := c.testConn(20 * time.Second)
	_, freshTr := c.testConn(time.Minute)
	busy, busyTr := c.testConn(10 * time.Second)
	old.used, young.used, busy.used, busy.busy = true, true, true, true
	for i, next := range []*sink{oldTr, youngTr, silentTr, nil} {
		c.wheel.closeOneIdle()
		if next != nil && next.closed != 1 {
			t.Fatalf("the %d. to go did not", i+1)
		}
	}
	if freshTr.closed+busyTr.closed > 0 {
		t.Error("one that is new or at work was closed")
	}
}
