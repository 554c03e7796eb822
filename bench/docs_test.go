package bench_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What `make bench` measures is kept as data, from which the table and the graphs of the documentation are made.
var (
	dataFile  = filepath.Join("..", "docs", "performance.json")
	docsFile  = filepath.Join("..", "docs", "performance.md")
	graphFile = filepath.Join("..", "docs", "performance.svg")
)

const docsBegin, docsEnd = "<!-- bench: `make bench` writes what is between these -->\n", "<!-- /bench -->\n"

func recorded() (r results, err error) {
	text, err := os.ReadFile(dataFile)
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	return r, err
}

// with is r with what has been measured newly: a run may be of some benchmarks only.
func (r results) with(newly results) results {
	all := results{Goals: map[string]measured{}, Charts: map[string]chart{}, ChartRun: r.ChartRun}
	for _, g := range goals { // one that is not measured any more goes
		for _, from := range []results{r, newly} {
			if m, ok := from.Goals[g.name]; ok {
				all.Goals[g.name] = m
			}
		}
	}
	maps.Copy(all.Charts, r.Charts)
	maps.Copy(all.Charts, newly.Charts)
	if len(newly.Charts) > 0 { // they are measured together
		all.ChartRun = newly.ChartRun
	}
	return all
}

func (r results) write() error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	page, err := r.page()
	if err != nil {
		return err
	}
	for name, text := range map[string]string{dataFile: string(text) + "\n", docsFile: page, graphFile: r.graph()} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// page is the documentation with the table in it.
func (r results) page() (string, error) {
	page, err := os.ReadFile(docsFile)
	if err != nil {
		return "", err
	}
	before, rest, begins := strings.Cut(string(page), docsBegin)
	_, after, ends := strings.Cut(rest, docsEnd)
	if !begins || !ends {
		return "", fmt.Errorf("%s has no place for the table", docsFile)
	}
	return before + docsBegin + "\n" + r.table() + "\nThe graph was measured: " + r.ChartRun + ".\n\n" + docsEnd + after, nil
}

func TestALaterRunLeavesOtherRowsAsTheyWereMeasured(t *testing.T) {
	t.Parallel()
	one, other := goals[0].name, goals[1].name
	before := results{Goals: map[string]measured{one: {1, "", "then"}, other: {1, "", "then"}}, ChartRun: "then"}
	after := before.with(results{Goals: map[string]measured{one: {2, "", "now"}}, ChartRun: "now"})
	if after.Goals[one].Run != "now" || after.Goals[other].Run != "then" || after.ChartRun != "then" {
		t.Error(after)
	}
	for _, line := range strings.SplitAfter(after.table(), "\n") {
		for name, want := range map[string]string{one: "| now |", other: "| then |"} {
			if strings.HasPrefix(line, "| "+name+" |") && !strings.Contains(line, want) {
				t.Errorf("no %s in %s", want, line)
			}
		}
	}
	if after := before.with(results{Charts: map[string]chart{"users": {}}, ChartRun: "now"}); after.ChartRun != "now" {
		t.Error(after)
	}
}

func TestPerformanceIsShownAsItWasMeasured(t *testing.T) {
	t.Parallel()
	r, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{docsFile: page, graphFile: r.graph()} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s does not show what performance.json says (%v)", name, err)
		}
	}
}
