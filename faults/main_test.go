//go:build faults

// Package faults_test takes away what a server stands on, while it works: the process itself, its database, Redis, the disk. Each test
// starts the program as `go build` makes it. `make faults` runs them; they take minutes and both cores.
package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the program.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "latchkey-faults")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
	binary = filepath.Join(dir, "latchkey")
	command := exec.Command("go", "build", "-o", binary, "latchkey")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, output))
	}
	return m.Run()
}
