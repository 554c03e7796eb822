package testleak_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unwatched are the test files that send requests or keep a log past this package, and why they may.
var unwatched = map[string]string{
	"graph/errors_test.go":                     "makes up what is logged, and looks itself",
	"graph/proxies_test.go":                    "makes up what is logged, and looks itself",
	"internal/audit/audit_test.go":             "makes up what is logged, and holds all of it",
	"internal/auth/audit_test.go":              "logs ids only",
	"internal/metrics/metrics_test.go":         "makes up what is counted",
	"internal/server/http_internal_test.go":    "makes up what is logged, and looks itself",
	"allocations_test.go":                      "asks who somebody is, and for metrics; the server's log is searched",
	"internal/cli/lines_internal_test.go":      "makes up what is logged",
	"timing_test.go":                           "would measure the search; the server's log is searched",
	"cluster/measure_test.go":                  "would measure the search; the servers' logs are searched",
	"internal/keys/looks_internal_test.go":     "its keys are never written",
	"internal/requestid/requestid_test.go":     "makes up what is sent, and looks itself",
	"internal/server/upkeep_internal_test.go":  "there is nothing secret in it",
	"internal/server/saturated_test.go":        "hundreds of clients at once that all send what the test has sent before",
	"internal/server/origins_internal_test.go": "logs origins, and looks itself",
}

var sendsOrLogs = regexp.MustCompile(`http\.DefaultClient|http\.(Get|Post|PostForm)\(|&http\.Client\{|slog\.New(JSON|Text)Handler\(`)

// Whoever writes a harness that is not searched has to say so here. The modules under clients look
// themselves, and bench would measure the search.
func TestTheWholeSuiteIsSearched(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "clients" || entry.Name() == "node_modules" || entry.Name() == "bench") {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !sendsOrLogs.Match(text) {
			return err
		}
		name, err := filepath.Rel(root, path)
		seen[name] = true
		if _, known := unwatched[name]; !known && !strings.Contains(string(text), "testleak.") {
			t.Errorf("%s sends requests or keeps a log, and does not use this package", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	for name := range unwatched {
		if !seen[name] {
			t.Errorf("%s is listed, and neither sends nor logs", name)
		}
	}
}
