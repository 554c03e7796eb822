package server_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
)

const (
	revokeSession   = `mutation ($id: ID!) { revokeSession(id: $id) { revokedSessionId } }`
	endUserSessions = `mutation ($userId: ID!) { endUserSessions(userId: $userId) { endedSessionIds } }`
	missing         = "UNAUTHENTICATED reason=MISSING"
)

// opened is a session with its tokens.
type opened struct{ id, token, refresh string }

// open logs in.
func (s *testServer) open(t testing.TB, email string) opened {
	t.Helper()
	a := s.ask(t, "", login, credentials(email)).ok(t)
	accessToken := a.at(t, "login.accessToken")
	return opened{s.sessionOf(t, accessToken), accessToken, a.at(t, "login.refreshToken")}
}

// over fails the test unless a session has ended with all its tokens.
func (s *testServer) over(t testing.TB, session opened) {
	t.Helper()
	s.ask(t, session.token, me, nil).refused(t, revoked)
	s.refresh(t, session.refresh).refused(t, invalidRefresh)
}

// alive fails the test unless a session goes on.
func (s *testServer) alive(t testing.TB, session opened) {
	t.Helper()
	s.ask(t, session.token, me, nil).ok(t)
	s.refresh(t, session.refresh).ok(t)
}

// promote makes someone an administrator, and changes nothing else.
func (s *testServer) promote(t testing.TB, userID string) {
	t.Helper()
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		return tx.User.UpdateOneID(uuid.FromStringOrNil(userID)).SetRole(user.RoleADMIN).Exec(ctx)
	})
}

func TestRevokeSessionEndsAnotherSessionOfTheViewer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		other, third := s.open(t, "ada@example.org"), s.open(t, "ada@example.org")
		moved := s.refresh(t, other.refresh).ok(t)
		if got := s.ask(t, ada.token, revokeSession, vars{"id": other.id}).ok(t).at(t, "revokeSession.revokedSessionId"); got != other.id {
			t.Errorf("revoked %s, want %s", got, other.id)
		}
		s.over(t, other)
		s.over(t, opened{token: moved.at(t, "refreshToken.accessToken"), refresh: moved.at(t, "refreshToken.refreshToken")})
		s.ask(t, ada.token, revokeSession, vars{"id": other.id}).refused(t, "NOT_FOUND")
		s.alive(t, third)
		s.alive(t, opened{token: ada.token, refresh: ada.refresh})
		if got := len(s.sessions(t, ada.token)); got != 2 {
			t.Errorf("%d sessions are shown", got)
		}
	})
}

func TestRevokeSessionEndsTheCurrentSession(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		own, other := s.open(t, "ada@example.org"), s.open(t, "ada@example.org")
		s.ask(t, own.token, revokeSession, vars{"id": own.id}).ok(t)
		s.over(t, own)
		s.ask(t, own.token, revokeSession, vars{"id": other.id}).refused(t, revoked)
		s.alive(t, other)
	})
}

func TestRevokeSessionFindsOnlyLiveSessionsOfTheViewer(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.clock.Advance(30 * 24 * time.Hour)
		expired := s.sessionIDs(t, ada.id)[0]
		own := s.open(t, "ada@example.org")
		s.join(t, "grace@example.org")
		theirs := s.open(t, "grace@example.org")
		admin := s.join(t, "admin@example.org")
		s.promote(t, admin.id)
		unchanged := s.unchanged(t)
		for name, c := range map[string]struct{ token, id string }{
			"of another user":                      {own.token, theirs.id},
			"of another user, by an administrator": {admin.token, theirs.id}, // there is endUserSessions
			"expired":                              {own.token, expired},
			"unknown":                              {own.token, uuid.Must(uuid.NewV7()).String()},
			"of no session but a user":             {own.token, ada.id},
			"malformed":                            {own.token, "nonsense"},
			"empty":                                {own.token, ""},
			"in upper case":                        {own.token, strings.ToUpper(own.id)},
			"of nobody":                            {own.token, uuid.Nil.String()},
		} {
			t.Run(name, func(t *testing.T) {
				s.ask(t, c.token, revokeSession, vars{"id": c.id}).refused(t, "NOT_FOUND")
				unchanged(t)
			})
		}
		for _, id := range []string{own.id, "nonsense"} {
			s.ask(t, "", revokeSession, vars{"id": id}).refused(t, missing)
		}
		unchanged(t)
		s.alive(t, own)
		s.alive(t, theirs)
	})
}

