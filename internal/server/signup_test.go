package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"latchkey/ent"
	"latchkey/internal/config"
)

func TestSignUpWithEmailOrUsernameOrBoth(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for _, who := range []vars{
			{"email": "ada@example.org"},
			{"username": "grace"},
			{"email": "alan@example.org", "username": "alan", "name": "Alan Turing"},
		} {
			who["password"] = secret
			a := s.ask(t, "", signup, input(who)).ok(t)
			for field, want := range map[string]string{
				"user.role": "USER", "user.disabled": "false", "expiresIn": "900",
				"user.createdAt": "2026-11-22T09:30:00.000Z", "user.updatedAt": "2026-11-22T09:30:00.000Z",
			} {
				if got := a.at(t, "signup."+field); got != want {
					t.Errorf("%s is %s, want %s", field, got, want)
				}
			}
			seen := s.ask(t, a.at(t, "signup.accessToken"), me, nil).ok(t)
			for _, field := range []string{"email", "username", "name"} {
				want := "<nil>"
				if given, ok := who[field]; ok {
					want = given.(string)
				}
				if got := a.at(t, "signup.user."+field); got != want {
					t.Errorf("signup: %s is %s, want %s", field, got, want)
				}
				if got := seen.at(t, "me."+field); got != want {
					t.Errorf("me: %s is %s, want %s", field, got, want)
				}
			}
		}
	})
}

func TestIdentifiersAreStoredTrimmedAndLowerCased(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a := s.ask(t, "", signup, input(vars{
			"email": "  Ada@Example.ORG\t", "username": " Ada.L ", "name": "  Ada Lovelace ", "password": secret,
		})).ok(t)
		for field, want := range map[string]string{"email": "ada@example.org", "username": "ada.l", "name": "Ada Lovelace"} {
			if got := a.at(t, "signup.user."+field); got != want {
				t.Errorf("%s is %q, want %q", field, got, want)
			}
		}
		// é as one character and as two are the same address.
		s.ask(t, "", signup, input(vars{"email": "Ren\u00e9@example.org", "password": secret})).ok(t)
		s.ask(t, "", signup, input(vars{"email": "rene\u0301@example.org", "password": secret})).
			refused(t, "EMAIL_TAKEN field=input.email")
	})
}

func TestSignUpTellsAllProblemsTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		long := strings.Repeat("x", 10_000)
		const (
			email    = "BAD_USER_INPUT field=input.email reason="
			username = "BAD_USER_INPUT field=input.username reason="
			name     = "BAD_USER_INPUT field=input.name reason="
			weak     = "WEAK_PASSWORD field=input.password reason="
		)
		for _, c := range []struct {
			name string
			in   vars
			want []string
		}{
			{"no identifier", vars{"password": secret}, []string{email + "REQUIRED"}},
			{"null identifiers", vars{"email": nil, "username": nil, "password": secret}, []string{email + "REQUIRED"}},
			{"all blank", vars{"email": "", "username": "  ", "name": "\t", "password": ""},
				[]string{email + "BLANK", username + "BLANK", name + "BLANK", weak + "TOO_SHORT min=8"}},
			{"all too long", vars{"email": long + "@example.org", "username": long, "name": long, "password": long},
				[]string{email + "TOO_LONG max=254", username + "TOO_LONG max=32", name + "TOO_LONG max=200", weak + "TOO_LONG max=256"}},
			{"short", vars{"username": "ab", "password": "1234567"},
				[]string{username + "TOO_SHORT min=3", weak + "TOO_SHORT min=8"}},
			{"no at", vars{"email": "ada.example.org", "password": secret}, []string{email + "INVALID_FORMAT"}},
			{"a name before the address", vars{"email": "Ada <ada@example.org>", "password": secret}, []string{email + "INVALID_FORMAT"}},
			{"two addresses", vars{"email": "ada@example.org, x@example.org", "password": secret}, []string{email + "INVALID_FORMAT"}},
			{"a space inside", vars{"email": "a da@example.org", "username": "a da", "password": secret},
				[]string{email + "INVALID_FORMAT", username + "INVALID_FORMAT"}},
			{"invisible characters", vars{"email": "a\u200bda@example.org", "username": "ada\u200b", "password": secret},
				[]string{email + "INVALID_FORMAT", username + "INVALID_FORMAT"}},
			{"letters that only look foreign", vars{"email": "\u212aay@example.org", "username": "ADM\u0130N", "password": secret},
				[]string{email + "INVALID_FORMAT", username + "INVALID_FORMAT"}},
			{"an invisible name", vars{"username": "ada", "name": "\u200b\u3164\u2800\ufeff ", "password": secret}, []string{name + "BLANK"}},
			{"a name that turns what follows", vars{"username": "ada", "name": "A\u202eb", "password": secret}, []string{name + "INVALID_FORMAT"}},
			{"an address with a filler", vars{"email": "a\u3164@example.org", "password": secret}, []string{email + "INVALID_FORMAT"}},
			{"foreign letters", vars{"username": "åda", "password": secret}, []string{username + "INVALID_FORMAT"}},
			{"an address for a username", vars{"username": "ada@example.org", "password": secret}, []string{username + "INVALID_FORMAT"}},
			{"NUL", vars{"email": "a\x00@example.org", "username": "ada\x00", "name": "A\x00", "password": "12345678\x00"},
				[]string{email + "INVALID_FORMAT", username + "INVALID_FORMAT", name + "INVALID_FORMAT",
					"BAD_USER_INPUT field=input.password reason=INVALID_FORMAT"}},
			{"replaced characters", vars{"email": "a\ufffd@example.org", "username": "ada\ufffd", "name": "A\ufffd", "password": "12345678\ufffd"},
				[]string{email + "INVALID_FORMAT", username + "INVALID_FORMAT", name + "INVALID_FORMAT",
					"BAD_USER_INPUT field=input.password reason=INVALID_FORMAT"}},
			{"a line break in the name", vars{"username": "ada", "name": "Ada\nadmin", "password": secret}, []string{name + "INVALID_FORMAT"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				s.ask(t, "", signup, input(c.in)).refused(t, c.want...)
			})
		}
	})
}

func TestAcceptableInputIsNotRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		for _, in := range []vars{
			{"email": strings.Repeat("x", 254-12) + "@example.org", "password": strings.Repeat("y", 256)},
			{"username": "abc", "name": strings.Repeat("𝒳", 200), "password": "73958204"},
			{"username": strings.Repeat("x", 32), "name": "👩‍👩‍👧 O'Neill", "password": "        "},
			{"email": "o'neill+tag@localhost", "password": "пароль🔑!"},
			{"email": "用户@例子.广告", "password": "pass\tword\n"},
		} {
			s.ask(t, "", signup, input(in)).ok(t)
		}
	})
}

func TestTakenIdentifiersAreRefusedInAnyCaseAndWithSpaces(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", signup, input(vars{"email": "ada@example.org", "username": "ada", "password": secret})).ok(t)
		for _, email := range []string{"ada@example.org", "ADA@Example.org", "  ada@example.org\n"} {
			s.ask(t, "", signup, input(vars{"email": email, "password": secret})).refused(t, "EMAIL_TAKEN field=input.email")
		}
		for _, username := range []string{"ada", "ADA", " ada "} {
			s.ask(t, "", signup, input(vars{"username": username, "password": secret})).
				refused(t, "USERNAME_TAKEN field=input.username")
		}
	})
}

func TestOfFiftySignUpsAtOnceExactlyOneSucceeds(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const tries = 50
		answers := make([]*answer, tries)
		var group sync.WaitGroup
		for i := range tries {
			group.Go(func() {
				answers[i] = s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": secret}))
			})
		}
		group.Wait()
		succeeded := 0
		for _, a := range answers {
			if len(a.Errors) == 0 {
				succeeded++
			} else {
				a.refused(t, "EMAIL_TAKEN field=input.email")
			}
		}
		if succeeded != 1 {
			t.Errorf("%d sign-ups succeeded", succeeded)
		}
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			users, err := tx.User.Query().Count(ctx)
			sessions := tx.Session.Query().CountX(ctx)
			if users != 1 || sessions != 1 {
				t.Errorf("%d users and %d sessions", users, sessions)
			}
			return err
		})
	})
}

func TestClosedSignupRefusesEveryone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", signup, input(vars{"email": "ada@example.org", "password": secret})).refused(t, "SIGNUP_CLOSED")
	}, func(c *config.Config) { c.Signup = "closed" })
}

func TestPasswordMinIsConfigurable(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.ask(t, "", signup, input(vars{"username": "ada", "password": "fourteen chars"})).
			refused(t, "WEAK_PASSWORD field=input.password reason=TOO_SHORT min=15")
		s.ask(t, "", signup, input(vars{"username": "ada", "password": "fifteen chars.."})).ok(t)
	}, func(c *config.Config) { c.PasswordMin = 15 })
}
