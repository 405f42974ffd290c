package evaluate

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"

	"github.com/seed-77b39ca9/srv/benchmarks/highest"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// screen shows how it goes: on a terminal a table that is drawn anew, elsewhere a line
// for each thing that has happened.
type screen struct {
	w         io.Writer
	terminal  bool
	objective highest.Objective
	standings []*Standing
	now       *Standing // who has its turn
	status    string
	lines     int // that the table has now
	rounds    int
	end       time.Time
}

func newScreen(w io.Writer, o highest.Objective) *screen {
	return &screen{w: w, terminal: isTerminal(w), objective: o}
}

// isTerminal tells whether w is one that can move its cursor.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// say prints a line above the table.
func (s *screen) say(format string, args ...any) { fmt.Fprintf(s.w, format+"\n", args...) }

func (s *screen) begin(round int, who *Standing, left time.Duration) {
	s.now, s.end = who, time.Now().Add(left)
	s.status = fmt.Sprintf("round %d of %d: %s starts", round+1, s.rounds, who.Candidate)
	if !s.terminal {
		s.say("round %d of %d, %v left: %s", round+1, s.rounds, max(left, 0).Round(time.Second), who.Candidate)
	}
	s.draw()
}

// probed shows one rate that was tried.
func (s *screen) probed(f trial.Figures) {
	s.status = fmt.Sprintf("%s: %s a second, %s %.3g ms, %.2g %% errors: %s",
		s.now.Candidate, rate(f.Rate), s.objective.Name(), s.objective.Latency(f), f.Failed*100, s.objective.Verdict(f))
	if !s.terminal {
		s.say("  %s", s.status)
	}
	s.draw()
}

func (s *screen) done(who *Standing) {
	s.status = ""
	if !s.terminal {
		s.say("  %s: %s", who.Candidate, summary(who))
	}
	s.draw()
}

func summary(s *Standing) string {
	if s.Failure != "" {
		return firstLine(s.Failure)
	}
	last := s.Turns[len(s.Turns)-1]
	if last.Rate == 0 {
		return "no rate met the objective"
	}
	return rate(last.Rate) + " requests a second"
}

// draw puts the table over the one before.
func (s *screen) draw() {
	if !s.terminal {
		return
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\tcandidate\treq/s\trounds\n")
	for _, one := range s.standings {
		mark := " "
		if one == s.now && s.status != "" {
			mark = ">"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\n", mark, one.Candidate, shown(one), len(one.Turns))
	}
	table.Flush()
	fmt.Fprintf(&text, "%v left  %s\n", max(time.Until(s.end), 0).Round(time.Second), s.status)
	if s.lines > 0 {
		fmt.Fprintf(s.w, "\x1b[%dA\x1b[J", s.lines) // up to its first line, and clear from there
	}
	s.lines = strings.Count(text.String(), "\n")
	io.WriteString(s.w, text.String())
}

func shown(s *Standing) string {
	switch {
	case s.Failure != "":
		return "failed"
	case len(s.Turns) == 0:
		return "-"
	case s.Dropped:
		return rate(s.Rate()) + " (out)"
	}
	return rate(s.Rate())
}

// clear removes the table for what comes instead.
func (s *screen) clear() {
	if s.terminal && s.lines > 0 {
		fmt.Fprintf(s.w, "\x1b[%dA\x1b[J", s.lines)
		s.lines = 0
	}
}

// rate writes requests a second: three digits, no exponent.
func rate(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.2g", v)
	}
	return fmt.Sprintf("%.0f", v)
}
