package password_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/go-crypt/x/crypt"

	"latchkey/internal/password"
)

// bound is a hash at a bound, and one beyond it.
type bound struct{ name, at, beyond, reason string }

func bounds() []bound {
	ends := "$" + salt16 + "$" + key32
	b64 := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	argon := func(m, t, p int) string { return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d%s", m, t, p, ends) }
	scrypt := func(ln, r, p int) string { return fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d%s", ln, r, p, ends) }
	pbkdf2 := func(name string, rounds, key int) string {
		return fmt.Sprintf("$%s$%d$%s$%s", name, rounds, salt16, b64(key))
	}
	sized := func(salt, key int) string { return "$argon2id$v=19$m=8,t=1,p=1$" + b64(salt) + "$" + b64(key) }
	bcrypt := func(cost int) string { return fmt.Sprintf("$2b$%02d", cost) + in2b[6:] }
	sha := func(id, rounds, key int) string {
		return fmt.Sprintf("$%d$rounds=%d$saltsalt$%s", id, rounds, strings.Repeat("x", key))
	}
	const weak, costly = "below what its algorithm allows", "too much to verify"
	const shortKey, shortSalt = "key is too short", "salt is too short"
	return []bound{
		{"salt, shortest", sized(8, 16), sized(7, 16), shortSalt},
		{"salt, longest", sized(64, 16), sized(65, 16), shortSalt},
		{"key, shortest", sized(16, 16), sized(16, 15), shortKey},
		{"key, longest", sized(16, 64), sized(16, 65), shortKey},
		{"Argon2, memory", argon(65536, 6, 1), argon(65537, 1, 1), costly},
		{"Argon2, memory times passes", argon(65536, 6, 1), argon(65536, 7, 1), costly},
		{"Argon2, passes over little memory", argon(8, 49152, 1), argon(8, 49153, 1), costly},
		{"Argon2, lanes", argon(65536, 6, 8), argon(65536, 1, 9), costly},
		{"Argon2, no lane", argon(8, 1, 1), argon(8, 1, 0), weak},
		{"Argon2, no pass", argon(8, 1, 1), argon(8, 0, 1), weak},
		{"Argon2, memory for its lanes", argon(64, 1, 8), argon(63, 1, 8), weak},
		{"bcrypt, highest cost", bcrypt(13), bcrypt(14), costly},
		{"bcrypt, lowest cost", bcrypt(4), bcrypt(3), weak},
		{"scrypt, memory", scrypt(16, 8, 1), scrypt(17, 8, 1), costly},
		{"scrypt, memory by r", scrypt(16, 8, 2), scrypt(16, 9, 1), costly},
		{"scrypt, work", scrypt(16, 8, 2), scrypt(16, 8, 3), costly},
		{"scrypt, r", scrypt(11, 32, 16), scrypt(1, 33, 1), costly},
		{"scrypt, p", scrypt(11, 32, 16), scrypt(1, 1, 17), costly},
		{"scrypt, N beyond every number", scrypt(14, 8, 1), scrypt(64, 1, 1), costly},
		{"scrypt, lowest N", scrypt(1, 1, 1), scrypt(0, 1, 1), weak},
		{"scrypt, lowest r", scrypt(1, 1, 1), scrypt(1, 0, 1), weak},
		{"scrypt, lowest p", scrypt(1, 1, 1), scrypt(1, 1, 0), weak},
		{"PBKDF2, fewest rounds", pbkdf2("pbkdf2", 1000, 20), pbkdf2("pbkdf2", 999, 20), weak},
		{"PBKDF2-SHA1", pbkdf2("pbkdf2", 2000000, 20), pbkdf2("pbkdf2", 2000001, 20), costly},
		{"PBKDF2-SHA1, two blocks", pbkdf2("pbkdf2", 1000000, 21), pbkdf2("pbkdf2", 1000001, 21), costly},
		{"PBKDF2-SHA256", pbkdf2("pbkdf2-sha256", 2500000, 32), pbkdf2("pbkdf2-sha256", 2500001, 32), costly},
		{"PBKDF2-SHA256, two blocks", pbkdf2("pbkdf2-sha256", 1250000, 64), pbkdf2("pbkdf2-sha256", 1250001, 64), costly},
		{"PBKDF2-SHA512", pbkdf2("pbkdf2-sha512", 750000, 64), pbkdf2("pbkdf2-sha512", 750001, 64), costly},
		{"sha256crypt, most rounds", sha(5, 1000000, 43), sha(5, 1000001, 43), costly},
		{"sha512crypt, most rounds", sha(6, 656000, 86), sha(6, 656001, 86), costly},
		{"SHA-crypt, fewest rounds", sha(5, 1000, 43), sha(5, 999, 43), weak},
		{"sha256crypt, key", sha(5, 1000, 43), sha(5, 1000, 44), shortKey},
		{"sha512crypt, key", sha(6, 1000, 86), sha(6, 1000, 85), shortKey},
		{"SHA-crypt, shortest salt", "$5$saltsalt$" + key32, "$5$saltsal$" + key32, shortSalt},
		{"SHA-crypt, longest salt", "$5$saltsaltsaltsalt$" + key32, "$5$saltsaltsaltsalts$" + key32, shortSalt},
	}
}

func TestEveryParameterIsBounded(t *testing.T) {
	t.Parallel()
	for _, b := range bounds() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			if got, err := password.Import(b.at); got != b.at || err != nil {
				t.Errorf("at the bound, %s: %v", b.at, err)
			}
			if got, err := password.Import(b.beyond); got != "" || err == nil || !strings.Contains(err.Error(), b.reason) {
				t.Errorf("beyond it, %s: %q, %v; want %q", b.beyond, got, err, b.reason)
			}
			// Nor is it computed if it is in the database all the same.
			if right, err := newHasher().Verify(t.Context(), b.beyond, "x"); right || err == nil {
				t.Errorf("beyond it, %s is verified: %v, %v", b.beyond, right, err)
			}
		})
	}
}

