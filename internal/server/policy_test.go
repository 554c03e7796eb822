package server_test

import (
	"strings"
	"testing"

	"latchkey/internal/config"
)

func blockWords(c *config.Config) { c.PasswordWords = "Latchkey, acme rockets" }

func TestSignUpTellsWhyAPasswordIsWeak(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const weak = "WEAK_PASSWORD field=input.password reason="
		for chosen, want := range map[string]string{
			"acme123":                        weak + "TOO_SHORT min=8",
			strings.Repeat("password", 33):   weak + "TOO_LONG max=256",
			"PassWord1":                      weak + "COMMON",
			"a Lovelace":                     weak + "CONTAINS_IDENTITY",
			"i am ada.l@example.org":         weak + "CONTAINS_IDENTITY",
			"the COUNTESS":                   weak + "CONTAINS_IDENTITY",
			"adalovelace 1815":               weak + "CONTAINS_IDENTITY",
			"under the latchkeys":            weak + "CONTAINS_BLOCKED_WORD",
			"all ACME Rockets explode":       weak + "CONTAINS_BLOCKED_WORD",
			"the countess with the latchkey": weak + "CONTAINS_IDENTITY", // one reason at a time
		} {
			a := s.ask(t, "", signup, input(vars{
				"email": "Ada.L@Example.org", "username": "Countess", "name": "Ada Lovelace", "password": chosen,
			})).refused(t, want)
			if strings.Contains(a.body, chosen) || strings.Contains(strings.ToLower(a.body), "latchkey") {
				t.Errorf("the answer repeats the password or the word: %s", a.body)
			}
		}
		s.ask(t, "", signup, input(vars{"username": "ann", "password": "channel tunnel rust"})).ok(t)
		s.ask(t, "", signup, input(vars{"email": "ada.l@example.org", "password": "fine without a countess"})).ok(t)
	}, blockWords)
}

// What the account is called after the update counts, not what it was called before.
func TestUpdateTellsWhyAPasswordIsWeak(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		accessToken := s.ask(t, "", signup, input(vars{
			"email": "lovelace@example.org", "username": "countess", "name": "Augusta King", "password": secret,
		})).ok(t).at(t, "signup.accessToken")
		const weak = "WEAK_PASSWORD field=input.newPassword reason="
		for _, c := range []struct {
			in   vars
			want string
		}{
			{vars{"newPassword": "acme123"}, weak + "TOO_SHORT min=8"},
			{vars{"newPassword": strings.Repeat("password", 33)}, weak + "TOO_LONG max=256"},
			{vars{"newPassword": "PassWord1"}, weak + "COMMON"},
			{vars{"newPassword": "my lovelace"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "my countess"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "AugustaKing1815"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "my babbage", "email": "Babbage@example.org"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "my babbage", "username": "Babbage"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "my babbage", "name": "Charles Babbage"}, weak + "CONTAINS_IDENTITY"},
			{vars{"newPassword": "my latchkey"}, weak + "CONTAINS_BLOCKED_WORD"},
		} {
			c.in["currentPassword"] = secret
			s.ask(t, accessToken, update, input(c.in)).refused(t, c.want)
		}
		s.ask(t, accessToken, update, input(vars{
			"newPassword": "lovelace countess augusta", "email": nil, "username": "babbage", "name": nil, "currentPassword": secret,
		})).ok(t)
		s.login(t, "babbage", "lovelace countess augusta")
	}, blockWords)
}

// Without LATCHKEY_PASSWORD_WORDS no word is refused.
func TestNoWordIsRefusedByDefault(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", signup, input(vars{"username": "ada", "password": "under the latchkey"})).ok(t)
	})
}
