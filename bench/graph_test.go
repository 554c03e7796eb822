package bench_test

import (
	"fmt"
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
	leftMargin, topMargin   = 64.0, 78.0
	columnGap, rowGap       = 44.0, 78.0
	rightMargin             = 112.0
	lineHeight              = 16.0 // of labels
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
	{bareName, "bare handler"}, {"SQLite", "SQLite"}, {"MariaDB", "MariaDB"},
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
	fmt.Fprintf(&s, `<text class="title" x="%.0f" y="26">me: Latchkey on SQLite and on MariaDB, beside a bare net/http handler that answers the same</text>`+"\n", leftMargin)
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
		across := scale{logarithmic: true, exact: true}
		for _, p := range c[bareName] {
			across.include(p.X)
		}
		for row, p := range []panel{
			{title: "requests a second", y: throughput, of: func(p point) float64 { return p.PerSecond }, unit: number},
			{title: "99th percentile of the time an answer takes", y: p99, of: func(p point) float64 { return p.P99 }, unit: duration},
		} {
			p.left, p.top, p.x, p.across = left, topMargin+float64(row)*(panelHeight+rowGap), across, name
			p.first, p.last = i == 0, i == len(columns)-1
			p.draw(&s, c)
		}
	}
	s.WriteString("</svg>\n")
	return s.String()
}

// panel is one diagram.
type panel struct {
	left, top     float64
	title, across string
	x, y          scale
	of            func(point) float64
	unit          func(float64) string
	first, last   bool // of a row: the first one has the title and what the ticks mean, the last one the names of the lines
}

func (p panel) draw(s *strings.Builder, c chart) {
	bottom := p.top + panelHeight
	if p.first {
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" class="title">%s</text>`+"\n", p.left, p.top-14, p.title)
	}
	for _, tick := range p.y.ticks() {
		y := bottom - panelHeight*p.y.place(tick)
		fmt.Fprintf(s, `<path class="grid" d="M%.1f %.1fh%.0f"/>`, p.left, y, panelWidth)
		if p.first {
			fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", p.left-8, y+4, p.unit(tick))
		}
	}
	for _, tick := range p.x.ticks() {
		x := p.left + panelWidth*p.x.place(tick)
		fmt.Fprintf(s, `<path class="axis" d="M%.1f %.1fv5"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", x, bottom, x, bottom+19, number(tick))
	}
	fmt.Fprintf(s, `<path class="axis" d="M%.1f %.1fh%.0f"/><text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n",
		p.left, bottom, panelWidth, p.left+panelWidth/2, bottom+37, p.across)
	ends := make([]float64, len(series))
	for i, line := range series {
		var path, dots strings.Builder
		for j, at := range c[line.name] {
			x, y := p.left+panelWidth*p.x.place(at.X), bottom-panelHeight*p.y.place(p.of(at))
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(j, 1)], x, y)
			fmt.Fprintf(&dots, `<circle class="s%d" cx="%.1f" cy="%.1f" r="3"/>`, i, x, y)
			ends[i] = y
		}
		fmt.Fprintf(s, `<path class="line s%d" d="%s"/>%s`+"\n", i, path.String(), dots.String())
	}
	if p.last {
		for i, y := range apart(ends) {
			fmt.Fprintf(s, `<text class="s%d" x="%.1f" y="%.1f">%s</text>`+"\n", i, p.left+panelWidth+14, y+4, series[i].label)
		}
	}
}
