package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// asvs is how many requirements each section of OWASP ASVS 5.0.0 has in the chapters that docs/asvs.md maps, up to the last one of level 2, and
// which of these are of level 1. Those of level 3 come after them in each section.
var asvs = []struct {
	section string
	last    int
	level1  []int
}{
	{"4.3", 2, nil},
	{"6.1", 3, []int{1}},
	{"6.2", 12, []int{1, 2, 3, 4, 5, 6, 7, 8}},
	{"6.3", 4, []int{1, 2}},
	{"6.4", 4, []int{1, 2}},
	{"6.5", 5, nil},
	{"6.6", 3, nil},
	{"6.8", 4, nil},
	{"7.1", 3, nil},
	{"7.2", 4, []int{1, 2, 3, 4}},
	{"7.3", 2, nil},
	{"7.4", 5, []int{1, 2}},
	{"7.5", 2, nil},
	{"7.6", 2, nil},
	{"9.1", 3, []int{1, 2, 3}},
	{"9.2", 4, []int{1}},
}

var (
	requirement = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| (\d) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$`)
	goTest      = regexp.MustCompile("`(Test\\w+)`")
	nodeTest    = regexp.MustCompile("`test\\('([^`]*)'\\)`")
)

func TestASVSMapsEveryRequirementOnce(t *testing.T) {
	t.Parallel()
	var want []string
	for _, s := range asvs {
		for n := 1; n <= s.last; n++ {
			level := "2"
			if slices.Contains(s.level1, n) {
				level = "1"
			}
			want = append(want, s.section+"."+strconv.Itoa(n)+" "+level)
		}
	}
	text := readText(t, "docs/asvs.md")
	var got []string
	for _, row := range requirement.FindAllStringSubmatch(text, -1) {
		id, level, state, why := row[1], row[2], row[3], row[4]
		got = append(got, id+" "+level)
		shown := goTest.MatchString(why) || nodeTest.MatchString(why) || strings.Contains(why, ".md")
		switch {
		case !slices.Contains([]string{"met", "not applicable", "open"}, state):
			t.Errorf("%s is %q", id, state)
		case state == "met" && !shown:
			t.Errorf("%s is met, and nothing shows it", id)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("mapped are %q, want %q", got, want)
	}
	if rows := strings.Count(text, "\n| ") - strings.Count(text, "\n| id |"); rows != len(want) {
		t.Errorf("there are %d rows, want %d", rows, len(want))
	}
}

func TestASVSNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	text := readText(t, "docs/asvs.md")
	existing := tests(t)
	for _, pattern := range []*regexp.Regexp{goTest, nodeTest} {
		for _, named := range pattern.FindAllStringSubmatch(text, -1) {
			if !existing[named[1]] {
				t.Errorf("there is no test %q", named[1])
			}
		}
	}
}

var (
	goTestFunction   = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	nodeTestFunction = regexp.MustCompile(`(?m)^test\('([^']+)'`)
)

// tests are the names of all tests, in Go and in JavaScript.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		pattern := goTestFunction
		if strings.HasSuffix(path, ".mjs") {
			pattern = nodeTestFunction
		} else if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		for _, name := range pattern.FindAllStringSubmatch(readText(t, path), -1) {
			names[name[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Tokens come from what "Ways in" of docs/security.md lists, and from nothing else in the schema; and there is no other way to prove who one is.
func TestTokensComeFromTheDocumentedWaysInOnly(t *testing.T) {
	t.Parallel()
	schema, _, _ := strings.Cut(readText(t, "schema.graphqls"), "\nenum ErrorCode")
	described := regexp.MustCompile(`(?s)""".*?"""|"[^"\n]*"|#[^\n]*|\([^()]*\)`)
	schema = described.ReplaceAllString(schema, "")
	var got []string
	for _, field := range regexp.MustCompile(`(\w+)\s*:\s*(AuthPayload|UpdateUserPayload)\b`).FindAllStringSubmatch(schema, -1) {
		got = append(got, field[1])
	}
	if want := []string{"signup", "login", "refreshToken", "updateUser", "auth"}; !slices.Equal(got, want) {
		t.Errorf("tokens come from %q, want %q", got, want)
	}
	ways := readText(t, "docs/security.md")
	for _, way := range got[:4] {
		if !strings.Contains(ways, "| `"+way+"`") {
			t.Errorf("docs/security.md does not list %s among the ways in", way)
		}
	}
	for _, other := range []string{"hint", "question", "otp", "code:"} {
		if strings.Contains(strings.ToLower(schema), other) {
			t.Errorf("the schema has a field with %q", other)
		}
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
