//go:build timing

package main_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
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
// each kind the medians are within 5 % of the time of one hash. `make timing` runs this, with nothing of ours beside it. The limits
// are on: each try comes from another address, and no account is tried more often than may be.
//
// The kinds take turns, in another order each time, and each is compared with a wrong password of the same turn, so that what
// else the machine does falls on all of them. Where the first 300 differ by more, so must more tries: chance would not last.
func TestRefusedLogInsTakeTheSameTime(t *testing.T) {
	const tries, atMost, tolerance = 300, 900, 0.05
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			server := serveAccounts(t, kind.URL(t))
			for range 10 { // warm up
				refusedLogIns(t, server.url, 0)
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
				for i, took := range refusedLogIns(t, server.url, n) {
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

// While the limit of an account is reached, refusals tell no more, and there is no hash to hide behind: a stranger's address is
// refused after a look-up, in a time that is the same to a tenth of it.
func TestLogInsOverTheLimitTakeTheSameTime(t *testing.T) {
	const tries, atMost, tolerance = 1000, 4000, 0.1
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			server := serveAccounts(t, kind.URL(t))
			for _, refusal := range refusals {
				for answer := ""; !strings.Contains(answer, "RATE_LIMITED"); {
					answer, _ = logInFromAnywhere(t, server.url, refusal.account+"0", wrongPassword)
				}
			}
			times := make([][]time.Duration, len(refusals))
			for n := 1; n <= atMost; n++ {
				for _, i := range random.Perm(len(refusals)) {
					answer, took := logInFromAnywhere(t, server.url, refusals[i].account+"0", refusals[i].password)
					if strings.Contains(answer, "RATE_LIMITED") { // as all but one after a wait that gets ever longer
						times[i] = append(times[i], took)
					}
				}
				if n%tries != 0 {
					continue
				}
				same := true
				for i, refusal := range refusals[1:] {
					share := float64(median(times[i+1]))/float64(median(times[0])) - 1
					t.Logf("%d tries, %s: %+.1f %% of %v", n, refusal.name, 100*share, median(times[0]))
					same = same && -tolerance < share && share < tolerance
				}
				if same {
					return
				}
			}
			t.Error("not as long as with a wrong password")
		})
	}
}

// refusal is a log-in that must fail. Its accounts have numbers.
type refusal struct{ name, account, password string }

var refusals = []refusal{
	{"wrong password", "ada", wrongPassword}, // with which the others are compared
	{"unknown account", "bob", rightPassword},
	{"disabled account", "eve", rightPassword},
	{"disabled account and wrong password", "dan", wrongPassword},
}

var random = rand.New(rand.NewPCG(1, 2))

// refusedLogIns tries each once, in any order, and returns how much longer each took than the first of them. It is the n-th time:
// no account is tried more often than the limit allows.
func refusedLogIns(t *testing.T, url string, n int) []time.Duration {
	t.Helper()
	took := make([]time.Duration, len(refusals))
	for _, i := range random.Perm(len(refusals)) {
		account := fmt.Sprint(refusals[i].account, n/10)
		answer, duration := logInFromAnywhere(t, url, account, refusals[i].password)
		if !strings.Contains(answer, "INVALID_CREDENTIALS") {
			t.Fatal(answer)
		}
		took[i] = duration
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

// serveAccounts starts a server that has accounts and believes where log-ins come from.
func serveAccounts(t *testing.T, url string) *process {
	t.Helper()
	addAccounts(t, url)
	return serve(t, t.TempDir(), "LATCHKEY_DATABASE_URL="+url, "LATCHKEY_TRUSTED_PROXIES=127.0.0.1")
}

// addAccounts adds a hundred of each kind.
func addAccounts(t *testing.T, url string) {
	t.Helper()
	testdb.OpenMigrated(t, url)
	hash, err := password.NewHasher(password.Recommended).Hash(t.Context(), rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	columns := []string{"id", "username", "password_hash", "role", "disabled", "credential_version", "created_at", "updated_at"}
	kinds := []string{"ada", "eve", "dan"}
	testdb.Fill(t, url, "users", columns, 300, func(i int) []any {
		kind := kinds[i%3]
		return []any{uuid.Must(uuid.NewV7()), fmt.Sprint(kind, i/3), hash, "USER", kind != "ada", 1, now, now}
	})
}

// addresses counts those that log-ins have come from.
var addresses int

// logInFromAnywhere logs in from an address of its own, and returns the answer and how long it took.
func logInFromAnywhere(t *testing.T, url, username, password string) (string, time.Duration) {
	t.Helper()
	addresses++
	query := fmt.Sprintf(`{"query": "mutation { login(input: {identifier: \"%s\", password: \"%s\"}) { expiresIn } }"}`, username, password)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", strings.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{
		"Content-Type":    {"application/json"},
		"X-Forwarded-For": {fmt.Sprintf("10.%d.%d.%d", addresses>>16, addresses>>8&255, addresses&255)},
	}
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	answer, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer), took
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
