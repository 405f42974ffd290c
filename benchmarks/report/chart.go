package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Series is one line of a chart. Its points go from the left to the right.
type Series struct {
	Name   string
	Points []Point
}

// Point is one of them.
type Point struct{ X, Y float64 }

// lines is a chart of latencies, in milliseconds on a logarithmic axis.
type lines struct {
	x, y   string // what the axes are
	ticks  []plot.Tick
	limit  float64 // a line across; 0: none
	series []Series
}

// The size in points: small enough that a phone need not make its letters tiny.
const (
	chartWidth  = 380
	chartHeight = 270
)

// Colours are placeholders in the drawing, and names of the page's style sheet afterwards: that is how
// a chart follows the reader's light or dark setting.
var (
	ink   = color.RGBA{10, 20, 30, 255}
	faint = color.RGBA{10, 20, 40, 255}
	alarm = color.RGBA{10, 20, 50, 255}
)

// seriesColors is how many colours the style sheet has.
const seriesColors = 6

func seriesColor(i int) color.RGBA { return color.RGBA{10, 30, uint8(10 + 10*(i%seriesColors)), 255} }

// svg draws the chart. Without a point there is none.
func (c lines) svg() (template.HTML, error) {
	p := c.plot()
	drawn := 0
	for i, s := range c.series {
		points := positive(s.Points)
		if len(points) == 0 {
			continue
		}
		drawn += len(points)
		line, marks, err := plotter.NewLinePoints(points)
		if err != nil {
			return "", fmt.Errorf("draw %s: %w", s.Name, err)
		}
		line.Color, line.Width = seriesColor(i), vg.Points(1.8)
		marks.Color, marks.Radius, marks.Shape = seriesColor(i), vg.Points(2.4), draw.CircleGlyph{}
		p.Add(line, marks)
	}
	if drawn == 0 {
		return "", nil
	}
	if c.limit > 0 {
		p.Add(c.across())
	}
	canvas := vgsvg.New(chartWidth, chartHeight)
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	return template.HTML(themed(b.String())), nil
}

func (c lines) plot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the page's
	p.X.Label.Text, p.Y.Label.Text = c.x, c.y
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color, axis.Tick.Color = faint, faint
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink
		axis.Label.TextStyle.Font.Size, axis.Tick.Label.Font.Size = vg.Points(11), vg.Points(10)
		axis.Padding = 0
	}
	if c.ticks != nil {
		p.X.Tick.Marker = plot.ConstantTicks(c.ticks)
	} else {
		p.X.Min = 0
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = nil, faint
	grid.Horizontal.Width = vg.Points(0.4)
	p.Add(grid)
	return p
}

// across is the line of the limit, dashed.
func (c lines) across() plot.Plotter {
	f := plotter.NewFunction(func(float64) float64 { return c.limit })
	f.Color, f.Width, f.Dashes = alarm, vg.Points(1.2), []vg.Length{vg.Points(5), vg.Points(4)}
	return f
}

// positive leaves out what a logarithm cannot show.
func positive(points []Point) plotter.XYs {
	var kept plotter.XYs
	for _, p := range points {
		if p.Y > 0 && !math.IsInf(p.Y, 0) {
			kept = append(kept, plotter.XY{X: p.X, Y: p.Y})
		}
	}
	return kept
}

// decades marks 1, 2 and 5 times the powers of ten, and more when few of those are in
// sight.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	ticks := marks(low, high, 1, 2, 5)
	if len(ticks) < 3 {
		ticks = marks(low, high, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)
	}
	return ticks
}

func marks(low, high float64, steps ...float64) (ticks []plot.Tick) {
	const rounding = 1.001
	for power := math.Floor(math.Log10(low)); power <= math.Ceil(math.Log10(high)); power++ {
		for _, step := range steps {
			v := step * math.Pow(10, power)
			if v >= low/rounding && v <= high*rounding {
				ticks = append(ticks, plot.Tick{Value: v, Label: label(v)})
			}
		}
	}
	return ticks
}

// label has no exponent: 10000 ms is one glance.
func label(v float64) string {
	return strconv.FormatFloat(float64(float32(v)), 'f', -1, 32)
}

var (
	prologue  = regexp.MustCompile(`(?s)^.*?<svg[^>]*?viewBox="([^"]*)"[^>]*>`)
	fontStyle = regexp.MustCompile(`font-(?:family|variant|weight|style):[^;"]*;`)
)

// themed makes the drawing part of the page: its size is the page's business, and so are
// its colours and letters.
func themed(svg string) string {
	svg = prologue.ReplaceAllString(svg, `<svg viewBox="$1" role="img" xmlns="http://www.w3.org/2000/svg">`)
	svg = fontStyle.ReplaceAllString(svg, "")
	names := []string{hex(ink), "var(--ink)", hex(faint), "var(--line)", hex(alarm), "var(--alarm)"}
	for i := range seriesColors {
		names = append(names, hex(seriesColor(i)), fmt.Sprintf("var(--s%d)", i))
	}
	return strings.NewReplacer(names...).Replace(svg)
}

// hex is how the drawing writes a colour, its rounding included.
func hex(c color.Color) string {
	r, g, b, alpha := c.RGBA()
	scale := 255.0 / float64(alpha)
	return fmt.Sprintf("#%02X%02X%02X", int(float64(r)*scale), int(float64(g)*scale), int(float64(b)*scale))
}