// With so many rounds, longer ones would take more than half a second.
func TestLongPasswordsAreRefusedOnlyWhereThereAreManyRoundsOfSHA512(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for _, v := range vectors(t) {
		if v.Format != "sha512crypt" || len(v.Password) < 200 {
			continue
		}
		if right, err := h.Verify(t.Context(), v.Hash, v.Password); !right || err != nil {
			t.Errorf("%s: %v, %v", v.Hash, right, err)
		}
	}
	// Of passlib.sha512_crypt.using(rounds=656000, salt="saltsalt").hash("x" * 96), and of 97.
	for hash, c := range map[string]struct {
		bytes int
		want  bool
	}{
		longAllowed: {96, true},
		longRefused: {97, false},
	} {
		if right, err := h.Verify(t.Context(), hash, strings.Repeat("x", c.bytes)); right != c.want || err != nil {
			t.Errorf("%d bytes: %v, %v", c.bytes, right, err)
		}
	}
}

// SHA-crypt hashes the password once for each of its bytes, however few the rounds are.
func TestSHACryptRefusesWhatIsLongerThanLogInTakes(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for length, want := range map[int]bool{password.MaxGiven: true, password.MaxGiven + 1: false} {
		long := strings.Repeat("x", length)
		hash := "$5$rounds=1000$saltsalt$" + string(crypt.KeySHACrypt(sha256.New, []byte(long), []byte("saltsalt"), 1000))
		if right, err := h.Verify(t.Context(), hash, long); right != want || err != nil {
			t.Errorf("%d bytes: %v, %v", length, right, err)
		}
	}
}

// BenchmarkBounds is one verification at each bound, with the longest password.
func BenchmarkBounds(b *testing.B) {
	h := newHasher()
	longest := strings.Repeat("x", password.MaxGiven)
	for _, c := range bounds() {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.Verify(b.Context(), c.at, longest); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const (
	longAllowed = "$6$rounds=656000$saltsalt$Kua/7/FUUD9PtO5ptjM7H.sJ.gGEntgmG042TKwbgjkfQrMFjAkT7PkzHQ4kFKmc0vFX36Rsa8RI/FWTeZVx9/"
	longRefused = "$6$rounds=656000$saltsalt$h2B6NEX9KTPmvtSk0qYX3ZeyuKRFkfRNsiZZCjUzmNPTM3foCdHwU9LArul2vV2/RjG1qPW1QPDxNtbihatxg1"
)
