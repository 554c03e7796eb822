package server

import (
	"context"
	"log/slog"
	"strings"
)

// quietly hands on what net/http says, but not at a level that wakes someone up where any stranger can make it say so.
type quietly struct{ slog.Handler }

// Handle hands the record on.
func (q quietly) Handle(ctx context.Context, record slog.Record) error {
	if strings.HasPrefix(record.Message, "http: TLS handshake error") ||
		(strings.HasPrefix(record.Message, "http2: ") && !strings.HasPrefix(record.Message, "http2: panic")) ||
		strings.HasPrefix(record.Message, "timeout waiting for ") {
		record.Level = slog.LevelDebug
	}
	if !q.Enabled(ctx, record.Level) {
		return nil
	}
	return q.Handler.Handle(ctx, record)
}
