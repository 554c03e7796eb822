package bench_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// scale maps values to 0 to 1.
type scale struct {
	logarithmic bool
	exact       bool // its ticks are what was included
	least, most float64
	included    []float64
}

func (s *scale) include(value float64) {
	if s.most == 0 {
		s.least, s.most = value, value
	}
	s.least, s.most = min(s.least, value), max(s.most, value)
	s.included = append(s.included, value)
}

// ticks are round values around all that was included: powers of ten, or steps from 0 on.
func (s *scale) ticks() (ticks []float64) {
	if s.exact {
		return s.included
	}
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

// apart moves labels down until none is on another.
func apart(places []float64) []float64 {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(places[a], places[b]) })
	for i, label := range order[1:] {
		places[label] = max(places[label], places[order[i]]+lineHeight)
	}
	return places
}

// duration is one of so many milliseconds.
func duration(ms float64) string {
	if ms >= 1000 {
		return number(ms/1000) + " s"
	}
	return number(ms) + " ms"
}

// number is short: 45k, 1M, 1024, 0.1.
func number(value float64) string {
	switch {
	case value >= 1e6:
		return fmt.Sprintf("%.3gM", value/1e6)
	case value >= 1e3 && math.Mod(value, 100) == 0:
		return fmt.Sprintf("%.3gk", value/1e3)
	default:
		return fmt.Sprintf("%.4g", value)
	}
}
