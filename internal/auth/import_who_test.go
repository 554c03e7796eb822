package auth

import (
	"strings"
	"testing"
	"time"

	"latchkey/ent/user"
	"latchkey/internal/bulk"
	"latchkey/internal/store"
)

// Two people of a system that tells Ada from ada would be one account, with the password of the second.
func TestImportRefusesWhatAnEarlierRecordHas(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		records := []bulk.Record{
			{Username: ptr("Ada")},
			{Username: ptr("ada"), PasswordHash: ptr(otherHash), Role: ptr("ADMIN")},
			{Email: ptr("bob@example.org"), PasswordHash: ptr("x")}, // counts for nothing
			{Email: ptr("Bob@example.org"), Username: ptr("bob")},
			{Email: ptr("bob@EXAMPLE.org")},
			{Email: ptr("cid@example.org"), Username: ptr("BOB")},
		}
		want := []Outcome{Added, Refused, Refused, Added, Refused, Refused}
		became(t, imported(t, service, ImportOptions{DryRun: true}, records...), want...)
		got := imported(t, service, ImportOptions{}, records...)
		became(t, got, want...)
		for n, field := range map[int]string{1: "username", 4: "email", 5: "username"} {
			if problems := got[n].Problems; len(problems) != 1 || problems[0].Field != field {
				t.Errorf("record %d: %v", n, problems)
			}
		}
		became(t, imported(t, service, ImportOptions{Update: true}, records...), Left, Refused, Refused, Left, Refused, Refused)
		if ada := find(t, service, "ada"); ada.PasswordHash != bcryptHash || ada.Role != user.RoleUSER {
			t.Errorf("%v", ada)
		}
	})
}

func TestImportUpdatesWhatARecordSaysAndNothingElse(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		full := bulk.Record{Username: ptr("ada"), Email: ptr("ada@example.org"), Name: ptr("Ada"), Role: ptr("ADMIN"), Disabled: ptr(true)}
		imported(t, service, ImportOptions{}, full, bulk.Record{Username: ptr("root"), Role: ptr("ADMIN")})
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("ada")}), Left)
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Email: full.Email, Role: full.Role}), Left)
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("ada")}, bulk.Record{Email: full.Email}), Left, Refused)
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("ada"), Disabled: ptr(false), PasswordHash: ptr(otherHash)}), Updated)
		ada := find(t, service, "ada@example.org")
		if *ada.Name != "Ada" || ada.Role != user.RoleADMIN || ada.Disabled || ada.PasswordHash != otherHash {
			t.Errorf("%v", ada)
		}
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("ada"), PasswordHash: ptr(bcryptHash)}), Updated)
		if again := find(t, service, "ada"); again.PasswordHash != bcryptHash || again.CredentialVersion != ada.CredentialVersion+1 {
			t.Errorf("a hash alone: %v", again)
		}
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("ada"), Password: ptr("x")}), Updated)
		if again := find(t, service, "ada"); service.passwords.Outdated(again.PasswordHash) {
			t.Error("a password in clear alone does nothing")
		}
	})
}

// Whoever has signed up here, with the e-mail address or the username of someone who is yet to come, does not get their account,
// nor their role; and nobody takes over an account that the operator has made here.
func TestImportGivesNobodyTheAccountOfAnother(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		mallory := signedUp(t, service, "dave")
		for _, o := range []ImportOptions{{}, {DryRun: true}, {Update: true}, {Update: true, DryRun: true}} {
			got := imported(t, service, o, bulk.Record{Email: ptr("dave@example.org"), Username: ptr("dave"), Role: ptr("ADMIN")})
			became(t, got, Refused)
			if problem := got[0].Problems[0]; problem.Field != "username" || !strings.Contains(problem.Message, "made here") {
				t.Errorf("%v", problem)
			}
		}
		if dave := find(t, service, "dave"); dave.Email != nil || dave.Role != user.RoleUSER || reasonOf(t, service, mallory.AccessToken) != "" {
			t.Errorf("%v", dave)
		}
	})
}

// A name that was freed in the old system, and taken by someone else there.
func TestImportTellsPeopleApartByTheTimeTheyWereCreated(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		first, second := time.Date(2015, 5, 5, 0, 0, 0, 123456789, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		imported(t, service, ImportOptions{}, bulk.Record{Username: ptr("chef"), Role: ptr("ADMIN"), CreatedAt: &first})
		for _, o := range []ImportOptions{{}, {Update: true}} {
			became(t, imported(t, service, o, bulk.Record{Username: ptr("chef"), CreatedAt: &second, PasswordHash: ptr(otherHash)}), Refused)
			became(t, imported(t, service, o, bulk.Record{Username: ptr("chef"), CreatedAt: &first}), Left)
		}
		became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: ptr("chef"), CreatedAt: &first, PasswordHash: ptr(otherHash)}), Updated)
	})
}

// From the first log-in on, or when anything was changed here, the account is its user's, whatever the old system says, and
// whatever its hash is.
func TestImportLeavesAnAccountThatWasUsedHere(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ours, err := service.passwords.Hash(t.Context(), "correct horse")
		if err != nil {
			t.Fatal(err)
		}
		role := user.RoleADMIN
		for name, use := range map[string]func() error{
			"logs.in": func() error {
				_, err := service.Login(service.WithRequest(t.Context(), &Request{}), LoginInput{Identifier: "logs.in", Password: "correct horse"})
				return err
			},
			"gets.a.password": func() error {
				_, err := service.ChangeUser(t.Context(), find(t, service, "gets.a.password").ID, AccountChange{Password: ptr("chosen here")})
				return err
			},
			"gets.a.role": func() error {
				_, err := service.ChangeUser(t.Context(), find(t, service, "gets.a.role").ID, AccountChange{Role: &role})
				return err
			},
			"gets.a.name": func() error {
				_, err := service.ChangeUser(t.Context(), find(t, service, "gets.a.name").ID, AccountChange{Name: ChangeText(ptr("Ada"))})
				return err
			},
		} {
			imported(t, service, ImportOptions{}, bulk.Record{Username: &name, PasswordHash: &ours})
			became(t, imported(t, service, ImportOptions{Update: true}, bulk.Record{Username: &name, PasswordHash: &ours, Name: ptr("Before")}), Updated)
			if err := use(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			before := find(t, service, name)
			for _, record := range []bulk.Record{
				{Username: &name, PasswordHash: ptr(otherHash)}, {Username: &name, Password: ptr("another")},
				{Username: &name, PasswordHash: &ours, Role: ptr("ADMIN"), Disabled: ptr(true), Email: ptr("x@example.org"), Name: ptr("X")},
			} {
				got := imported(t, service, ImportOptions{Update: true}, record)
				became(t, got, Left)
				if !got[0].Used || !sameAccount(before, find(t, service, name)) {
					t.Errorf("%s: %v", name, find(t, service, name))
				}
			}
		}
	})
}

func TestImportLeavesTheLastAdministrator(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		imported(t, service, ImportOptions{}, bulk.Record{Username: ptr("ada"), Role: ptr("ADMIN")}, bulk.Record{Username: ptr("bob")})
		for _, dryRun := range []bool{true, false} {
			got := imported(t, service, ImportOptions{Update: true, DryRun: dryRun}, bulk.Record{Username: ptr("ada"), Role: ptr("USER")}, bulk.Record{Username: ptr("bob"), Name: ptr("Bob")})
			became(t, got, Refused, Updated)
			if got[0].Problems[0].Code != LastAdministrator {
				t.Error(got[0].Problems)
			}
		}
	})
}
