package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// reasonOf is why a token is refused, "" if it is accepted.
func reasonOf(t testing.TB, service *Service, accessToken string) token.Problem {
	t.Helper()
	status, err := service.ValidateToken(service.WithRequest(t.Context(), &Request{}), accessToken)
	if err != nil {
		t.Fatal(err)
	}
	if status.Active {
		return ""
	}
	return *status.Reason
}

// signedUp is an account with one session.
func signedUp(t testing.TB, service *Service, username string) *AuthPayload {
	t.Helper()
	payload, err := service.Signup(service.WithRequest(t.Context(), &Request{}), SignupInput{Username: &username, Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// refreshed returns the tokens that a refresh brings, or its error.
func refreshed(t testing.TB, service *Service, payload *AuthPayload) (*AuthPayload, error) {
	t.Helper()
	return service.RefreshToken(service.WithRequest(t.Context(), &Request{}), payload.RefreshToken)
}

func TestOperatorFindsAnAccountByWhateverNamesIt(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada := addUser(t, db, "ada", "x")
		name := strings.ReplaceAll(ada.ID.String(), "-", "")
		if found, err := service.FindUser(t.Context(), addUser(t, db, name, "x").ID.String()); err != nil || *found.Username != name {
			t.Errorf("%v, %v", found, err)
		}
		if found, err := service.FindUser(t.Context(), name); err != nil || found.ID == ada.ID {
			t.Errorf("a username like the id of somebody else finds %v, %v", found, err)
		}
		for _, who := range []string{ada.ID.String(), "ada", " ADA "} {
			if found, err := service.FindUser(t.Context(), who); err != nil || found.ID != ada.ID {
				t.Errorf("%q: %v, %v", who, found, err)
			}
		}
		for _, who := range []string{"", "nobody", "ada@example.org", uuid.Must(uuid.NewV7()).String()} {
			var refusal *Error
			if _, err := service.FindUser(t.Context(), who); !errors.As(err, &refusal) || refusal.Code != NotFound {
				t.Errorf("%q: %v", who, err)
			}
		}
	})
}

func TestDisablingEndsTheSessionsForGood(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada, grace := signedUp(t, service, "ada"), signedUp(t, service, "grace")
		yes, no := true, false
		if changed, err := service.ChangeUser(t.Context(), ada.User.ID, AccountChange{Disabled: &yes}); err != nil || !changed.Disabled {
			t.Fatal(changed, err)
		}
		if got := reasonOf(t, service, ada.AccessToken); got != token.Revoked {
			t.Errorf("the token of a disabled user: %q", got)
		}
		if _, err := service.ChangeUser(t.Context(), ada.User.ID, AccountChange{Disabled: &no}); err != nil {
			t.Fatal(err)
		}
		if got := reasonOf(t, service, ada.AccessToken); got != token.Revoked {
			t.Errorf("enabled again, the old token is accepted: %q", got)
		}
		if _, err := refreshed(t, service, ada); err == nil {
			t.Error("enabled again, the old session goes on")
		}
		if got := reasonOf(t, service, grace.AccessToken); got != "" {
			t.Errorf("somebody else's token: %q", got)
		}
	})
}

func TestAnotherRoleLeavesTheSessionsButNotTheirAccessTokens(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada := signedUp(t, service, "ada")
		admin := user.RoleADMIN
		for range 2 { // the second time nothing changes
			if changed, err := service.ChangeUser(t.Context(), ada.User.ID, AccountChange{Role: &admin}); err != nil || changed.Role != admin || changed.CredentialVersion != 2 {
				t.Fatal(changed, err)
			}
		}
		if got := reasonOf(t, service, ada.AccessToken); got != token.Revoked {
			t.Errorf("the token with the old role: %q", got)
		}
		again, err := refreshed(t, service, ada)
		if err != nil || again.User.Role != admin || reasonOf(t, service, again.AccessToken) != "" {
			t.Errorf("after the refresh: %v, %v", again, err)
		}
	})
}

func TestRemovedAccountIsGoneWithItsSessions(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada := signedUp(t, service, "ada")
		if err := service.RemoveUser(t.Context(), ada.User.ID); err != nil {
			t.Fatal(err)
		}
		if got := reasonOf(t, service, ada.AccessToken); got != token.Revoked {
			t.Errorf("the token of a deleted user: %q", got)
		}
		if _, err := refreshed(t, service, ada); err == nil {
			t.Error("the session goes on")
		}
		signedUp(t, service, "ada") // the name is free again
		for name, change := range map[string]func(context.Context) error{
			"change": func(ctx context.Context) error {
				_, err := service.ChangeUser(ctx, ada.User.ID, AccountChange{})
				return err
			},
			"remove": func(ctx context.Context) error { return service.RemoveUser(ctx, ada.User.ID) },
		} {
			var refusal *Error
			if err := change(t.Context()); !errors.As(err, &refusal) || refusal.Code != NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if left, err := db.Read.Session.Query().All(t.Context()); err != nil || len(left) != 1 {
			t.Errorf("%d sessions are left, %v", len(left), err)
		}
	})
}

// Two ends of one session at once must not get in each other's way: both block the same id.
func TestEndsOfOneSessionAtOnceAllSucceed(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := newService(t, db)
		ada := signedUp(t, service, "ada")
		row, err := db.Read.Session.Query().Only(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		results := make(chan bool, 16)
		for range cap(results) {
			go func() {
				ended, err := service.endSession(context.WithoutCancel(t.Context()), row, audit.Revoked)
				if err != nil {
					t.Error(err)
				}
				results <- ended
			}()
		}
		ended := 0
		for range cap(results) {
			if <-results {
				ended++
			}
		}
		if ended != 1 || reasonOf(t, service, ada.AccessToken) != token.Revoked {
			t.Errorf("%d of them ended the session", ended)
		}
	})
}
