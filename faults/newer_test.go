//go:build faults

package faults_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// newerMigrations are what the newer latchkey has more: a folder for each database.
const newerMigrations = "testdata/newer"

// newerFields are what the newer latchkey keeps more: into which file, before which line.
var newerFields = []struct{ file, before, insert string }{
	{"user.go", "\t\ttimeField(\"created_at\"),\n",
		`field.String("locale").Default("en").MaxLen(35), field.Time("verified_at").Optional().Nillable().SchemaType(map[string]string{"mysql": "datetime(6)"}),`},
	{"session.go", "\t\tfield.String(\"ip_address\")", `field.String("device").Optional().Nillable().MaxLen(64),`},
}

// newer builds the next version of the program, once: this source with the tables changed, and all that is generated from them generated
// again. Nothing of it is kept, so that it can't fall behind.
func newer(t testing.TB) string {
	t.Helper()
	program := binary + "-newer"
	if _, err := os.Stat(program); err == nil {
		return program
	}
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"go.mod", "go.sum", "ent/generate.go"} {
		put(t, filepath.Join(dir, file), take(t, filepath.Join(root, file)))
	}
	if err := os.CopyFS(filepath.Join(dir, "ent", "schema"), os.DirFS(filepath.Join(root, "ent", "schema"))); err != nil {
		t.Fatal(err)
	}
	for _, more := range newerFields {
		path := filepath.Join(dir, "ent", "schema", more.file)
		text := take(t, path)
		if strings.Count(text, more.before) != 1 {
			t.Fatalf("ent/schema/%s has not one %q any more: say where the newer latchkey keeps more", more.file, more.before)
		}
		put(t, path, strings.Replace(text, more.before, more.insert+"\n"+more.before, 1))
	}
	goIn(t, filepath.Join(dir, "ent"), "generate", ".")
	if err := os.CopyFS(filepath.Join(dir, "ent", "migrate"), os.DirFS(newerMigrations)); err != nil {
		t.Fatal(err)
	}

	replaced := map[string]string{}
	err = fs.WalkDir(os.DirFS(dir), "ent", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			replaced[filepath.Join(root, path)] = filepath.Join(dir, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "overlay.json"), string(overlay))
	goIn(t, root, "build", "-overlay", filepath.Join(dir, "overlay.json"), "-trimpath", "-o", program, ".")
	return program
}

func goIn(t testing.TB, dir string, args ...string) {
	t.Helper()
	command := exec.Command("go", args...)
	command.Dir, command.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "PWD="+dir)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, output)
	}
}

func take(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
