package bench_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// bareName is the line of the bare handler.
const bareName = "bare handler"

// chart is what was measured against something, by whom.
type chart map[string][]point

type point struct {
	X         float64 `json:"x"`
	PerSecond float64 `json:"perSecond"`
	P99       float64 `json:"p99"` // milliseconds
}

func (c chart) add(name string, p point) { c[name] = append(c[name], p) }

func keep(name string, c chart) {
	foundMutex.Lock()
	defer foundMutex.Unlock()
	found.Charts[name] = c
}

// The graph is a grid of panels: throughput above, p99 below, against one thing in each column.
const (
	panelWidth, panelHeight = 250.0, 190.0
	leftMargin, topMargin   = 64.0, 74.0
	columnGap, rowGap       = 44.0, 78.0
	rightMargin             = 24.0
)

// style is readable on white and on black.
const style = `<style>
  text { font: 12px system-ui, sans-serif; fill: #334155 } .title { font-size: 15px; font-weight: 600; fill: #0f172a }
  .axis { stroke: #94a3b8 } .grid { stroke: #e2e8f0 } .line { fill: none; stroke-width: 2.2; stroke-linejoin: round }
  .back { fill: #fff }
  .s0 { stroke: #64748b; fill: #64748b } .s1 { stroke: #4f46e5; fill: #4f46e5 } .s2 { stroke: #c2410c; fill: #c2410c }
  @media (prefers-color-scheme: dark) {
    text { fill: #cbd5e1 } .title { fill: #f1f5f9 } .axis { stroke: #64748b } .grid { stroke: #1e293b } .back { fill: #0d1117 }
    .s0 { stroke: #94a3b8; fill: #94a3b8 } .s1 { stroke: #a5b4fc; fill: #a5b4fc } .s2 { stroke: #fdba74; fill: #fdba74 }
  }
  .line { fill: none } text.s0, text.s1, text.s2 { stroke: none; font-weight: 600; font-size: 13px }
</style>
`

var series = []struct{ name, label string }{
	{bareName, "bare net/http handler"}, {"SQLite", "Latchkey on SQLite"}, {"MariaDB", "Latchkey on MariaDB"},
}

// graph draws the charts.
func (r results) graph() string {
	columns := []string{"connections", "users", "blocked ids"}
	width := leftMargin + 3*panelWidth + 2*columnGap + rightMargin
	height := topMargin + 2*panelHeight + rowGap + 56
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img" aria-label="Throughput and 99th percentile of me against connections, users and blocked ids">`+"\n", width, height)
	s.WriteString(style)
	fmt.Fprintf(&s, `<rect class="back" width="%.0f" height="%.0f"/>`+"\n", width, height)
	x := leftMargin
	for i, line := range series { // the legend
		fmt.Fprintf(&s, `<path class="line s%d" d="M%.0f 22h22"/><text class="s%d" x="%.0f" y="26">%s</text>`+"\n", i, x, i, x+30, line.label)
		x += 60 + 7.5*float64(len(line.label))
	}
	throughput, p99 := scale{}, scale{logarithmic: true}
	for _, c := range r.Charts {
		for _, points := range c {
			for _, p := range points {
				throughput.include(p.PerSecond)
				p99.include(p.P99)
			}
		}
	}
	for i, name := range columns {
		c, left := r.Charts[name], leftMargin+float64(i)*(panelWidth+columnGap)
		if c == nil {
			continue
		}
		across := scale{logarithmic: true}
		for _, p := range c[bareName] {
			across.include(p.X)
		}
		top := topMargin
		panel{left, top, "requests a second", name, across, throughput, i == 0}.draw(&s, c, func(p point) float64 { return p.PerSecond })
		top += panelHeight + rowGap
		panel{left, top, "99th percentile", name, across, p99, i == 0}.draw(&s, c, func(p point) float64 { return p.P99 })
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// scale maps values to 0 to 1.
type scale struct {
	logarithmic bool
	least, most float64
}

func (s *scale) include(value float64) {
	if s.most == 0 {
		s.least, s.most = value, value
	}
	s.least, s.most = min(s.least, value), max(s.most, value)
}

// ticks are round values around all that was included: powers of ten, or steps from 0 on.
func (s *scale) ticks() (ticks []float64) {
	if s.logarithmic {
		for t := math.Pow(10, math.Floor(math.Log10(s.least)+1e-9)); ; t *= 10 {
			ticks = append(ticks, t)
			if t > s.most*0.999 {
				return ticks
			}
		}
	}
	step := math.Pow(10, math.Floor(math.Log10(s.most)))
	for s.most/step < 4 {
		step /= 2
	}
	for t := 0.0; ; t += step {
		ticks = append(ticks, t)
		if t >= s.most {
			return ticks
		}
	}
}

func (s *scale) place(value float64) float64 {
	ticks := s.ticks()
	first, last := ticks[0], ticks[len(ticks)-1]
	if s.logarithmic {
		return math.Log(value/first) / math.Log(last/first)
	}
	return (value - first) / (last - first)
}

// panel is one diagram.
type panel struct {
	left, top     float64
	title, across string
	x, y          scale
	labelled      bool // at its ticks: the first of a row
}

func (p panel) draw(s *strings.Builder, c chart, value func(point) float64) {
	bottom := p.top + panelHeight
	fmt.Fprintf(s, `<text class="title" x="%.1f" y="%.1f">%s</text>`+"\n", p.left, p.top-12, p.title)
	for _, tick := range p.y.ticks() {
		y := bottom - panelHeight*p.y.place(tick)
		fmt.Fprintf(s, `<path class="grid" d="M%.1f %.1fh%.0f"/>`, p.left, y, panelWidth)
		if p.labelled {
			text := number(tick)
			if p.y.logarithmic {
				text += " ms"
			}
			fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", p.left-8, y+4, text)
		}
	}
	for _, tick := range p.x.ticks() {
		x := p.left + panelWidth*p.x.place(tick)
		fmt.Fprintf(s, `<path class="axis" d="M%.1f %.1fv5"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", x, bottom, x, bottom+19, number(tick))
	}
	fmt.Fprintf(s, `<path class="axis" d="M%.1f %.1fh%.0f"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n",
		p.left, bottom, panelWidth, p.left+panelWidth/2, bottom+37, p.across)
	for i, line := range series {
		points := slices.SortedFunc(slices.Values(c[line.name]), func(a, b point) int { return int(a.X - b.X) })
		var path, dots strings.Builder
		for j, at := range points {
			x, y := p.left+panelWidth*p.x.place(at.X), bottom-panelHeight*p.y.place(value(at))
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(j, 1)], x, y)
			fmt.Fprintf(&dots, `<circle class="s%d" cx="%.1f" cy="%.1f" r="3"><title>%s: %s at %s %s</title></circle>`,
				i, x, y, line.label, number(value(at)), number(at.X), p.across)
		}
		fmt.Fprintf(s, `<path class="line s%d" d="%s"/>%s`+"\n", i, path.String(), dots.String())
	}
}

// number is short: 45k, 1M, 0.1.
func number(value float64) string {
	switch {
	case value >= 1e6:
		return fmt.Sprintf("%.3gM", value/1e6)
	case value >= 1e3:
		return fmt.Sprintf("%.3gk", value/1e3)
	default:
		return fmt.Sprintf("%.3g", value)
	}
}
