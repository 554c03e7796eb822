// Package audit records security events: who signed up, logged in or failed to, whose account was changed by whom, which
// sessions ended and why.
//
// Each event is one log line with the message "audit" and a stable name; docs/operations.md lists them. An event says who by ids
// only. There is no e-mail address, username, user agent, password or token in it, and nothing as it was sent: people type
// passwords into the field for the username.
package audit

import (
	"context"
	"log/slog"

	"github.com/gofrs/uuid/v5"

	"latchkey/internal/requestid"
)

// Message is that of every event's log line.
const Message = "audit"

// Operator is the actor of what is done on the command line.
const Operator = "operator"

// OutcomeUnknown is the outcome of a change whose commit was not confirmed: it has happened or not.
const OutcomeUnknown = "unknown"

// Event is what has happened, and to whom. What is not known is left zero, and left out of the log.
type Event struct {
	Name      Name
	UserID    uuid.UUID // whom it is about
	SessionID uuid.UUID
	ActorID   uuid.UUID // who did it, if it is not UserID
	Actor     string    // Operator, or ""
	IPAddress string    // of the request
	Reason    Reason
	Limit     string // that throttled the request
	Outcome   string // OutcomeUnknown, or ""
	Details   []slog.Attr
}

// Log records events. Safe for concurrent use.
type Log struct {
	log     *slog.Logger
	counted func(Event)
}

// New returns a Log that writes to log, and tells counted, unless it is nil, of every event.
func New(log *slog.Logger, counted func(Event)) *Log { return &Log{log: log, counted: counted} }

// Record writes an event, with the id of the request that ctx belongs to. A nil Log records nothing.
func (l *Log) Record(ctx context.Context, e Event) {
	if l == nil {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs, slog.String("event", string(e.Name)))
	for _, a := range [...]struct{ key, value string }{
		{"requestId", requestid.FromContext(ctx)},
		{"userId", text(e.UserID)},
		{"sessionId", text(e.SessionID)},
		{"actorId", text(e.ActorID)},
		{"actor", e.Actor},
		{"ipAddress", e.IPAddress},
		{"reason", string(e.Reason)},
		{"limit", e.Limit},
		{"outcome", e.Outcome},
	} {
		if a.value != "" {
			attrs = append(attrs, slog.String(a.key, a.value))
		}
	}
	l.log.LogAttrs(ctx, e.Name.level(), Message, append(attrs, e.Details...)...)
	if l.counted != nil {
		l.counted(e)
	}
}

func text(id uuid.UUID) string {
	if id.IsNil() {
		return ""
	}
	return id.String()
}
