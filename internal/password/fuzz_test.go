package password_test

import (
	"strings"
	"testing"

	"latchkey/internal/password"
)

// Whatever is imported is refused without being repeated, or is in the form in which it is stored, which can be read again.
// Nothing is computed: what it would cost has its bounds.
func FuzzImport(f *testing.F) {
	seen := map[string]bool{}
	for _, v := range vectors(f) {
		if !seen[v.Format] {
			seen[v.Format] = true
			f.Add(v.Hash)
		}
	}
	for _, b := range bounds() {
		f.Add(b.at)
		f.Add(b.beyond)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		hash, err := password.Import(sent)
		if err != nil {
			if hash != "" || len(sent) > 40 && strings.Contains(err.Error(), sent) {
				t.Errorf("%q: %q, %v", sent, hash, err)
			}
			return
		}
		if len(hash) > 255 {
			t.Errorf("%q has %d bytes", hash, len(hash))
		}
		if again, err := password.Import(hash); again != hash || err != nil {
			t.Errorf("%q became %q, then %q, %v", sent, hash, again, err)
		}
		if err := password.Parse(hash); err != nil {
			t.Errorf("%q can't be read again: %v", hash, err)
		}
	})
}

// What is in the database may be anything.
func FuzzParse(f *testing.F) {
	for _, b := range bounds() {
		f.Add(b.at)
		f.Add(b.beyond)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		if err := password.Parse(stored); err != nil {
			return
		}
		if again, err := password.Import(stored); err != nil || again != stored {
			t.Errorf("%q can be read, but becomes %q, %v", stored, again, err)
		}
	})
}
