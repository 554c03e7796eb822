package bench_test

import (
	"fmt"
	"os"
	"testing"
)

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
	return m.Run()
}
