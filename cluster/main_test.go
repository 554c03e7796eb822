//go:build cluster

// Package cluster_test runs several servers on a Galera cluster, each on a node of its own, behind HAProxy, and takes parts of that away.
// `make cluster` runs it; it takes minutes and both cores.
package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	binary string // the program
	shared *galera
)

func TestMain(m *testing.M) { os.Exit(prepare(m)) }

func prepare(m *testing.M) int {
	dir, err := os.MkdirTemp("", "latchkey-cluster")
	if err == nil {
		err = os.Chmod(dir, 0o755) // the nodes run as another user
	}
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	binary = filepath.Join(dir, "latchkey")
	build := exec.Command("go", "build", "-o", binary, "latchkey")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return fail(fmt.Errorf("%w\n%s", err, output))
	}
	if shared, err = newGalera(dir); err != nil {
		return fail(err)
	}
	defer shared.kill()
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
