//go:build linux

package bench_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
)

var docs = flag.Bool("docs", false, "write docs/performance.* and default.pgo")

func TestMain(m *testing.M) {
	if os.Getenv(bareMode) != "" {
		serveBare()
	}
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	var err error
	if built, err = os.MkdirTemp("", "latchkey-bench"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(built) //nolint:errcheck // it is temporary
	code := m.Run()
	if len(found.Goals) > 0 {
		fmt.Print("\n", found.table(), "\n")
	}
	if *docs {
		all, err := recorded()
		if err == nil || errors.Is(err, os.ErrNotExist) {
			err = all.with(found).write()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}
