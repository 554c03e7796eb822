package main_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/token"
)

// pair is two servers on one MariaDB with one set of keys.
type pair struct {
	a, b *process
	keys string
	db   *store.DB
}

func servePair(t testing.TB) *pair {
	t.Helper()
	database := testdb.MariaDB(t)
	p := &pair{keys: filepath.Join(t.TempDir(), "keys")}
	env := []string{"LATCHKEY_DATABASE_URL=" + database, "LATCHKEY_KEYS_DIR=" + p.keys}
	p.a, p.b = serve(t, t.TempDir(), env...), serve(t, t.TempDir(), env...)
	p.db = testdb.Open(t, database)
	return p
}

// graphQL sends an operation and returns its data's one field, or the code of its error.
func (p *process) graphQL(t testing.TB, accessToken, query string, variables map[string]any) (map[string]any, string) {
	t.Helper()
	text := send(t, p.url, accessToken, query, variables)
	var answer struct {
		Data   map[string]map[string]any
		Errors []struct{ Extensions struct{ Code, Reason string } }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if len(answer.Errors) > 0 {
		return nil, strings.TrimSpace(answer.Errors[0].Extensions.Code + " " + answer.Errors[0].Extensions.Reason)
	}
	for _, field := range answer.Data {
		return field, ""
	}
	t.Fatal(text)
	return nil, ""
}

const (
	signUpForTokens = `mutation ($name: String!) { signup(input: {username: $name, password: "correct horse"}) {
		accessToken refreshToken user { id } } }`
	refreshToken = `mutation ($token: String!) { refreshToken(token: $token) { accessToken refreshToken } }`
	logOut       = `mutation { logout { endedSessionIds } }`
	whoAmI       = `{ me { id } }`
	refused      = "UNAUTHENTICATED REVOKED"
)

// mustGraphQL fails the test if there is an error.
func (p *process) mustGraphQL(t testing.TB, accessToken, query string, variables map[string]any) map[string]any {
	t.Helper()
	field, code := p.graphQL(t, accessToken, query, variables)
	if code != "" {
		t.Fatalf("refused with %s", code)
	}
	return field
}

func TestRefreshesAtOnceOnTwoServersAllGetTheSameToken(t *testing.T) {
	t.Parallel()
	const tabs = 64
	p := servePair(t)
	ada := p.a.mustGraphQL(t, "", signUpForTokens, map[string]any{"name": "ada"})
	got := make([]map[string]any, tabs)
	var group sync.WaitGroup
	for i := range tabs {
		server := []*process{p.a, p.b}[i%2]
		group.Go(func() {
			field, code := server.graphQL(t, "", refreshToken, map[string]any{"token": ada["refreshToken"]})
			if code != "" {
				t.Errorf("refused with %s", code)
			}
			got[i] = field
		})
	}
	group.Wait()
	for i := range tabs {
		if got[i]["refreshToken"] != got[0]["refreshToken"] {
			t.Errorf("got %v and %v", got[0], got[i])
		}
		other := []*process{p.b, p.a}[i%2]
		accessToken, _ := got[i]["accessToken"].(string)
		other.mustGraphQL(t, accessToken, whoAmI, nil)
	}
	row, err := p.db.Read.Session.Query().Only(t.Context())
	if err != nil || row.Generation != 2 {
		t.Errorf("the session has moved on from generation 1 to %v, %v", row, err)
	}
	p.b.mustGraphQL(t, "", refreshToken, map[string]any{"token": got[0]["refreshToken"]})
}

func TestReuseOnOneServerEndsTheSessionOnTheOther(t *testing.T) {
	t.Parallel()
	p := servePair(t)
	ada := p.a.mustGraphQL(t, "", signUpForTokens, map[string]any{"name": "ada"})
	first := ada["refreshToken"]
	second := p.b.mustGraphQL(t, "", refreshToken, map[string]any{"token": first})
	third := p.a.mustGraphQL(t, "", refreshToken, map[string]any{"token": second["refreshToken"]})
	if _, code := p.b.graphQL(t, "", refreshToken, map[string]any{"token": first}); code != "REFRESH_TOKEN_REUSED" {
		t.Errorf("got %q", code)
	}
	for _, server := range []*process{p.a, p.b} {
		if _, code := server.graphQL(t, third["accessToken"].(string), whoAmI, nil); code != refused {
			t.Errorf("got %q", code)
		}
		if _, code := server.graphQL(t, "", refreshToken, map[string]any{"token": third["refreshToken"]}); code != "INVALID_REFRESH_TOKEN" {
			t.Errorf("got %q", code)
		}
	}
}

// Each of 1,000 sessions is ended on one server, and its token used on the other as soon as that is answered.
func TestLogoutOnOneServerCountsAtOnceOnTheOther(t *testing.T) {
	t.Parallel()
	const sessions, workers = 1000, 8
	p := servePair(t)
	ada := p.a.mustGraphQL(t, "", signUpForTokens, map[string]any{"name": "ada"})
	userID := uuid.FromStringOrNil(ada["user"].(map[string]any)["id"].(string))
	tokens := make(chan string, sessions)
	for _, opened := range p.openSessions(t, userID, sessions) {
		tokens <- opened
	}
	close(tokens)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for opened := range tokens {
				accessToken := p.a.mustGraphQL(t, "", refreshToken, map[string]any{"token": opened})["accessToken"].(string)
				p.b.mustGraphQL(t, accessToken, whoAmI, nil)
				p.a.mustGraphQL(t, accessToken, logOut, nil)
				if _, code := p.b.graphQL(t, accessToken, whoAmI, nil); code != refused {
					t.Errorf("after the logout: %q", code)
				}
			}
		})
	}
	group.Wait()
}

// openSessions makes sessions without a log-in, which would take a hash each, and returns their refresh tokens.
func (p *pair) openSessions(t testing.TB, userID uuid.UUID, n int) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.keys, "refresh.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := token.ParseRefreshKey(text)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	var tokens []string
	err = p.db.Tx(context.Background(), func(tx *ent.Tx) error {
		var rows []*ent.SessionCreate
		tokens = nil
		for range n {
			refresh := token.Refresh{SessionID: uuid.Must(uuid.NewV7()), Generation: 1, Secret: token.NewSecret()}
			tokens = append(tokens, key.Seal(refresh))
			rows = append(rows, tx.Session.Create().SetID(refresh.SessionID).SetUserID(userID).SetSecretHash(refresh.Secret.Hash()).
				SetCreatedAt(now).SetLastUsedAt(now).SetExpiresAt(now.Add(time.Hour)).SetAccessExpiresAt(now))
		}
		return tx.Session.CreateBulk(rows...).Exec(context.Background())
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}
