package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/golang-jwt/jwt/v5"

	"latchkey/ent"
)

func TestMeTellsWhyAHeaderIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		for _, c := range []struct {
			name    string
			headers []string
			reason  string // "" if it is accepted
		}{
			{"no header", nil, "MISSING"},
			{"an empty header", []string{""}, "MISSING"},
			{"another scheme", []string{"Basic YWRhOmFkYQ=="}, "MISSING"},
			{"the token without a scheme", []string{ada.token}, "MISSING"},
			{"no token", []string{"Bearer"}, "MISSING"},
			{"two tokens", []string{"Bearer " + ada.token + " " + ada.token}, "MALFORMED"},
			{"two headers", []string{"Bearer " + ada.token, "Bearer " + ada.token}, "MALFORMED"},
			{"no JWT", []string{"Bearer nonsense"}, "MALFORMED"},
			{"Bearer", []string{"Bearer " + ada.token}, ""},
			{"bearer in lower case", []string{"bearer " + ada.token}, ""},
			{"the scheme of the Flask-JWT systems", []string{"JWT " + ada.token}, ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				a := s.askWith(t, http.Header{"Authorization": c.headers}, me, nil)
				if c.reason == "" {
					a.ok(t)
				} else {
					a.refused(t, "UNAUTHENTICATED reason="+c.reason)
					if a.Data["me"] != nil || a.status != http.StatusOK {
						t.Errorf("status %d: %s", a.status, a.body)
					}
				}
			})
		}
	})
}

func TestMeTellsWhyAForgedTokenIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		forge := newForge(t, s, ada)
		_, publicKey := forge.publicKey()
		for _, c := range []struct {
			name, reason, token string
		}{
			{"tampered payload", "INVALID_SIGNATURE", forge.tampered()},
			{"expired", "EXPIRED", forge.sign(claim("exp", s.clock.Now().Add(-31*time.Second).Unix()))},
			{"not yet valid", "NOT_YET_VALID", forge.sign(claim("nbf", s.clock.Now().Add(31*time.Second).Unix()))},
			{"signed with a foreign key", "INVALID_SIGNATURE", forge.signWith(foreignKey(t))},
			{"alg none", "INVALID_SIGNATURE", forge.unsigned()},
			{"our public key as an HMAC secret", "INVALID_SIGNATURE", forge.confused(jwt.SigningMethodHS256, publicKey)},
			{"unknown key", "INVALID_SIGNATURE", forge.sign(header("kid", "unknown"))},
			{"wrong audience", "INVALID_CLAIMS", forge.sign(claim("aud", "another"))},
			{"wrong issuer", "INVALID_CLAIMS", forge.sign(claim("iss", "https://elsewhere.example"))},
			{"wrong typ", "INVALID_CLAIMS", forge.sign(header("typ", "JWT"))},
			{"another version", "REVOKED", forge.sign(claim("ver", 2))},
			{"unknown user", "REVOKED", forge.sign(claim("sub", "01a201bc-0000-7000-8000-000000000000"))},
		} {
			t.Run(c.name, func(t *testing.T) {
				s.ask(t, c.token, me, nil).refused(t, "UNAUTHENTICATED reason="+c.reason)
				status := s.ask(t, "", validate, vars{"token": c.token}).ok(t)
				for field, want := range map[string]string{
					"active": "false", "reason": c.reason, "userId": "<nil>", "sessionId": "<nil>", "expiresAt": "<nil>",
				} {
					if got := status.at(t, "validateToken."+field); got != want {
						t.Errorf("validateToken: %s is %s, want %s", field, got, want)
					}
				}
			})
		}
		s.ask(t, forge.sign(), me, nil).ok(t) // the forge itself is good
	})
}

func TestTokenExpiresAfterItsTimeAndTheLeeway(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(15*time.Minute + 29*time.Second)
		s.ask(t, ada.token, me, nil).ok(t)
		s.clock.Advance(2 * time.Second)
		s.ask(t, ada.token, me, nil).refused(t, "UNAUTHENTICATED reason=EXPIRED")
	})
}

func TestDisabledUserIsRefusedOnTheNextRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.ask(t, ada.token, me, nil).ok(t)
		s.disable(t, ada.id)
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.ask(t, ada.token, update, input(vars{"name": "Ada"})).refused(t, revoked)
	})
}

func TestBlockedTokenIDIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other := s.login(t, "ada@example.org", secret)
		var claims jwt.RegisteredClaims
		if _, _, err := jwt.NewParser().ParseUnverified(ada.token, &claims); err != nil {
			t.Fatal(err)
		}
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.BlockedToken.Create().SetID(uuid.FromStringOrNil(claims.ID)).SetCreatedAt(s.clock.Now()).SetExpiresAt(s.clock.Now()).Exec(ctx)
		})
		s.ask(t, ada.token, me, nil).refused(t, revoked)
		s.ask(t, other, me, nil).ok(t)
	})
}

func TestValidateTokenOfAnActiveToken(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		a := s.ask(t, "", validate, vars{"token": ada.token}).ok(t)
		for field, want := range map[string]string{
			"active": "true", "reason": "<nil>", "userId": ada.id, "expiresAt": "2026-11-22T09:45:00.000Z",
		} {
			if got := a.at(t, "validateToken."+field); got != want {
				t.Errorf("%s is %s, want %s", field, got, want)
			}
		}
		if got := s.ask(t, "", validate, vars{"token": ""}).ok(t).at(t, "validateToken.reason"); got != "MISSING" {
			t.Errorf("reason of no token is %s", got)
		}
	})
}

func TestNodeShowsOnlyWhatIsYours(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const node = `query ($id: ID!) { node(id: $id) { __typename id ... on User { email } } }`
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		own := s.ask(t, ada.token, node, vars{"id": ada.id}).ok(t)
		if own.at(t, "node.__typename") != "User" || own.at(t, "node.email") != "ada@example.org" {
			t.Errorf("own node: %s", own.body)
		}
		for _, id := range []any{grace.id, s.sessionOf(t, grace.token), "nonsense", "", 7, strings.ToUpper(ada.id), "{" + ada.id + "}"} {
			if a := s.ask(t, ada.token, node, vars{"id": id}).ok(t); a.Data["node"] != nil {
				t.Errorf("node(%v) is %s", id, a.body)
			}
		}
		s.ask(t, "", node, vars{"id": ada.id}).refused(t, "UNAUTHENTICATED reason=MISSING")
	})
}
