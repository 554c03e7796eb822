package bench_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/testdb"
	"latchkey/internal/testkeys"
	"latchkey/internal/token"
)

// person is an account with a session, and tokens of it as the server would have issued them.
type person struct {
	id      []byte
	access  string
	refresh string
}

// addPeople fills the database of a running server behind its back, with users who signed up one a second until now. Those
// returned, with a session each, are spread evenly over all of them.
func (p *process) addPeople(b *testing.B, users, sessions int) []person {
	b.Helper()
	keys := p.keys(b)
	tokens := token.New(keys, token.Config{Issuer: "http://localhost:8080", Audience: "latchkey", Now: time.Now})
	now := time.Now().UTC().Truncate(time.Millisecond)
	created := now.Add(-time.Duration(users) * time.Second)
	ids := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return created }))
	owners := make([]uuid.UUID, 0, sessions)
	columns := []string{"id", "email", "name", "password_hash", "role", "disabled", "credential_version", "created_at", "updated_at"}
	testdb.Fill(b, p.database, "users", columns, users, func(i int) []any {
		created = created.Add(time.Second)
		id := uuid.Must(ids.NewV7())
		if i%(users/sessions) == 0 && len(owners) < sessions {
			owners = append(owners, id)
		}
		email := fmt.Sprintf("%c%06d.%d@example.org", 'a'+i%26, i, p.pid)
		return []any{id, email, fmt.Sprintf("User %d", i), "none", "USER", false, 1, created, created}
	})
	people := make([]person, sessions)
	columns = []string{"id", "user_id", "created_at", "last_used_at", "expires_at", "access_expires_at", "generation", "secret_hash", "delivery"}
	testdb.Fill(b, p.database, "sessions", columns, sessions, func(i int) []any {
		session, secret := uuid.Must(uuid.NewV7()), token.NewSecret()
		access, err := tokens.Issue(token.Claims{ID: uuid.Must(uuid.NewV7()), UserID: owners[i], SessionID: session, Role: "USER", Version: 1,
			ExpiresAt: now.Add(12 * time.Hour)})
		if err != nil {
			b.Fatal(err)
		}
		people[i] = person{id: []byte(owners[i].String()), access: access,
			refresh: tokens.SealRefresh(token.Refresh{SessionID: session, Generation: 1, Secret: secret})}
		return []any{session, owners[i], now, now, now.Add(24 * time.Hour), now.Add(12 * time.Hour), 1, secret.Hash(), "BODY"}
	})
	return people
}

// keys are those that the server has made.
func (p *process) keys(b *testing.B) testkeys.Fixed {
	b.Helper()
	dir := filepath.Join(p.dir, "data", "keys")
	signing, err := os.ReadFile(filepath.Join(dir, "signing.pem"))
	if err != nil {
		b.Fatal(err)
	}
	refresh, err := os.ReadFile(filepath.Join(dir, "refresh.pem"))
	if err != nil {
		b.Fatal(err)
	}
	var k testkeys.Fixed
	if k.Key, err = token.ParseKey(signing); err == nil {
		k.RefreshKey, err = token.ParseRefreshKey(refresh)
	}
	if err != nil {
		b.Fatal(err)
	}
	return k
}
