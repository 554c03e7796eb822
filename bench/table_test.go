package bench_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// goal is a line of the table: what is measured, and what it has to reach.
type goal struct {
	name  string
	kind  kind
	limit float64
	unit  string // of the value; "": a share
}

type kind int

const (
	atLeast kind = iota
	atMost
	noGoal
)

// goals are all lines of the table, in its order. The shares are those of the bare handler where nothing else is said.
var goals = []goal{
	{"`me`, SQLite", atLeast, 0.40, ""},
	{"`me`, MariaDB", atLeast, 0.20, ""},
	{"`me`, MariaDB: round trips to the database", atMost, 1.01, " a request"},
	{"`validateToken`, SQLite", atLeast, 0.40, ""},
	{"`validateToken`, MariaDB", noGoal, 0, ""},
	{"`refreshToken`, SQLite, durable", atLeast, 0.06, ""},
	{"`refreshToken`, MariaDB, not durable", noGoal, 0, ""},
	{"`login`, SQLite: share of the bare hash rate", atLeast, 0.95, ""},
	{"`login`, MariaDB: share of the bare hash rate", atLeast, 0.95, ""},
	{"`me` at half load, SQLite: p99, times the bare handler's", atMost, 4, " ×"},
	{"`me` at half load, MariaDB: p99, times the bare handler's", noGoal, 0, " ×"},
	{"`me` among a million users and blocked ids, SQLite: share of that among 1,000", atLeast, 0.9, ""},
	{"`me` among a million users and blocked ids, MariaDB: share of that among 1,000", atLeast, 0.9, ""},
	{"resident memory after start, SQLite", atMost, 40, " MB"},
	{"resident memory after start, MariaDB", atMost, 40, " MB"},
	{"from start to ready, SQLite", atMost, 300, " ms"},
	{"from start to ready, MariaDB", atMost, 300, " ms"},
	{"binary", atMost, 40, " MB"},
	{"storm of log-ins, SQLite: p99 of `me`", atMost, 2, " hashes"},
	{"storm of log-ins, MariaDB: p99 of `me`", atMost, 2, " hashes"},
	{"storm of log-ins, SQLite: share of the bare hash rate", atLeast, 0.9, ""},
	{"storm of log-ins, MariaDB: share of the bare hash rate", atLeast, 0.9, ""},
	{"storm of log-ins, SQLite: most memory", atMost, 300, " MB"},
	{"storm of log-ins, MariaDB: most memory", atMost, 300, " MB"},
	{"look-up among a million blocked ids, SQLite, times that among 1,000", atMost, 1.5, " ×"},
	{"look-up among a million blocked ids, MariaDB, times that among 1,000", atMost, 1.5, " ×"},
	{"page 10,000 of a million users, SQLite, times page 2", noGoal, 0, " ×"},
	{"page 10,000 of a million users, MariaDB, times page 2", noGoal, 0, " ×"},
	{"copy of a million blocked ids to a Redis that was emptied, SQLite", atMost, 10, " s"},
	{"copy of a million blocked ids to a Redis that was emptied, MariaDB", atMost, 10, " s"},
}

// measured is what came out for a goal.
type measured struct {
	Value  float64 `json:"value"`
	Figure string  `json:"figure,omitempty"` // what the value is made of
	Run    string  `json:"run"`              // when and where it was measured: a later run may be of other rows only
}

// results are what has been measured, as docs/performance.json keeps it.
type results struct {
	Goals    map[string]measured `json:"goals"`
	Charts   map[string]chart    `json:"charts"`
	ChartRun string              `json:"chartRun"` // when and where the charts were measured
}

// thisRun is when and where this one is.
var thisRun = fmt.Sprintf("%s, %d cores, %s", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version())

var (
	found      = results{Goals: map[string]measured{}, Charts: map[string]chart{}, ChartRun: thisRun}
	foundMutex sync.Mutex
)

// reach notes what came out for one of the goals.
func reach(b *testing.B, name string, value float64, figure string, args ...any) {
	b.Helper()
	for _, g := range goals {
		if g.name == name {
			foundMutex.Lock()
			defer foundMutex.Unlock()
			found.Goals[name] = measured{value, fmt.Sprintf(figure, args...), thisRun}
			return
		}
	}
	b.Fatalf("no such goal: %s", name)
}

// table shows them in Markdown.
func (r results) table() string {
	var t strings.Builder
	t.WriteString("| what | figure | share | goal | met | measured |\n|---|---|---|---|---|---|\n")
	for _, g := range goals {
		if m, ok := r.Goals[g.name]; ok {
			t.WriteString("| " + strings.Join(g.line(m), " | ") + " |\n")
		}
	}
	return t.String()
}

func (g goal) line(m measured) []string {
	share, goal, met := "", "", ""
	if g.unit == "" {
		share = fmt.Sprintf("%.2f", m.Value)
		if m.Value < 0.1 {
			share = fmt.Sprintf("%.3f", m.Value)
		}
	} else {
		value := fmt.Sprintf("%.1f%s", m.Value, g.unit)
		if m.Value < 10 {
			value = fmt.Sprintf("%.2f%s", m.Value, g.unit)
		}
		if m.Figure != "" {
			value += " (" + m.Figure + ")"
		}
		m.Figure = value
	}
	limit := fmt.Sprintf("%.4g", g.limit)
	switch reached := (g.kind == atLeast) == (m.Value >= g.limit) || m.Value == g.limit; {
	case g.kind == noGoal:
	case reached:
		met = "yes"
	default:
		met = "**no**"
	}
	switch g.kind {
	case atLeast:
		goal = "at least " + limit + g.unit
	case atMost:
		goal = "at most " + limit + g.unit
	case noGoal:
	}
	return []string{g.name, m.Figure, share, goal, met, m.Run}
}
