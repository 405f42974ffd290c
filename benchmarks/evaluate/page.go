package evaluate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-77b39ca9/srv/benchmarks/report"
	"github.com/seed-77b39ca9/srv/benchmarks/trial"
)

// curves is how many candidates have lines in the charts: more cannot be told apart.
const curves = 5

// page is the result as the report shows it.
func (r *Result) page() *report.Page {
	p := &report.Page{
		Title:    "srv evaluate " + r.App,
		Verdict:  "No candidate met the objective",
		Reason:   sentence(r.Nature.String()),
		Warnings: r.Warnings, Command: r.Command,
		Limit: float64(r.Objective.Within) / float64(time.Millisecond), LimitName: r.Objective.Name(),
		Environment: r.facts(),
	}
	if w := r.Winner(); w != nil {
		p.Verdict = w.Candidate.flags()
		p.Reason = sentence(w.Reason) + " " + sentence(r.Nature.String())
		p.Facts = r.winnerFacts(w)
	}
	most := r.most()
	for i, s := range r.Standings {
		row := r.row(s, most)
		row.Color = -1
		if s.Rate() > 0 && i < curves {
			row.Color = i
			p.Rates = append(p.Rates, s.curve(r))
			p.Latencies = append(p.Latencies, s.distribution())
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func sentence(text string) string { return capital(text) + "." }

func (r *Result) winnerFacts(w *Standing) []report.Fact {
	p99 := func(f trial.Figures) float64 { return f.P99 }
	return []report.Fact{
		{Name: "Highest rate", Value: rate(w.Rate()) + "/s", Note: r.Objective.Words()},
		{Name: "p99 at half of it", Value: fmt.Sprintf("%.3g ms", w.Half(p99)), Note: "of " + rate(w.Rate()/2) + " requests a second"},
		{Name: "CPU time", Value: fmt.Sprintf("%.3g s", w.CPU()), Note: "for 1,000 requests"},
		{Name: "Memory", Value: fmt.Sprintf("%.0f MB", w.PSS()/(1<<20)), Note: "of all its processes"},
	}
}

// largest is the largest of each figure, the length of a whole bar.
type largest struct{ rate, cpu, pss float64 }

func (r *Result) most() (m largest) {
	for _, s := range r.Standings {
		_, high := s.Range()
		m.rate, m.cpu, m.pss = max(m.rate, high), max(m.cpu, s.CPU()), max(m.pss, s.PSS())
	}
	return m
}

func (r *Result) row(s *Standing, m largest) report.Row {
	row := report.Row{Place: place(s), Name: s.Candidate.String(), Reason: sentence(s.Reason), Tie: s.Tie, Out: s.Dropped || s.Rate() == 0}
	if s.Tie {
		row.Place = fmt.Sprint(s.Place)
	}
	if s.Rate() == 0 {
		return row
	}
	low, high := s.Range()
	row.Bars = []report.Bar{
		{Name: "requests/s", Value: rate(s.Rate()) + mark(s), Share: s.Rate() / m.rate},
		{Name: "CPU s / 1,000", Value: fmt.Sprintf("%.3g", s.CPU()), Share: share(s.CPU(), m.cpu)},
		{Name: "memory", Value: fmt.Sprintf("%.0f MB", s.PSS()/(1<<20)), Share: share(s.PSS(), m.pss)},
	}
	if len(s.Turns) > 1 {
		row.Bars[0].Low, row.Bars[0].High = low/m.rate, high/m.rate
	}
	return row
}

func share(v, most float64) float64 {
	if most <= 0 {
		return 0
	}
	return v / most
}

// curve is the objective's latency at each rate that was tried; of one that was tried
// more often, the middle.
func (s *Standing) curve(r *Result) report.Series {
	at := map[float64][]float64{}
	for _, t := range s.Turns {
		for _, f := range append(slices.Clip(t.Probes), t.Half) {
			if f.Rate > 0 {
				at[f.Rate] = append(at[f.Rate], r.Objective.Latency(f))
			}
		}
	}
	line := report.Series{Name: s.Candidate.String()}
	for rate, latencies := range at {
		slices.Sort(latencies)
		line.Points = append(line.Points, report.Point{X: rate, Y: latencies[(len(latencies)-1)/2]})
	}
	slices.SortFunc(line.Points, func(a, b report.Point) int { return cmp.Compare(a.X, b.X) })
	return line
}

// distribution is the quantiles at half rate, of each the middle round.
func (s *Standing) distribution() report.Series {
	line := report.Series{Name: s.Candidate.String()}
	for i, q := range s.Turns[0].Half.Quantiles {
		y := s.median(func(t Turn) float64 {
			if i >= len(t.Half.Quantiles) {
				return 0
			}
			return t.Half.Quantiles[i].MS
		})
		line.Points = append(line.Points, report.Point{X: q.Percent, Y: y})
	}
	return line
}

// facts are the circumstances.
func (r *Result) facts() []report.Fact {
	e := r.Environment
	facts := []report.Fact{
		{Name: "When", Value: r.At.Format("2006-01-02 15:04 MST") + fmt.Sprintf(", %.0f seconds", r.Took)},
		{Name: "Machine", Value: fmt.Sprintf("%s, %d cores, %.1f GB, load average %.1f before", e.CPU, e.Cores, float64(e.Memory)/(1<<30), e.Busy)},
		{Name: "Software", Value: strings.Join(nonEmpty(e.Kernel, "srv "+e.Srv, e.Go, e.Python), ", ")},
		{Name: "Objective", Value: r.Objective.Words()},
		{Name: "Load", Value: r.load()},
		{Name: "Load generator alone", Value: rate(r.Ceiling) + " requests a second"},
	}
	if len(r.Server) > 0 {
		facts = append(facts, report.Fact{Name: "Settings of all candidates", Value: strings.Join(r.Server, " ")})
	}
	return facts
}

// load describes the profile in a line.
func (r *Result) load() string {
	p := r.Profile
	var names []string
	for i, q := range p.Requests {
		if i == 3 {
			names = append(names, fmt.Sprintf("%d more", len(p.Requests)-i))
			break
		}
		names = append(names, q.Name)
	}
	words := fmt.Sprintf("%s; %d connections, %.0f %% of the requests keep them", strings.Join(names, ", "), p.Connections, *p.KeepAlive*100)
	if p.Slow.Connections > 0 {
		words += fmt.Sprintf("; %d slow clients beside", p.Slow.Connections)
	}
	return words
}

func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
