package password_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"latchkey/internal/password"
)

// vector is a hash that the original program made (testdata/make-vectors.py).
type vector struct {
	Format, Command, Password, Hash string
	Costly                          bool
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("only %d vectors", len(all))
	}
	return all
}

func TestHashesOfOtherProgramsAreVerified(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for i, v := range vectors(t) {
		t.Run(v.Format+" "+strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			hash, err := password.Import(v.Hash)
			if err != nil {
				t.Fatalf("%s: %v", v.Command, err)
			}
			sent := map[string]bool{v.Password: true}
			wrong := "C" + v.Password[1:]
			if v.Password[0] >= 0x80 { // so that it stays UTF-8
				wrong = strings.Replace(strings.Replace(v.Password, "ä", "ë", 1), "🔑", "🔒", 1)
			}
			if !v.Costly { // with the race detector it takes long enough without
				sent[wrong] = false
			}
			for sent, want := range sent {
				if got, err := h.Verify(t.Context(), hash, sent); got != want || err != nil {
					t.Errorf("%s: %q is %v, %v; want %v", v.Command, sent, got, err, want)
				}
			}
		})
	}
}

func TestImportAcceptsWhatItReturnsUnchanged(t *testing.T) {
	t.Parallel()
	hashes := []string{knownHash, decomposedHash}
	for _, v := range vectors(t) {
		hashes = append(hashes, v.Hash)
	}
	for _, sent := range hashes {
		once, err := password.Import(sent)
		if err != nil {
			t.Fatal(err)
		}
		if twice, err := password.Import(once); twice != once || err != nil {
			t.Errorf("%s became %s, then %s, %v", sent, once, twice, err)
		}
		if len(once) > 255 {
			t.Errorf("%s has %d bytes", once, len(once))
		}
	}
}

func TestOutdatedIsEveryHashThatIsNotOfTheCurrentParameters(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for _, v := range vectors(t) {
		hash, err := password.Import(v.Hash)
		if err != nil || !h.Outdated(hash) {
			t.Errorf("%s is not outdated, %v", hash, err)
		}
	}
	for _, current := range []string{knownHash, hashOf(t, h, "x")} {
		if h.Outdated(current) {
			t.Errorf("%s is outdated", current)
		}
	}
	for _, other := range []string{
		strings.Replace(knownHash, "t=2", "t=3", 1),
		strings.Replace(knownHash, "argon2id", "argon2i", 1),
		strings.Replace(knownHash, "19456", "19455", 1),
	} {
		if !h.Outdated(other) {
			t.Errorf("%s is not outdated", other)
		}
	}
}

// What the programs did as long as they accepted such passwords, so that whoever has one can go on.
func TestBcryptIgnoresWhatFollows72Bytes(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t) {
		if !strings.HasPrefix(v.Format, "bcrypt") || len(v.Password) <= 72 {
			continue
		}
		for end, want := range map[int]bool{71: false, 72: true, 73: true} {
			got, err := newHasher().Verify(t.Context(), v.Hash, v.Password[:end])
			if got != want || err != nil {
				t.Errorf("%s, %d bytes: %v, %v", v.Hash, end, got, err)
			}
		}
	}
}
