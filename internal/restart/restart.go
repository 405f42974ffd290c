// Package restart decides how soon a process that has died is replaced: the first
// at once, the next after pauses that grow, and no more than so many in a while. It
// has no clock.
package restart

import (
	"math/rand/v2"
	"time"
)

// Policy is what the settings say.
type Policy struct {
	Delay    time.Duration // restart_delay: the first pause; it doubles with each death soon after the one before
	DelayMax time.Duration // restart_delay_max: the longest; 0: Delay
	Limit    int           // restart_limit: so many are replaced ...
	Window   time.Duration // restart_window: ... within this; Limit 0: any number
}

// History is the deaths so far. The zero value has none. Not for concurrent use.
type History struct {
	row    int         // deaths, each soon after the one before
	quiet  time.Time   // a death later than this is the first of a row
	starts []time.Time // replacements within the window, in order
}

// Died counts a death and gives the pause before it is replaced. limited says that
// the pause comes from the policy's Limit.
func (h *History) Died(p Policy, now time.Time) (pause time.Duration, limited bool) {
	if now.After(h.quiet) {
		h.row = 0
	}
	pause = p.pause(h.row)
	h.row++
	start := now.Add(pause)
	if room := h.room(p, start); room.After(start) {
		start, limited = room, true
	}
	if p.Limit > 0 {
		h.starts = append(h.starts, start)
	}
	h.quiet = start.Add(max(p.Delay, p.DelayMax))
	return start.Sub(now), limited
}

// pause is the one after so many deaths in a row, give or take a fifth.
func (p Policy) pause(row int) time.Duration {
	if row == 0 || p.Delay <= 0 {
		return 0
	}
	longest := max(p.Delay, p.DelayMax)
	pause := longest
	if doublings := row - 1; doublings < 20 {
		pause = min(p.Delay<<doublings, longest)
	}
	return pause - pause/5 + rand.N(2*pause/5+1)
}

// room is the first time from start on at which the limit allows one more.
func (h *History) room(p Policy, start time.Time) time.Time {
	for len(h.starts) > 0 && !h.starts[0].Add(p.Window).After(start) {
		h.starts = h.starts[1:]
	}
	if over := len(h.starts) - p.Limit; p.Limit > 0 && over >= 0 {
		return h.starts[over].Add(p.Window)
	}
	return start
}
