package auth

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// What docs/security.md says of each limit is what it is, and it says nothing of others.
func TestTheSecurityGuideListsEveryLimitWithItsNumbers(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Guessing is slow\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| (\\d+) \\| (\\d+) (\\w+) \\|$").FindAllStringSubmatch(section, -1) {
		forgive, err := time.ParseDuration(row[3] + strings.TrimSuffix(row[4], "in")) // min is m to Go
		if err != nil {
			t.Error(err)
		}
		listed = append(listed, fmt.Sprint(row[1], " ", row[2], " ", forgive))
	}
	var want []string
	for _, l := range limits {
		want = append(want, fmt.Sprint(l.Name, " ", l.Free, " ", l.Forgive))
	}
	if !slices.Equal(listed, want) {
		t.Errorf("docs/security.md lists\n%q, there are\n%q", listed, want)
	}
	source, err := os.ReadFile("limits.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), "&throttle.Limit{"); n != len(limits) {
		t.Errorf("limits.go has %d limits, listed are %d", n, len(limits))
	}
}
