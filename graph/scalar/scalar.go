// Package scalar reads and writes the schema's scalars.
package scalar

import (
	"errors"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"
)

// dateTime is RFC 3339 with exactly three decimals.
const dateTime = "2006-01-02T15:04:05.000Z07:00"

// MarshalDateTime writes a time in UTC.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text := make([]byte, 0, len(dateTime)+2) // there is nothing in it to escape
		text = append(t.UTC().AppendFormat(append(text, '"'), dateTime), '"')
		_, _ = w.Write(text) // the writer is a buffer
	})
}

// ErrDateTime means that what was sent is not a DateTime. It does not repeat the value.
var ErrDateTime = errors.New("a DateTime is RFC 3339")

// UnmarshalDateTime reads a time with any offset and any number of decimals, or returns ErrDateTime.
func UnmarshalDateTime(v any) (time.Time, error) {
	text, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, ErrDateTime
	}
	return t.UTC(), nil
}

// MarshalID writes an id.
func MarshalID(id uuid.UUID) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, `"`+id.String()+`"`) })
}

// UnmarshalID reads an id. Ids are opaque to clients, so one that was never issued is no error: it becomes the nil UUID,
// which nothing has.
func UnmarshalID(v any) (uuid.UUID, error) {
	text, _ := v.(string)
	id, err := uuid.FromString(text)
	if err != nil || id.String() != text {
		return uuid.Nil, nil //nolint:nilerr // see above
	}
	return id, nil
}
