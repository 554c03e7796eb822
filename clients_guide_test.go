package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const clientsGuide = "docs/clients.md" // its TypeScript is tried by clients/snippets and clients/stories

func TestCurlOfTheClientsGuide(t *testing.T) {
	t.Parallel()
	server := serveAda(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password.txt"), []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	story := strings.ReplaceAll(strings.Join(shell(t, clientsGuide), "\n"), "http://localhost:8080", server.url)
	read := func() string {
		tokens, err := os.ReadFile(filepath.Join(dir, "tokens.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(tokens)
	}

	login, refresh, found := strings.Cut(story, "# After 15 minutes")
	if !found {
		t.Fatalf("no refresh in %s", story)
	}
	if got := runShell(t, dir, login); got != `{"data":{"me":{"username":"ada"}}}` {
		t.Error(got)
	}
	before := read()
	if got := runShell(t, dir, "umask 077\n#"+refresh); got != "" {
		t.Error(got)
	}
	if after := read(); after == before || !strings.Contains(after, `"refreshToken": "`) {
		t.Errorf("the tokens after the refresh: %s", after)
	}
	info, err := os.Stat(filepath.Join(dir, "tokens.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("tokens.json: %v, %v", info.Mode(), err)
	}
}

func TestGoClientOfTheClientsGuide(t *testing.T) {
	t.Parallel()
	server := serveAda(t)
	client := exec.CommandContext(t.Context(), buildOfTheGuide(t, "client.go", "clients/generators/genqlient", server.url))
	client.Env = []string{"PASSWORD=correct horse"}
	if output, err := client.CombinedOutput(); err != nil || string(output) != "ada\n" {
		t.Errorf("%v: %s", err, output)
	}
}

func TestGoServiceOfTheClientsGuideCompiles(t *testing.T) {
	t.Parallel()
	buildOfTheGuide(t, "service.go", "clients/work-items", "http://localhost:8080")
}

// serveAda starts a server that knows one account.
func serveAda(t testing.TB) *process {
	t.Helper()
	server := serve(t, t.TempDir())
	signUp(t, server.url, "ada")
	return server
}

// buildOfTheGuide compiles a program in the guide, for the Latchkey at this URL, and returns the file. The program is a package of the
// module in dir, which has what it imports, without being written there.
func buildOfTheGuide(t testing.TB, title, dir, url string) string {
	t.Helper()
	guide, err := os.ReadFile(clientsGuide)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(guide), "\n```go title="+title+"\n")
	if !found {
		t.Fatalf("%s has no %s", clientsGuide, title)
	}
	program, _, _ := strings.Cut(rest, "\n```\n")
	module, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	source, overlay, built := filepath.Join(temp, "main.go"), filepath.Join(temp, "overlay"), filepath.Join(temp, "built")
	mapping, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(module, "guide", "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	program = strings.ReplaceAll(program, "http://localhost:8080", url) + "\n"
	for file, text := range map[string]string{source: program, overlay: string(mapping)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compile := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", built, "./guide")
	compile.Dir = module
	if output, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return built
}
