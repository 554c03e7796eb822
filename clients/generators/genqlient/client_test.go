package genqlient_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"latchkey/clients/generators/genqlient"
)

const password = "correct horse"

// bearer sends requests with an access token.
type bearer string

func (token bearer) Do(r *http.Request) (*http.Response, error) {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+string(token))
	}
	return http.DefaultClient.Do(r)
}

// as returns a client with an access token, or with none if it is "".
func (s *server) as(accessToken string) graphql.Client {
	return graphql.NewClient(s.graphql, bearer(accessToken))
}

// signUp returns the tokens and the account of someone new, with an e-mail address and a username.
func signUp(t testing.TB, s *server, username string) (genqlient.Tokens, genqlient.Account) {
	t.Helper()
	input := genqlient.SignupInput{Email: new(username + "@example.org"), Username: new(username), Password: password}
	answer, err := genqlient.SignUp(t.Context(), s.as(""), input)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Signup, me(t, s.as(answer.Signup.AccessToken))
}

func me(t testing.TB, c graphql.Client) genqlient.Account {
	t.Helper()
	answer, err := genqlient.Me(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return *answer.Me
}

func update(t testing.TB, c graphql.Client, input genqlient.UpdateUserInput) *genqlient.Tokens {
	t.Helper()
	answer, err := genqlient.Update(t.Context(), c, input)
	if err != nil {
		t.Fatal(err)
	}
	return answer.UpdateUser.Auth
}

// wantError fails the test unless err is one error with this in its extensions.
func wantError(t testing.TB, err error, name, value string) {
	t.Helper()
	var list gqlerror.List
	if !errors.As(err, &list) || len(list) != 1 || list[0].Extensions[name] != value {
		t.Errorf("got the error %v, want one whose %s is %s", err, name, value)
	}
}
