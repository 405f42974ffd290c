package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"

	"gonum.org/v1/plot"
)

// Page is what the page says. All text is escaped.
type Page struct {
	Title    string
	Verdict  string // the settings to take, or that there is none
	Reason   string
	Facts    []Fact // the few figures of the verdict
	Rows     []Row  // the ranking, the best first
	Warnings []string

	Limit     float64 // of the latency, in milliseconds
	LimitName string  // "p99"
	Rates     []Series
	Latencies []Series // X is percent of the requests

	Environment []Fact
	Command     string
}

// Fact is a figure with its name.
type Fact struct{ Name, Value, Note string }

// Row is one candidate.
type Row struct {
	Place, Name, Reason string
	Tie, Out            bool
	Color               int // that of its lines; below 0: it has none
	Bars                []Bar
}

// Bar is a figure as a part of the largest in its column.
type Bar struct {
	Name, Value string
	Share       float64 // 0 to 1
	Low, High   float64 // the range of the rounds, as Share; both 0: none
}

// Percent is a share for the style sheet.
func Percent(share float64) template.CSS {
	return template.CSS(fmt.Sprintf("%.1f%%", 100*min(max(share, 0), 1)))
}

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": Percent,
	"width":   func(low, high float64) template.CSS { return Percent(high - low) },
	"color":   func(i int) template.CSS { return template.CSS(fmt.Sprintf("var(--s%d)", i%seriesColors)) },
}).Parse(pageHTML))

// drawn is a page with its charts.
type drawn struct {
	*Page
	RateChart, LatencyChart template.HTML
}

// Write makes the file, over one that is there.
func Write(file string, p *Page) (err error) {
	d := drawn{Page: p}
	if d.RateChart, err = p.rateChart(); err != nil {
		return err
	}
	if d.LatencyChart, err = p.latencyChart(); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := page.Execute(f, d); err != nil {
		f.Close()
		return fmt.Errorf("write the report: %w", err)
	}
	return f.Close()
}

func (p *Page) rateChart() (template.HTML, error) {
	return lines{x: "requests a second", y: p.LimitName + ", ms", limit: p.Limit, series: p.Rates}.svg()
}

// latencyChart spreads the upper percentiles: each nine more is as far as the last.
func (p *Page) latencyChart() (template.HTML, error) {
	var stretched []Series
	for _, s := range p.Latencies {
		one := Series{Name: s.Name}
		for _, point := range s.Points {
			if point.X < 100 {
				one.Points = append(one.Points, Point{nines(point.X), point.Y})
			}
		}
		stretched = append(stretched, one)
	}
	var ticks []plot.Tick
	for _, percent := range []float64{0, 50, 90, 99, 99.9} {
		ticks = append(ticks, plot.Tick{Value: nines(percent), Label: fmt.Sprintf("%g%%", percent)})
	}
	return lines{x: "share of the requests", y: "ms", ticks: ticks, series: stretched}.svg()
}

func nines(percent float64) float64 { return -math.Log10(1 - percent/100) }
