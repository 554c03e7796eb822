package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/bulk"
	"latchkey/internal/store"
)

// bcryptHash is that of "correct horse", from another system.
const bcryptHash = "$2b$05$vNLo.6XWb1Z4n.kTQKtgFOZ0fCLVhNfe7h2H3fAPZKVY5hX6M1e1G"

const otherHash = "$2b$05$vNLo.6XWb1Z4n.kTQKtgFO3CLVhNfe7h2H3fAPZKVY5hX6M1e1Gaa"

func ptr[T any](value T) *T { return &value }

// imported imports records, and returns what became of each.
func imported(t testing.TB, service *Service, o ImportOptions, records ...bulk.Record) []*Candidate {
	t.Helper()
	i := service.Import(o)
	var candidates []*Candidate
	for n := range records {
		records[n].Line = n + 1
		if records[n].Password == nil && records[n].PasswordHash == nil {
			records[n].PasswordHash = ptr(bcryptHash)
		}
		candidates = append(candidates, i.Check(&records[n]))
	}
	if err := i.Write(t.Context(), candidates); err != nil {
		t.Fatal(err)
	}
	return candidates
}

func outcomes(candidates []*Candidate) []Outcome {
	var all []Outcome
	for _, c := range candidates {
		all = append(all, c.Outcome)
	}
	return all
}

func became(t testing.TB, candidates []*Candidate, want ...Outcome) {
	t.Helper()
	if got := outcomes(candidates); !slices.Equal(got, want) {
		t.Errorf("became %v, want %v", got, want)
	}
}

func find(t testing.TB, service *Service, who string) *ent.User {
	t.Helper()
	found, err := service.FindUser(t.Context(), who)
	if err != nil {
		t.Fatalf("%s: %v", who, err)
	}
	return found
}

func TestImportSaysAllThatIsWrongWithARecord(t *testing.T) {
	t.Parallel()
	service := New(Config{Now: func() time.Time { return atNoon }})
	hash := ptr(bcryptHash)
	for name, c := range map[string]struct {
		record bulk.Record
		want   []string
	}{
		"nothing":               {bulk.Record{}, []string{"email REQUIRED", "passwordHash REQUIRED"}},
		"everything":            {bulk.Record{Email: ptr("x"), Username: ptr("y"), Name: ptr(" "), Role: ptr("ROOT"), CreatedAt: ptr(atNoon.Add(time.Second)), Password: ptr("")}, []string{"email INVALID_FORMAT", "username TOO_SHORT", "name BLANK", "role INVALID_FORMAT", "createdAt INVALID_FORMAT", "password BLANK"}},
		"both":                  {bulk.Record{Username: ptr("ada"), Password: ptr("x"), PasswordHash: hash}, []string{"password NOT_ALLOWED"}},
		"before 1970":           {bulk.Record{Username: ptr("ada"), CreatedAt: ptr(time.Unix(-1, 0)), PasswordHash: hash}, []string{"createdAt INVALID_FORMAT"}},
		"a long password":       {bulk.Record{Username: ptr("ada"), Password: ptr(strings.Repeat("x", 257))}, []string{"password TOO_LONG"}},
		"a mangled password":    {bulk.Record{Username: ptr("ada"), Password: ptr("a\x00")}, []string{"password INVALID_FORMAT"}},
		"a hash of nothing":     {bulk.Record{Username: ptr("ada"), PasswordHash: ptr("hunter2")}, []string{"passwordHash INVALID_FORMAT"}},
		"a record that is none": {bulk.Record{Problems: []bulk.Problem{{Message: "This is not JSON."}}}, []string{" INVALID_FORMAT"}},
		"what can't be read":    {bulk.Record{Email: ptr("x"), PasswordHash: hash, Problems: []bulk.Problem{{Field: "disabled", Message: "No."}}}, []string{"disabled INVALID_FORMAT", "email INVALID_FORMAT"}},
		"a short password":      {bulk.Record{Username: ptr("ada"), Password: ptr("x"), CreatedAt: ptr(atNoon), Role: ptr("admin")}, nil},
	} {
		checked := service.Import(ImportOptions{}).Check(&c.record)
		var got []string
		for _, p := range checked.Problems {
			got = append(got, p.Field+" "+p.Reason)
			if strings.Contains(p.Message, "hunter2") {
				t.Errorf("%s: %q", name, p.Message)
			}
		}
		if !slices.Equal(got, c.want) || (checked.Outcome == Refused) != (c.want != nil) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestImportedAccountIsAsTheRecordSays(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		at := time.Date(2020, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
		became(t, imported(t, service, ImportOptions{},
			bulk.Record{Email: ptr(" Ada@Example.org"), Username: ptr("ADA"), Name: ptr("Ada"), Role: ptr("admin"), Disabled: ptr(true), CreatedAt: &at},
			bulk.Record{Username: ptr("bob")},
			bulk.Record{Username: ptr("no")},
		), Added, Added, Refused)
		ada, bob := find(t, service, "ada@example.org"), find(t, service, "bob")
		if *ada.Username != "ada" || *ada.Name != "Ada" || ada.Role != user.RoleADMIN || !ada.Disabled || ada.PasswordHash != bcryptHash ||
			!ada.CreatedAt.Equal(at.Truncate(time.Millisecond)) || !createdAt(ada.ID).Equal(ada.CreatedAt) {
			t.Errorf("%+v", ada)
		}
		if bob.Email != nil || bob.Name != nil || bob.Role != user.RoleUSER || bob.Disabled || !bob.CreatedAt.Equal(service.now()) {
			t.Errorf("%+v", bob)
		}
	})
}

// The generator of ids would move the time on, once it has made some thousands for one millisecond.
func TestManyImportedAccountsOfOneMomentKeepIt(t *testing.T) {
	t.Parallel()
	service := newService(t, nil)
	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	seen := map[string]bool{}
	for n := range 20_000 {
		when := at.Add(-time.Duration(n%2) * time.Hour * time.Duration(n/10_000))
		id, err := service.idOf(&when)
		if err != nil || seen[id.String()] || !createdAt(id).Equal(when) {
			t.Fatalf("%s: %v", id, err)
		}
		seen[id.String()] = true
	}
}

func TestImportedPasswordInClearIsHashedAndOpensASession(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		became(t, imported(t, service, ImportOptions{}, bulk.Record{Username: ptr("ada"), Password: ptr("123")}), Added)
		if hash := find(t, service, "ada").PasswordHash; service.passwords.Outdated(hash) {
			t.Errorf("stored %q", hash)
		}
		if _, err := service.Login(service.WithRequest(t.Context(), &Request{}), LoginInput{Identifier: "ada", Password: "123"}); err != nil {
			t.Error(err)
		}
	})
}

