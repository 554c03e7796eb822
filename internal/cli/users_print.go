package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/user"
)

// account is one for programs, with the API's names.
type account struct {
	ID        uuid.UUID `json:"id"`
	Email     *string   `json:"email"`
	Username  *string   `json:"username"`
	Name      *string   `json:"name"`
	Role      user.Role `json:"role"`
	Disabled  bool      `json:"disabled"`
	CreatedAt moment    `json:"createdAt"`
	UpdatedAt moment    `json:"updatedAt"`
}

func accountOf(a *ent.User) account {
	return account{a.ID, a.Email, a.Username, a.Name, a.Role, a.Disabled, moment(a.CreatedAt), moment(a.UpdatedAt)}
}

type session struct {
	ID         uuid.UUID `json:"id"`
	UserAgent  *string   `json:"userAgent"`
	IPAddress  *string   `json:"ipAddress"`
	CreatedAt  moment    `json:"createdAt"`
	LastUsedAt moment    `json:"lastUsedAt"`
	ExpiresAt  moment    `json:"expiresAt"`
}

func sessionsOf(rows []*ent.Session) []session {
	sessions := make([]session, len(rows))
	for i, s := range rows {
		sessions[i] = session{s.ID, s.UserAgent, s.IPAddress, moment(s.CreatedAt), moment(s.LastUsedAt), moment(s.ExpiresAt)}
	}
	return sessions
}

// moment is a time as the API writes it.
type moment time.Time

// MarshalText implements encoding.TextMarshaler.
func (m moment) MarshalText() ([]byte, error) {
	return []byte(time.Time(m).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// writeJSON writes a line, in which nothing changes the text around it.
func writeJSON(out io.Writer, v any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	line := strings.TrimSuffix(text.String(), "\n")
	if strings.ContainsFunc(line, disruptive) {
		line = shown(line) // these are in strings only, where JSON takes the same escapes
	}
	_, err := fmt.Fprintln(out, line)
	return err
}

// buffered runs write with a writer that does not write every line on its own.
func buffered(out io.Writer, write func(io.Writer) error) error {
	buffer := bufio.NewWriter(out)
	if err := write(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

func state(a *ent.User) string {
	if a.Disabled {
		return "disabled"
	}
	return "enabled"
}

// cell is a text in a table.
func cell(text *string) string {
	if text == nil {
		return "-"
	}
	return shown(*text)
}

// shown is text that can't break a line or a terminal, whoever wrote it.
func shown(text string) string {
	var safe strings.Builder
	for _, r := range text {
		if disruptive(r) {
			fmt.Fprintf(&safe, `\u%04x`, r)
		} else {
			safe.WriteRune(r)
		}
	}
	return safe.String()
}

// disruptive finds what changes the text around it: line breaks and other controls, those that turn the direction of writing,
// and what is not text. None of it is beyond the four digits of an escape.
func disruptive(r rune) bool {
	if r < unicode.MaxASCII { // nearly all of an export, and looking up tables would take longer than everything else
		return r < ' '
	}
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
