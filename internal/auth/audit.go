package auth

import (
	"context"
	"log/slog"

	"latchkey/ent"
	"latchkey/ent/user"
	"latchkey/internal/audit"
	"latchkey/internal/store"
	"latchkey/internal/viewer"
)

// record records an event that no transaction is about.
func (s *Service) record(ctx context.Context, e audit.Event) { s.audit.Record(ctx, attributed(ctx, e)) }

// onceCommitted records an event when tx has been committed, also if nobody waits for that any more, and not if it is rolled
// back or runs again. If the database did not confirm the commit, the event says so.
func (s *Service) onceCommitted(ctx context.Context, tx *ent.Tx, e audit.Event) {
	e = attributed(ctx, e)
	tx.OnCommit(func(next ent.Committer) ent.Committer {
		return ent.CommitFunc(func(committing context.Context, tx *ent.Tx) error {
			err := next.Commit(committing, tx)
			if store.DiedInCommit(err) {
				e.Outcome = audit.OutcomeUnknown
			}
			if err == nil || e.Outcome != "" {
				s.audit.Record(ctx, e)
			}
			return err
		})
	})
}

// attributed adds to an event where it comes from, and who acts if that is someone else. It asks for no viewer: who logs in, say,
// is nobody yet, whatever token the request has.
func attributed(ctx context.Context, e audit.Event) audit.Event {
	request, served := ctx.Value(requestKey{}).(*Request)
	if !served {
		e.Actor = audit.Operator
		return e
	}
	e.IPAddress = request.IPAddress
	me, known := viewer.FromContext[*Identity](ctx).Known()
	if known && !e.UserID.IsNil() && e.UserID != me.User.ID {
		e.ActorID = me.User.ID
	}
	return e
}

// failedLogin tells the operator, and nobody else, why. All three take the same work.
func failedLogin(found *ent.User, right bool) audit.Event {
	e := audit.Event{Name: audit.LoginFailed, Reason: audit.UnknownUser}
	if found != nil {
		e.UserID, e.Reason = found.ID, audit.WrongPassword
	}
	if right {
		e.Reason = audit.Disabled
	}
	return e
}

// recordChange records what became of an account that was before. Its name is left out: nobody logs in with that.
func (s *Service) recordChange(ctx context.Context, tx *ent.Tx, before *ent.User, wanted *accountChange) {
	changed := func(name audit.Name, details ...slog.Attr) {
		s.onceCommitted(ctx, tx, audit.Event{Name: name, UserID: before.ID, Details: details})
	}
	if wanted.email.IsSet() {
		changed(audit.UserEmailChanged)
	}
	if wanted.username.IsSet() {
		changed(audit.UserUsernameChanged)
	}
	if wanted.hash != "" {
		changed(audit.UserPasswordChanged)
	}
	if wanted.role != nil && *wanted.role != before.Role {
		changed(audit.UserRoleChanged, roleAttr(*wanted.role))
	}
	if wanted.disabled != nil && *wanted.disabled != before.Disabled {
		changed(map[bool]audit.Name{true: audit.UserDisabled, false: audit.UserEnabled}[*wanted.disabled])
	}
}

func roleAttr(role user.Role) slog.Attr { return slog.String("role", role.String()) }