// sessionIDs are those of a user in the database, expired or not.
func (s *testServer) sessionIDs(t testing.TB, userID string) []string {
	t.Helper()
	var ids []string
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		sessions, err := tx.User.GetX(ctx, uuid.FromStringOrNil(userID)).QuerySessions().All(ctx)
		for _, session := range sessions {
			ids = append(ids, session.ID.String())
		}
		return err
	})
	slices.Sort(ids)
	return ids
}

func TestEndUserSessionsIsForAdministrators(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		ada, grace := s.join(t, "ada@example.org"), s.join(t, "grace@example.org")
		unchanged := s.unchanged(t)
		for name, id := range map[string]string{
			"somebody else": grace.id, "themselves": ada.id, "nobody": uuid.Must(uuid.NewV7()).String(), "malformed": "nonsense",
		} {
			t.Run(name, func(t *testing.T) {
				s.ask(t, ada.token, endUserSessions, vars{"userId": id}).refused(t, "FORBIDDEN") // whether it exists is not told
				s.ask(t, "", endUserSessions, vars{"userId": id}).refused(t, missing)
				unchanged(t)
			})
		}
	})
}

func TestEndUserSessionsEndsAllSessionsOfAUser(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.join(t, "admin@example.org")
		s.promote(t, admin.id)
		ada := s.join(t, "ada@example.org")
		other := s.open(t, "ada@example.org")
		s.join(t, "grace@example.org")
		theirs := s.open(t, "grace@example.org")
		want := s.sessionIDs(t, ada.id)
		if got := s.endUserSessions(t, admin.token, ada.id); !slices.Equal(got, want) {
			t.Errorf("ended %v, want %v", got, want)
		}
		s.over(t, opened{token: ada.token, refresh: ada.refresh})
		s.over(t, other)
		s.alive(t, theirs)
		if got := s.endUserSessions(t, admin.token, ada.id); len(got) != 0 {
			t.Errorf("then ended %v", got)
		}
		s.alive(t, s.open(t, "ada@example.org"))

		// Tokens of sessions that nobody knows of any more are refused too.
		orphan := s.open(t, "ada@example.org")
		s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Session.DeleteOneID(uuid.FromStringOrNil(orphan.id)).Exec(ctx)
		})
		s.endUserSessions(t, admin.token, ada.id)
		s.ask(t, orphan.token, me, nil).refused(t, revoked)
	})
}

// endUserSessions ends them and returns their ids, sorted.
func (s *testServer) endUserSessions(t testing.TB, accessToken, userID string) []string {
	t.Helper()
	a := s.ask(t, accessToken, endUserSessions, vars{"userId": userID}).ok(t)
	var ids []string
	for _, id := range a.Data["endUserSessions"].(map[string]any)["endedSessionIds"].([]any) {
		ids = append(ids, id.(string))
	}
	slices.Sort(ids)
	return ids
}

func TestEndUserSessionsOfWhoeverIsUnknownDisabledOrOneself(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		admin := s.join(t, "admin@example.org")
		s.promote(t, admin.id)
		ada := s.join(t, "ada@example.org")
		unchanged := s.unchanged(t)
		for _, id := range []string{uuid.Must(uuid.NewV7()).String(), "nonsense", "", s.sessionOf(t, ada.token)} {
			s.ask(t, admin.token, endUserSessions, vars{"userId": id}).refused(t, "NOT_FOUND")
		}
		unchanged(t)

		s.disable(t, ada.id)
		want := s.sessionIDs(t, ada.id)
		if got := s.endUserSessions(t, admin.token, ada.id); !slices.Equal(got, want) {
			t.Errorf("of a disabled user: ended %v, want %v", got, want)
		}
		want = s.sessionIDs(t, admin.id)
		if got := s.endUserSessions(t, admin.token, admin.id); !slices.Equal(got, want) {
			t.Errorf("of oneself: ended %v, want %v", got, want)
		}
		s.over(t, opened{token: admin.token, refresh: admin.refresh})
	})
}
