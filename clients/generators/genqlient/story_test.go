package genqlient_test

import (
	"reflect"
	"testing"
	"time"

	"latchkey/clients/generators/genqlient"
)

func TestRenameKeepsEmailAndUsername(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tokens, ada := signUp(t, s, "ada")
	c := s.as(tokens.AccessToken)

	update(t, c, genqlient.UpdateUserInput{Name: new("Ada Lovelace")})
	want := ada
	want.Name = new("Ada Lovelace")
	if got := me(t, c); !reflect.DeepEqual(got, want) {
		t.Errorf("after a rename: %+v, want %+v", got, want)
	}
	if _, err := genqlient.ClearName(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if got := me(t, c); !reflect.DeepEqual(got, ada) {
		t.Errorf("after the name was cleared: %+v, want %+v", got, ada)
	}
}

func TestNewEmailTakesThePassword(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tokens, ada := signUp(t, s, "ada")
	c := s.as(tokens.AccessToken)

	input := genqlient.UpdateUserInput{Email: new("countess@example.org")}
	_, err := genqlient.Update(t.Context(), c, input)
	wantError(t, err, "code", "BAD_USER_INPUT")
	wantError(t, err, "field", "input.currentPassword")
	if got := me(t, c); !reflect.DeepEqual(got, ada) {
		t.Errorf("after a refusal: %+v, want %+v", got, ada)
	}

	input.CurrentPassword = new(password)
	update(t, c, input)
	want := ada
	want.Email = input.Email
	if got := me(t, c); !reflect.DeepEqual(got, want) {
		t.Errorf("with the password: %+v, want %+v", got, want)
	}
}

func TestStoryOfSessions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	tokens, ada := signUp(t, s, "ada")

	refreshed, err := genqlient.Refresh(t.Context(), s.as(""), *tokens.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if *refreshed.RefreshToken.RefreshToken == *tokens.RefreshToken {
		t.Error("a refresh returned the refresh token that was sent")
	}
	changed := update(t, s.as(refreshed.RefreshToken.AccessToken), genqlient.UpdateUserInput{
		CurrentPassword: new(password), NewPassword: new("battery staple"),
	})
	if changed == nil {
		t.Fatal("a new password came without new tokens")
	}
	c := s.as(changed.AccessToken)
	if _, err := genqlient.LogIn(t.Context(), c, genqlient.LoginInput{Identifier: "ADA", Password: "battery staple"}); err != nil {
		t.Fatal(err)
	}

	seen, err := genqlient.Sessions(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	sessions := seen.Me.Sessions // the newest first
	if len(sessions) != 2 || sessions[0].Current || !sessions[1].Current || !sessions[1].ExpiresAt.After(ada.CreatedAt) {
		t.Fatalf("the sessions are %+v", sessions)
	}
	for id, want := range map[string]genqlient.LookupNode{
		ada.Id:         &genqlient.LookupNodeUser{Typename: new("User"), Id: ada.Id, Username: ada.Username},
		sessions[0].Id: &genqlient.LookupNodeSession{Typename: new("Session"), Id: sessions[0].Id},
	} {
		found, err := genqlient.Lookup(t.Context(), c, id)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*found.Node, want) {
			t.Errorf("a node is %+v, want %+v", *found.Node, want)
		}
	}

	ended, err := genqlient.LogOut(t.Context(), c, genqlient.LogoutScopeAll)
	if err != nil {
		t.Fatal(err)
	}
	if len(ended.Logout.EndedSessionIds) != 2 {
		t.Errorf("logging out everywhere ended %v", ended.Logout.EndedSessionIds)
	}
	_, err = genqlient.Me(t.Context(), c)
	wantError(t, err, "code", "UNAUTHENTICATED")
	wantError(t, err, "reason", string(genqlient.TokenProblemRevoked))
	status, err := genqlient.Validate(t.Context(), c, changed.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	if got := status.ValidateToken; got.Active || *got.Reason != genqlient.TokenProblemRevoked {
		t.Errorf("the token is %+v", got)
	}
}

func TestFilterTakesTimesOfGo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, ada := signUp(t, s, "ada")
	tokens, grace := signUp(t, s, "grace")
	filter := &genqlient.UserFilter{CreatedAfter: new(ada.CreatedAt.Add(time.Nanosecond).In(time.FixedZone("", 3600)))}
	_, err := genqlient.Users(t.Context(), s.as(tokens.AccessToken), filter)
	wantError(t, err, "code", "FORBIDDEN")

	if output, err := s.command(t, "users", "update", "grace", "--role", "ADMIN").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	refreshed, err := genqlient.Refresh(t.Context(), s.as(""), *tokens.RefreshToken) // the role is another
	if err != nil {
		t.Fatal(err)
	}
	found, err := genqlient.Users(t.Context(), s.as(refreshed.RefreshToken.AccessToken), filter)
	if err != nil {
		t.Fatal(err)
	}
	grace.Role = genqlient.RoleAdmin
	if want := []genqlient.Account{grace}; found.Users.TotalCount != 1 || !reflect.DeepEqual(found.Users.Nodes, want) {
		t.Errorf("found %+v, want %+v", found.Users, want)
	}
}
