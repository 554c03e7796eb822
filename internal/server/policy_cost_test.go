package server_test

import (
	"strings"
	"testing"
)

// To search 60 KB of it takes three times as long as a hash, outside of the queue, and such a sign-up counts nowhere.
func TestWhatIsTooLongToBeANameIsNotSearchedForThePassword(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		long := strings.Repeat("ﷺ ", 5_000) + secret
		for field, want := range map[string]string{
			"name":     "BAD_USER_INPUT field=input.name reason=TOO_LONG max=200",
			"email":    "BAD_USER_INPUT field=input.email reason=TOO_LONG max=254",
			"username": "BAD_USER_INPUT field=input.username reason=INVALID_FORMAT",
		} {
			in := vars{"username": "ada", "password": secret}
			in[field] = long
			s.ask(t, "", signup, input(in)).refused(t, want)
		}
	})
}
