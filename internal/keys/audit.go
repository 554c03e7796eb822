package keys

import (
	"context"
	"log/slog"
	"slices"

	"latchkey/internal/audit"
)

// recordChange tells the audit trail of this server that the recorded keys are others than at the last look: what the operator's
// command has told of that may be kept elsewhere.
func (r *Ring) recordChange(ctx context.Context, before, now records) {
	replaced := before.refresh != nil && now.refresh != nil && before.refresh.Fingerprint != now.refresh.Fingerprint
	if !replaced && slices.Equal(before.kids(), now.kids()) {
		return
	}
	details := []slog.Attr{slog.Any("kids", now.kids())}
	if replaced {
		details = append(details, slog.Bool("refreshReplaced", true))
	}
	audit.New(r.log, nil).Record(ctx, audit.Event{Name: audit.KeysChanged, Details: details})
}

// kids are the ids of the signing keys, in the order in which they sign.
func (r records) kids() []string {
	kids := make([]string, len(r.signing))
	for i, record := range r.signing {
		kids[i] = record.ID
	}
	return kids
}
