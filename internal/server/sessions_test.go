package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
)

const (
	sessionFields = `sessions { id userAgent ipAddress createdAt lastUsedAt expiresAt current }`
	mySessions    = `{ me { ` + sessionFields + ` } }`
	sessionNode   = `query ($id: ID!) { node(id: $id) { __typename id ... on Session { userAgent current } } }`
)

// sessionsOf returns the sessions that a user shows.
func sessionsOf(user any) []map[string]any {
	var shown []map[string]any
	for _, session := range user.(map[string]any)["sessions"].([]any) {
		shown = append(shown, session.(map[string]any))
	}
	return shown
}

// sessions returns those of whom an access token belongs to.
func (s *testServer) sessions(t testing.TB, accessToken string) []map[string]any {
	t.Helper()
	return sessionsOf(s.ask(t, accessToken, mySessions, nil).ok(t).Data["me"])
}

// currentOf returns the id of the one session that is current, and fails the test if it is not exactly one.
func currentOf(t testing.TB, sessions []map[string]any) string {
	t.Helper()
	var current []string
	for _, session := range sessions {
		if session["current"] == true {
			current = append(current, session["id"].(string))
		}
	}
	if len(current) != 1 {
		t.Fatalf("%d sessions are current: %v", len(current), sessions)
	}
	return current[0]
}

// calling is the header of a client that calls itself something.
func calling(userAgent string) http.Header { return http.Header{"User-Agent": {userAgent}} }

// credentials are what everyone who has joined logs in with.
func credentials(email string) vars { return input(vars{"identifier": email, "password": secret}) }

func TestSessionsAreShownNewestFirstAndOneOfThemIsCurrent(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.askWith(t, calling("Laptop"), signup, input(vars{"email": "ada@example.org", "password": secret})).ok(t)
		s.clock.Advance(time.Hour)
		second := s.askWith(t, calling("Phone"), login, credentials("ada@example.org")).ok(t).at(t, "login.accessToken")
		s.clock.Advance(1500 * time.Millisecond)
		third := s.askWith(t, calling("Tablet"), login, credentials("ada@example.org")).ok(t).at(t, "login.accessToken")
		s.join(t, "grace@example.org")

		for accessToken, current := range map[string]string{second: "Phone", third: "Tablet"} {
			shown := s.sessions(t, accessToken)
			for i, want := range []map[string]any{
				{"userAgent": "Tablet", "createdAt": "2026-11-22T10:30:01.500Z", "expiresAt": "2026-12-22T10:30:01.500Z"},
				{"userAgent": "Phone", "createdAt": "2026-11-22T10:30:00.000Z", "expiresAt": "2026-12-22T10:30:00.000Z"},
				{"userAgent": "Laptop", "createdAt": "2026-11-22T09:30:00.000Z", "expiresAt": "2026-12-22T09:30:00.000Z"},
			} {
				want["lastUsedAt"], want["ipAddress"], want["current"] = want["createdAt"], "127.0.0.1", want["userAgent"] == current
				for field, value := range want {
					if shown[i][field] != value {
						t.Errorf("session %d: %s is %v, want %v", i, field, shown[i][field], value)
					}
				}
			}
			if len(shown) != 3 {
				t.Errorf("%d sessions", len(shown))
			}
			if got, want := currentOf(t, shown), s.sessionOf(t, accessToken); got != want {
				t.Errorf("current is %s, want %s", got, want)
			}
		}
	})
}

func TestUserAgentIsShownWithoutWhatCanNotBeShown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		for name, c := range map[string]struct {
			sent string
			want any
		}{
			"none":                   {"", nil},
			"only spaces":            {"  \t ", nil},
			"of 256 characters":      {strings.Repeat("x", 256), strings.Repeat("x", 256)},
			"of 257 characters":      {strings.Repeat("x", 257), strings.Repeat("x", 256)},
			"of four bytes each":     {strings.Repeat("🔑", 300), strings.Repeat("🔑", 256)},
			"of 15,000 characters":   {strings.Repeat("é", 15_000), strings.Repeat("é", 256)},
			"control characters":     {"Fire\tfox\u0085 \u202e1\u00a0", "Firefox 1"},
			"bytes that are no text": {"Fire\xfffox\xc3", "Firefox"},
			"markup":                 {`<script>alert(1)</script>'"`, `<script>alert(1)</script>'"`},
		} {
			t.Run(name, func(t *testing.T) {
				s.clock.Advance(time.Millisecond) // so that it is the first that is shown
				a := s.askWith(t, calling(c.sent), login, credentials("ada@example.org")).ok(t)
				if got := s.sessions(t, a.at(t, "login.accessToken"))[0]["userAgent"]; got != c.want {
					t.Errorf("%.80q is shown as %.80q, want %.80q", c.sent, got, c.want)
				}
			})
		}
	})
}

func TestRefreshUpdatesWhatASessionShows(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(time.Minute)
		a := s.askWith(t, calling("Firefox 1"), refresh, vars{"token": ada.refresh}).ok(t)
		shown := s.sessions(t, ada.token)[0]
		for field, want := range map[string]any{
			"userAgent": "Firefox 1", "createdAt": "2026-11-22T09:30:00.000Z",
			"lastUsedAt": "2026-11-22T09:31:00.000Z", "expiresAt": "2026-12-22T09:31:00.000Z",
		} {
			if shown[field] != want {
				t.Errorf("%s is %v, want %v", field, shown[field], want)
			}
		}
		// Whoever has stolen a token must not hide behind the name of whom it was stolen from.
		s.askWith(t, calling(""), refresh, vars{"token": a.at(t, "refreshToken.refreshToken")}).ok(t)
		if got := s.sessions(t, ada.token)[0]["userAgent"]; got != nil {
			t.Errorf("after a refresh by a client without a name it is %v", got)
		}
	})
}

