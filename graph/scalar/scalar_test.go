package scalar_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gofrs/uuid/v5"

	"latchkey/graph/scalar"
)

func written(m graphql.Marshaler) string {
	var text bytes.Buffer
	m.MarshalGQL(&text)
	return text.String()
}

func TestDateTimeIsWrittenInUTCWithThreeDecimals(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		time time.Time
		want string
	}{
		{"a whole second", noon, `"2026-11-22T12:00:00.000Z"`},
		{"milliseconds", noon.Add(7 * time.Millisecond), `"2026-11-22T12:00:00.007Z"`},
		{"zeros at the end", noon.Add(120 * time.Millisecond), `"2026-11-22T12:00:00.120Z"`},
		{"more decimals, not rounded into another second", noon.Add(999_999 * time.Microsecond), `"2026-11-22T12:00:00.999Z"`},
		{"another zone", noon.In(time.FixedZone("CET", 3600)), `"2026-11-22T12:00:00.000Z"`},
		{"another day", time.Date(2027, 1, 1, 1, 0, 0, 0, time.FixedZone("", 7200)), `"2026-12-31T23:00:00.000Z"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := written(scalar.MarshalDateTime(c.time)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestDateTimeIsReadWithAnyOffset(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-11-22T12:00:00Z":           time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		"2026-11-22T12:00:00.5Z":         time.Date(2026, 11, 22, 12, 0, 0, 5e8, time.UTC),
		"2026-11-22T12:00:00.123456789Z": time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC),
		"2026-11-22T12:00:00.000+01:00":  time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC),
		"2026-11-22T12:00:00-05:45":      time.Date(2026, 11, 22, 17, 45, 0, 0, time.UTC),
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalDateTime(text)
			if err != nil || got != want { // the location too
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}

func TestDateTimeThatCanNotBeReadIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"text":                  "hunter2-SECRET",
		"nothing":               "",
		"a date":                "2026-11-22",
		"no offset":             "2026-11-22T12:00:00",
		"a space":               "2026-11-22 12:00:00Z",
		"the 30th of February":  "2026-02-30T12:00:00Z",
		"more after it":         "2026-11-22T12:00:00Zhunter2-SECRET",
		"a number":              int64(1795348800),
		"null":                  nil,
		"an object":             map[string]any{"hunter2-SECRET": "hunter2-SECRET"},
		"a list of a good time": []any{"2026-11-22T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalDateTime(value)
			if err == nil || !got.IsZero() {
				t.Fatalf("got %v, %v; want an error", got, err)
			}
			if strings.ContainsAny(err.Error(), "12:") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	const text = "01930d2e-0000-7000-8000-00000000abcd"
	id := uuid.Must(uuid.FromString(text))
	t.Run("is written as text", func(t *testing.T) {
		t.Parallel()
		if got := written(scalar.MarshalID(id)); got != `"`+text+`"` {
			t.Errorf("got %s", got)
		}
	})
	t.Run("is read as it was written", func(t *testing.T) {
		t.Parallel()
		if got, err := scalar.UnmarshalID(text); err != nil || got != id {
			t.Errorf("got %v, %v", got, err)
		}
	})
	for name, value := range map[string]any{
		"text":               "hunter2-SECRET",
		"nothing":            "",
		"capitals":           strings.ToUpper(text),
		"no hyphens":         strings.ReplaceAll(text, "-", ""),
		"braces":             "{" + text + "}",
		"a URN":              "urn:uuid:" + text,
		"a space":            " " + text,
		"a digit more":       text + "0",
		"a digit less":       text[1:],
		"a number":           int64(7),
		"null":               nil,
		"a list of one":      []any{text},
		"an object":          map[string]any{"id": text},
		"a UUID, not a text": id,
	} {
		t.Run("that is "+name+" is nobody's", func(t *testing.T) {
			t.Parallel()
			if got, err := scalar.UnmarshalID(value); err != nil || got != uuid.Nil {
				t.Errorf("got %v, %v; want the nil UUID and no error", got, err)
			}
		})
	}
}
