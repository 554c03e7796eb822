// Package bulk reads the accounts of other systems from NDJSON and CSV, record by record, in bounded memory.
//
// A record that can't be read is not an error: it comes with its Problems, and the next one follows. What a record says is
// not judged here; internal/auth does that. No problem and no error repeats a value: there are passwords among them.
package bulk

import (
	"strings"
	"time"
)

// Fields are those of a record, as they are written in NDJSON and at the top of a CSV file.
var Fields = []string{"email", "username", "name", "role", "disabled", "createdAt", "passwordHash", "password"}

// maxRecord bounds a record, in bytes; far beyond all fields together.
const maxRecord = 64 << 10

// Record is an account as a file describes it. What is absent is nil.
type Record struct {
	Line                                                int // where it begins, from 1
	Email, Username, Name, Role, PasswordHash, Password *string
	Disabled                                            *bool
	CreatedAt                                           *time.Time
	Problems                                            []Problem // why it can't be read
}

// Problem is a reason, for people.
type Problem struct {
	Field   string // "" for the whole record
	Message string
}

// Reader reads records.
type Reader interface {
	// Next returns the next record, io.EOF after the last one, ErrEmpty if there is none, and any other error when nothing more
	// can be read.
	Next() (*Record, error)
}

func (r *Record) refuse(field, message string) {
	r.Problems = append(r.Problems, Problem{field, message})
}

// text is where the field is kept, nil if it is not a text.
func (r *Record) text(field string) **string {
	switch field {
	case "email":
		return &r.Email
	case "username":
		return &r.Username
	case "name":
		return &r.Name
	case "role":
		return &r.Role
	case "passwordHash":
		return &r.PasswordHash
	case "password":
		return &r.Password
	default:
		return nil
	}
}

// times are the forms of RFC 3339, and of what databases, Python and Ruby print. Without a zone they are in UTC.
var times = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z0700", "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05 Z0700",
	time.DateOnly,
}

func (r *Record) setTime(text string) {
	for _, form := range times {
		if at, err := time.Parse(form, text); err == nil {
			at = at.UTC()
			r.CreatedAt = &at
			return
		}
	}
	r.refuse("createdAt", "This is not a time like 2006-01-02T15:04:05Z or 2006-01-02 15:04:05 (UTC).")
}

func (r *Record) setDisabled(text string) {
	yes := false
	switch strings.ToLower(text) {
	case "true", "t", "1":
		yes = true
	case "false", "f", "0":
	default:
		r.refuse("disabled", "This is not true or false.")
		return
	}
	r.Disabled = &yes
}