func TestExpiredSessionsAreNotShown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		expired := s.sessionOf(t, ada.token)
		s.clock.Advance(30*24*time.Hour - time.Millisecond)
		fresh := s.login(t, "ada@example.org", secret)
		if got := len(s.sessions(t, fresh)); got != 2 {
			t.Fatalf("%d sessions a moment before the end of one", got)
		}
		s.ask(t, fresh, sessionNode, vars{"id": expired}).ok(t).at(t, "node.id")
		s.clock.Advance(time.Millisecond)
		if shown := s.sessions(t, fresh); len(shown) != 1 || shown[0]["id"] != s.sessionOf(t, fresh) {
			t.Errorf("shown are %v", shown)
		}
		if a := s.ask(t, fresh, sessionNode, vars{"id": expired}).ok(t); a.Data["node"] != nil {
			t.Errorf("node is %s", a.body)
		}
	})
}

func TestWhoeverHasJustSignedInSeesTheNewSessionAsCurrent(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		const payload = `accessToken refreshToken user { ` + sessionFields + ` }`
		at := func(a *answer, path ...string) map[string]any {
			value := a.ok(t).Data
			for _, key := range path {
				value = value[key].(map[string]any)
			}
			return value
		}
		check := func(name string, auth map[string]any, count int) map[string]any {
			t.Helper()
			shown := sessionsOf(auth["user"])
			if got, want := currentOf(t, shown), s.sessionOf(t, auth["accessToken"].(string)); got != want || len(shown) != count {
				t.Errorf("%s: of %d sessions, %s is current, want %s", name, len(shown), got, want)
			}
			s.clock.Advance(time.Second)
			return auth
		}
		in := vars{"email": "ada@example.org", "password": secret}
		first := check("signup", at(s.ask(t, "", `mutation ($input: SignupInput!) { signup(input: $input) { `+payload+` } }`, input(in)), "signup"), 1)
		accessToken := first["accessToken"].(string)
		// Also when the header says somebody else.
		grace := s.join(t, "grace@example.org")
		for _, sent := range []string{"", accessToken, grace.token} {
			logIn := s.ask(t, sent, `mutation ($input: LoginInput!) { login(input: $input) { `+payload+` } }`, credentials("ada@example.org"))
			check("login", at(logIn, "login"), len(s.sessions(t, accessToken)))
		}
		refreshed := s.ask(t, grace.token, `mutation ($token: String) { refreshToken(token: $token) { `+payload+` } }`, vars{"token": first["refreshToken"]})
		check("refreshToken", at(refreshed, "refreshToken"), 4)
		changed := s.ask(t, accessToken, `mutation ($input: UpdateUserInput!) { updateUser(input: $input) {
			user { `+sessionFields+` } auth { `+payload+` } } }`, input(vars{"currentPassword": secret, "newPassword": secret + " 2"}))
		opened := check("updateUser.auth", at(changed, "updateUser", "auth"), 1)
		if currentOf(t, sessionsOf(at(changed, "updateUser")["user"])) != currentOf(t, sessionsOf(opened["user"])) {
			t.Errorf("updateUser.user differs: %s", changed.body)
		}
	})
}

func TestNodeShowsOwnSessionsOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		other := s.login(t, "ada@example.org", secret)
		for accessToken, current := range map[string]string{ada.token: "true", other: "false"} {
			a := s.ask(t, ada.token, sessionNode, vars{"id": s.sessionOf(t, accessToken)}).ok(t)
			if a.at(t, "node.__typename") != "Session" || a.at(t, "node.current") != current {
				t.Errorf("own session: %s", a.body)
			}
		}
		theirs := s.sessionOf(t, grace.token)
		for name, id := range map[string]string{"another's": theirs, "unknown": uuid.Must(uuid.NewV7()).String(), "malformed": strings.ToUpper(theirs)} {
			if a := s.ask(t, ada.token, sessionNode, vars{"id": id}).ok(t); a.Data["node"] != nil {
				t.Errorf("%s: %s", name, a.body)
			}
		}
		if ids := s.sessions(t, ada.token); slices.ContainsFunc(ids, func(shown map[string]any) bool { return shown["id"] == theirs }) {
			t.Error("the session of another is shown")
		}
	})
}

// addSessions makes sessions of a user behind the server's back, one a millisecond.
func (s *testServer) addSessions(t testing.TB, userID string, count int, expiresAt time.Time) {
	t.Helper()
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		var rows []*ent.SessionCreate
		ids := uuid.NewGen() // that of the package is everyone's, and does not go back to this server's time
		for range count {
			s.clock.Advance(time.Millisecond)
			now := s.clock.Now()
			id, err := ids.NewV7AtTime(now)
			if err != nil {
				return err
			}
			rows = append(rows, tx.Session.Create().SetID(id).SetUserID(uuid.FromStringOrNil(userID)).SetCreatedAt(now).
				SetLastUsedAt(now).SetExpiresAt(expiresAt).SetAccessExpiresAt(now).SetSecretHash(make([]byte, 32)))
		}
		s.clock.Advance(time.Millisecond)
		return tx.Session.CreateBulk(rows...).Exec(ctx)
	})
}
