//go:build timing

package main_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"golang.org/x/crypto/argon2"

	"latchkey/internal/password"
	"latchkey/internal/testdb"
)

// Whether there is an account, and whether it is disabled, is not told by how long a refused log-in takes: over 300 tries of
// each kind the medians are within 5 % of the time of one hash. `make timing` runs this, with nothing of ours beside it.
//
// The kinds take turns, in another order each time, and each is compared with a wrong password of the same turn, so that what
// else the machine does falls on all of them. Where the first 300 differ by more, so must more tries: chance would not last.
func TestRefusedLogInsTakeTheSameTime(t *testing.T) {
	const tries, atMost, tolerance = 300, 900, 0.05
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			url := kind.URL(t)
			addAccounts(t, url)
			server := serve(t, t.TempDir(), "LATCHKEY_DATABASE_URL="+url)
			for range 10 { // warm up
				refusedLogIns(t, server.url, refusals)
			}
			var hashes []time.Duration
			differences := make([][]time.Duration, len(refusals))
			differ := func() (found []string) {
				for i, refusal := range refusals[1:] {
					share := float64(median(differences[i+1])) / float64(median(hashes))
					t.Logf("%d tries, %s: %+.1f %% of a hash", len(differences[0]), refusal.name, 100*share)
					if share > tolerance || share < -tolerance {
						found = append(found, refusal.name)
					}
				}
				return found
			}
			var found []string
			for n := 1; n <= atMost; n++ {
				if n%10 == 0 {
					hashes = append(hashes, hashTime())
				}
				for i, took := range refusedLogIns(t, server.url, refusals) {
					differences[i] = append(differences[i], took)
				}
				if n%tries == 0 {
					if found = differ(); found == nil {
						return
					}
				}
			}
			t.Errorf("not as long as a wrong password: %s", strings.Join(found, ", "))
		})
	}
}

// refusal is a log-in that must fail.
type refusal struct{ name, identifier, password string }

var refusals = []refusal{
	{"wrong password", "ada", wrongPassword}, // with which the others are compared
	{"unknown account", "bob", rightPassword},
	{"disabled account", "eve", rightPassword},
	{"disabled account and wrong password", "eve", wrongPassword},
}

var random = rand.New(rand.NewPCG(1, 2))

// refusedLogIns tries each once, in any order, and returns how much longer each took than the first of them.
func refusedLogIns(t *testing.T, url string, each []refusal) []time.Duration {
	t.Helper()
	took := make([]time.Duration, len(each))
	for _, i := range random.Perm(len(each)) {
		took[i] = refusedLogIn(t, url, each[i])
	}
	first := took[0]
	for i := range took {
		took[i] -= first
	}
	return took
}

const (
	rightPassword = "correct horse"
	wrongPassword = "incorrect one" // as long
)

// addAccounts adds ada, and eve who is disabled.
func addAccounts(t *testing.T, url string) {
	t.Helper()
	testdb.OpenMigrated(t, url)
	hash, err := password.NewHasher(password.Recommended).Hash(t.Context(), rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	columns := []string{"id", "username", "password_hash", "role", "disabled", "credential_version", "created_at", "updated_at"}
	testdb.Fill(t, url, "users", columns, 2, func(i int) []any {
		return []any{uuid.Must(uuid.NewV7()), []string{"ada", "eve"}[i], hash, "USER", i == 1, 1, now, now}
	})
}

func refusedLogIn(t *testing.T, url string, r refusal) time.Duration {
	t.Helper()
	query := fmt.Sprintf(`mutation { login(input: {identifier: %q, password: %q}) { expiresIn } }`, r.identifier, r.password)
	began := time.Now()
	answer := post(t, url, query)
	took := time.Since(began)
	if !strings.Contains(answer, "INVALID_CREDENTIALS") {
		t.Fatal(answer)
	}
	return took
}

// hashTime returns the time of one hash with the parameters of latchkey's.
func hashTime() time.Duration {
	began := time.Now()
	argon2.IDKey([]byte(rightPassword), make([]byte, 16), 2, 19*1024, 1, 32)
	return time.Since(began)
}

func median(times []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(times))[len(times)/2]
}