func TestImportLeavesWhatIsThere(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		records := []bulk.Record{{Email: ptr("ada@example.org")}, {Username: ptr("bob"), Password: ptr("x")}, {Username: ptr("cid"), Email: ptr("cid@example.org")}}
		became(t, imported(t, service, ImportOptions{}, records...), Added, Added, Added)
		before, err := db.Read.User.Query().Order(ent.Asc(user.FieldID)).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		records[0].Name, records[2].Username = ptr("Ada"), ptr("sid")
		became(t, imported(t, service, ImportOptions{}, records...), Left, Left, Left)
		became(t, imported(t, service, ImportOptions{Update: true, DryRun: true}, records...), Updated, Left, Updated)
		after, err := db.Read.User.Query().Order(ent.Asc(user.FieldID)).All(t.Context())
		if err != nil || fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("%v, was %v: %v", after, before, err)
		}
	})
}

func TestImportDryRunWritesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		became(t, imported(t, service, ImportOptions{DryRun: true},
			bulk.Record{Username: ptr("ada"), Password: ptr("x")}, bulk.Record{Username: ptr("ben"), PasswordHash: ptr("x")}), Added, Refused)
		if n, err := db.Read.User.Query().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d accounts, %v", n, err)
		}
	})
}

// One record after another: what an earlier one has made, a later one of the same batch finds.
func TestImportTakesRecordsInTheirOrder(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		became(t, imported(t, service, ImportOptions{},
			bulk.Record{Username: ptr("ada"), Email: ptr("ada@example.org")},
			bulk.Record{Username: ptr("bob"), Email: ptr("bob@example.org")},
			bulk.Record{Username: ptr("cid")},
		), Added, Added, Added)
		// The first two are one account, though they have nothing in common; the name it gives up is free for the third.
		became(t, imported(t, service, ImportOptions{Update: true},
			bulk.Record{Email: ptr("ada@example.org"), Username: ptr("countess"), Name: ptr("Ada")},
			bulk.Record{Username: ptr("ada"), Email: ptr("ada@example.com")},
			bulk.Record{Username: ptr("bob"), Email: ptr("cid@example.org")},
			bulk.Record{Username: ptr("cid"), Email: ptr("bob@example.org")},
		), Updated, Added, Updated, Updated)
		countess := find(t, service, "countess")
		if *countess.Email != "ada@example.org" || *countess.Name != "Ada" || *find(t, service, "ada").Email != "ada@example.com" {
			t.Errorf("%v", countess)
		}
	})
}

func TestImportRefusesNobodyForAnothersSake(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		i := service.Import(ImportOptions{})
		var rows []*Candidate
		for n := range 5 {
			rows = append(rows, i.Check(&bulk.Record{Username: ptr(fmt.Sprintf("user%d", n)), PasswordHash: ptr(bcryptHash)}))
		}
		signedUp(t, service, "user3") // after it was looked up
		if err := i.add(t.Context(), rows); !concernsOne(err) {
			t.Fatalf("somebody has the name: %v", err)
		}
		if err := i.Write(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		became(t, rows, Added, Added, Added, Refused, Added)
	})
}

func TestImportDoesNotOverwriteWhatChangedSinceItLooked(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		imported(t, service, ImportOptions{}, bulk.Record{Username: ptr("ada")})
		i := service.Import(ImportOptions{Update: true})
		row := i.Check(&bulk.Record{Username: ptr("ada"), Name: ptr("Ada"), PasswordHash: ptr(otherHash)})
		planned, err := i.plan(nil, row, find(t, service, "ada"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := service.ChangeUser(t.Context(), planned[0].stored.ID, AccountChange{Password: ptr("chosen here")}); err != nil {
			t.Fatal(err)
		}
		if err := i.change(t.Context(), planned); !errors.Is(err, errChangedMeanwhile) {
			t.Fatal(err)
		}
		if err := i.Write(t.Context(), []*Candidate{row}); err != nil {
			t.Fatal(err)
		}
		if ada := find(t, service, "ada"); ada.Name != nil || service.passwords.Outdated(ada.PasswordHash) || !row.Used || row.Outcome != Left {
			t.Error("what was chosen here was replaced")
		}
	})
}

func TestImportThatIsStoppedHasNotWrittenWhatIsPending(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		i := service.Import(ImportOptions{})
		row := i.Check(&bulk.Record{Username: ptr("ada"), Password: ptr("x")})
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := i.Write(ctx, []*Candidate{row}); !errors.Is(err, context.Canceled) || row.Outcome != Pending {
			t.Errorf("%v, %v", err, row.Outcome)
		}
		if n, err := db.Read.User.Query().Count(t.Context()); n != 0 || err != nil {
			t.Errorf("%d accounts, %v", n, err)
		}
	})
}
