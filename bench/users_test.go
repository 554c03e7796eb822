package bench_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/ent/user"
	"latchkey/internal/auth"
	"latchkey/internal/testdb"
	"latchkey/internal/testkeys"
	"latchkey/internal/token"
)

const (
	manyUsers = 1_000_000
	pageSize  = 100
	everyNth  = 1_000 // is disabled, and the one after it an administrator
)

// A page far down the list must cost what the first one costs, among a million accounts: the ratio is to be about 1. All
// but the first look whether there are accounts before them too, which on MariaDB is one more round trip. The same goes for the
// pages of filters, each at the top of the list and in the middle.
func BenchmarkPagesOfAMillionUsers(b *testing.B) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			a := fillUsers(b, kind.URL(b))
			for b.Loop() {
				all := a.pages(b, "all", nil, nil, a.cursor(pageSize), a.cursor(manyUsers-pageSize))
				b.ReportMetric(micros(all[0]), "µs/page-1")
				b.ReportMetric(micros(all[1]), "µs/page-2")
				b.ReportMetric(micros(all[2]), "µs/page-10000")
				b.ReportMetric(float64(all[2])/float64(all[0]), "ratio")
				b.ReportMetric(float64(all[2])/float64(all[1]), "ratio-to-page-2")
				reach(b, "page 10,000 of a million users, "+kind.Name+", times page 2", float64(all[2])/float64(all[1]), "%.0f µs to %.0f µs",
					micros(all[2]), micros(all[1]))
				for name, filter := range a.filters() {
					times := a.pages(b, name, filter, nil, a.cursor(manyUsers/2))
					b.ReportMetric(micros(times[0]), "µs/"+name+"-first")
					b.ReportMetric(micros(times[1]), "µs/"+name+"-later")
				}
				a.administer(b)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// accounts are a million users, one a second, the newest last.
type accounts struct {
	service *auth.Service
	tokens  *token.Tokens
	ids     []uuid.UUID
	created time.Time // the last of them
}

func fillUsers(b *testing.B, url string) *accounts {
	b.Helper()
	db := testdb.OpenMigrated(b, url)
	a := &accounts{created: time.Now().Add(-manyUsers * time.Second).Truncate(time.Millisecond)}
	generator := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return a.created }))
	columns := []string{"id", "email", "username", "password_hash", "role", "disabled", "created_at", "updated_at"}
	testdb.Fill(b, url, "users", columns, manyUsers, func(i int) []any {
		a.created = a.created.Add(time.Second)
		a.ids = append(a.ids, uuid.Must(generator.NewV7()))
		role := user.RoleUSER
		if i%everyNth == 1 {
			role = user.RoleADMIN
		}
		// Addresses that begin with a letter are of all times, and all usernames begin in the same way.
		email, username := fmt.Sprintf("%c%06d@example.org", 'a'+i%26, i), fmt.Sprintf("user%06d", i)
		return []any{a.ids[i], email, username, "none", string(role), i%everyNth == 0, a.created.UTC(), a.created.UTC()}
	})
	a.tokens = token.New(testkeys.New(b), token.Config{Issuer: "i", Audience: "a", Now: time.Now})
	a.service = auth.New(auth.Config{DB: db, Tokens: a.tokens, Now: time.Now})
	return a
}

// cursor is that of the nth account of the list, from 1.
func (a *accounts) cursor(nth int) *string {
	cursor := base64.RawURLEncoding.EncodeToString(a.ids[manyUsers-nth].Bytes())
	return &cursor
}

// filters are each member alone, and together.
func (a *accounts) filters() map[string]*auth.UserFilter {
	member, admin, yes, no := user.RoleUSER, user.RoleADMIN, true, false
	all, some, few := "user", "e", "user1234"
	weekAgo, yearAgo := a.created.Add(-7*24*time.Hour), a.created.Add(-365*24*time.Hour)
	return map[string]*auth.UserFilter{
		"USER": {Role: &member}, "ADMIN": {Role: &admin}, "disabled": {Disabled: &yes}, "enabled": {Disabled: &no},
		"USER+enabled": {Role: &member, Disabled: &no}, "USER+disabled": {Role: &member, Disabled: &yes},
		"ADMIN+enabled": {Role: &admin, Disabled: &no}, "ADMIN+disabled": {Role: &admin, Disabled: &yes},
		"created": {CreatedAfter: &yearAgo, CreatedBefore: &weekAgo}, "created+ADMIN": {CreatedAfter: &yearAgo, CreatedBefore: &weekAgo, Role: &admin},
		"text-all": {Text: &all}, "text-some": {Text: &some}, "text-few": {Text: &few},
		"text-few+USER+enabled": {Text: &few, Role: &member, Disabled: &no}, "text-few+created": {Text: &few, CreatedAfter: &yearAgo},
		"text-some+disabled": {Text: &some, Disabled: &yes},
		"everything":         {Text: &all, Role: &member, Disabled: &no, CreatedAfter: &yearAgo, CreatedBefore: &weekAgo},
	}
}

// pages returns how long the page after each cursor takes.
func (a *accounts) pages(b *testing.B, name string, filter *auth.UserFilter, cursors ...*string) []time.Duration {
	b.Helper()
	times, medians := make([][]time.Duration, len(cursors)), make([]time.Duration, len(cursors))
	size := pageSize
	for range rounds {
		for i, cursor := range cursors { // in turn, as always
			began := time.Now()
			if _, err := a.service.ListUsers(b.Context(), &size, cursor, filter); err != nil {
				b.Fatalf("%s: %v", name, err)
			}
			times[i] = append(times[i], time.Since(began))
		}
	}
	for i := range times {
		medians[i] = median(times[i])
	}
	return medians
}

// administer measures changes after which another administrator has to be left.
func (a *accounts) administer(b *testing.B) {
	b.Helper()
	const size, demoted = 100, 9 // accounts that are deleted at once, administrators that become users
	viewer, err := a.tokens.Issue(token.Claims{ID: uuid.Must(uuid.NewV7()), UserID: a.ids[1], SessionID: uuid.Must(uuid.NewV7()),
		Role: "ADMIN", Version: 1, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		b.Fatal(err)
	}
	var demotions, deletions []time.Duration
	for i := range demoted {
		ctx := a.service.WithRequest(b.Context(), &auth.Request{AccessToken: viewer})
		began, role := time.Now(), user.RoleUSER
		in := auth.UpdateUserInput{ID: graphql.OmittableOf(&a.ids[(i+1)*everyNth+1]), Role: graphql.OmittableOf(&role)}
		if _, err := a.service.UpdateUser(ctx, in); err != nil {
			b.Fatal(err)
		}
		demotions = append(demotions, time.Since(began))
		began = time.Now()
		if _, err := a.service.DeleteUsers(ctx, a.ids[manyUsers/2+i*size:][:size]); err != nil { // an administrator among some of them
			b.Fatal(err)
		}
		deletions = append(deletions, time.Since(began))
	}
	b.ReportMetric(micros(median(demotions)), "µs/demote")
	b.ReportMetric(micros(median(deletions)), "µs/delete-100")
}
