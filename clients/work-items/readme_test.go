package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestStoryOfTheREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	l := startLatchkey(t)
	s := startService(t, l)
	var story strings.Builder
	for _, rest := range strings.Split(string(text), "\n```sh\n")[1:] {
		block, _, _ := strings.Cut(rest, "\n```")
		story.WriteString(block + "\necho\n")
	}
	commands := strings.NewReplacer("http://localhost:8080", l.url, "http://localhost:8081/graphql", s.url).Replace(story.String())
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", commands)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), commands)
	}
	for _, want := range []string{
		`{"data":{"createWorkItem":{"workItem":{"id":"`, `"title":"Water the plants","done":false,"createdAt":"20`,
		`"extensions":{"code":"UNAUTHENTICATED","reason":"MISSING"}`,
	} {
		if !strings.Contains(string(output), want) {
			t.Errorf("no %s in %s", want, output)
		}
	}
}
