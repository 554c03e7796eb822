package auth

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"golang.org/x/text/unicode/norm"

	"latchkey/internal/password"
)

const (
	maxEmail    = 254 // bytes (RFC 5321 §4.5.3.1.3, less the brackets)
	minUsername = 3
	maxUsername = 32
	maxName     = 200 // characters
)

// checker collects everything that is wrong with an operation's arguments. Its methods return values in the form in which
// they are stored.
type checker struct {
	policy   password.Policy
	problems Problems
}

func (c *checker) err() error {
	if len(c.problems) == 0 {
		return nil
	}
	return c.problems
}

func (c *checker) add(problem *Error) { c.problems = append(c.problems, problem) }

func (c *checker) bad(field, reason, message string) {
	c.add(&Error{Code: BadUserInput, Message: message, Field: field, Reason: reason})
}

func (c *checker) badLength(field, reason, message string, least, most int) {
	c.add(&Error{Code: BadUserInput, Message: message, Field: field, Reason: reason, Min: least, Max: most})
}

// identifier is how e-mail addresses and usernames are stored and looked up.
func identifier(s string) string {
	return norm.NFC.String(strings.ToLower(strings.TrimSpace(s)))
}

// disguised finds characters that identifier turns into ASCII ones, such as the Kelvin sign into k: someone would get
// another's address or name by typing something else.
func disguised(raw string) bool {
	return strings.ContainsFunc(raw, func(r rune) bool {
		return r > unicode.MaxASCII && strings.ContainsFunc(identifier(string(r)), func(r rune) bool { return r <= unicode.MaxASCII })
	})
}

// isEmail tells which of the two an identifier is: no username contains an @, and every e-mail address does.
func isEmail(identifier string) bool { return strings.Contains(identifier, "@") }

// email checks an address, nil for none.
func (c *checker) email(field string, raw *string) *string {
	if raw == nil {
		return nil
	}
	email := identifier(*raw)
	switch {
	case email == "":
		c.bad(field, blank, "The e-mail address is blank.")
	case len(email) > maxEmail:
		c.badLength(field, tooLong, "The e-mail address is too long.", 0, maxEmail)
	case !isAddress(email), disguised(*raw):
		c.bad(field, invalidFormat, "This is not an e-mail address.")
	}
	return &email
}

// isAddress accepts what RFC 5322 calls an addr-spec, in UTF-8 (RFC 6532), if all of it can be seen.
func isAddress(email string) bool {
	parsed, err := mail.ParseAddress(email)
	return err == nil && parsed.Address == email && !strings.ContainsFunc(email, invisible) && !strings.ContainsFunc(email, mangled)
}

// invisible finds spaces, control characters and what else leaves no mark: two texts that look the same would differ.
func invisible(r rune) bool {
	const brailleBlank = '\u2800'
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// username checks a username, nil for none.
func (c *checker) username(field string, raw *string) *string {
	if raw == nil {
		return nil
	}
	username := identifier(*raw)
	foreign := func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", r) }
	switch {
	case username == "":
		c.bad(field, blank, "The username is blank.")
	case strings.ContainsFunc(username, foreign), disguised(*raw):
		c.bad(field, invalidFormat, "A username has only the letters a to z, digits, '.', '_' and '-'.")
	case len(username) < minUsername:
		c.badLength(field, tooShort, "The username is too short.", minUsername, 0)
	case len(username) > maxUsername:
		c.badLength(field, tooLong, "The username is too long.", 0, maxUsername)
	}
	return &username
}

// name checks what a user is called, nil for nothing.
func (c *checker) name(field string, raw *string) *string {
	if raw == nil {
		return nil
	}
	name := strings.TrimSpace(*raw)
	switch {
	case strings.ContainsFunc(name, disruptive), strings.ContainsFunc(name, mangled):
		c.bad(field, invalidFormat, "The name contains characters that are not text.")
	case strings.TrimFunc(name, invisible) == "":
		c.bad(field, blank, "The name is blank.")
	case utf8.RuneCountInString(name) > maxName:
		c.badLength(field, tooLong, "The name is too long.", 0, maxName)
	}
	return &name
}

// disruptive finds characters that would change the text around a name: line breaks and other controls, and those that turn
// the direction of writing.
func disruptive(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// newPassword checks a password that someone chose for an account.
func (c *checker) newPassword(field, chosen string, of account) {
	var identity []string
	for _, known := range []*string{of.email, of.username, of.name} {
		if known != nil && len(*known) <= maxName*utf8.UTFMax { // what is longer is refused, and would take long to search
			identity = append(identity, *known)
		}
	}
	weakness := c.policy.Check(chosen, identity...)
	weak := func(message string, least, most int) {
		c.add(&Error{Code: WeakPassword, Message: message, Field: field, Reason: string(weakness), Min: least, Max: most})
	}
	switch weakness {
	case password.TooShort:
		weak("The password is too short.", c.policy.Min, 0)
	case password.TooLong:
		weak("The password is too long.", 0, password.MaxBytes)
	case password.Common:
		weak("Too many people have this password.", 0, 0)
	case password.ContainsIdentity:
		weak("The password contains the e-mail address, the username or the name, or a part of them.", 0, 0)
	case password.ContainsBlockedWord:
		weak("The password contains a word that is easy to guess here.", 0, 0)
	case password.Fine:
		c.intact(field, chosen)
	}
}

// password checks one that has to be an account's, of so many bytes at most. Whether it is takes a hash.
func (c *checker) password(field, given string, most int) {
	c.present(field, given)
	c.intact(field, given)
	if len(given) > most {
		c.badLength(field, tooLong, "The password is too long.", 0, most)
	}
}

// intact checks that a password is still what was typed.
func (c *checker) intact(field, given string) {
	if strings.ContainsFunc(given, mangled) {
		c.bad(field, invalidFormat, "The password contains NUL, or a character that was lost on its way here.")
	}
}

// present checks an argument that has to be given.
func (c *checker) present(field, value string) {
	if value == "" {
		c.bad(field, blank, "This is blank.")
	}
}

// currentPassword checks that the viewer's password was given; whether it is right takes a hash.
func (c *checker) currentPassword(raw *string) string {
	const field = "input.currentPassword"
	if raw == nil {
		c.bad(field, required, "The current password is needed for this.")
		return ""
	}
	c.password(field, *raw, password.MaxGiven)
	return *raw
}

// noIdentifier is the problem of an account with neither e-mail address nor username. field is the one that was at fault.
func (c *checker) noIdentifier(field string) {
	c.bad(field, required, "An e-mail address or a username is needed.")
}

// mangled finds what ends a text for other programs, and the replacement character: it stands where something on the way, a
// JSON or GraphQL parser for example, met what is not text. Two different passwords would become the same.
func mangled(r rune) bool { return r == 0 || r == utf8.RuneError }

// text is an argument that keeps (omitted), clears (null) or sets.
type text = graphql.Omittable[*string]

// change applies check to the value of an argument, if there is one. An argument that says what is already there counts
// as omitted.
func change(raw text, stored *string, check func(*string) *string) text {
	value, given := raw.ValueOK()
	if !given {
		return raw
	}
	value = check(value)
	if (value == nil && stored == nil) || (value != nil && stored != nil && *value == *stored) {
		return text{}
	}
	return graphql.OmittableOf(value)
}
