package password

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxBytes bounds a password so that it can't be used to send load; far beyond any passphrase (OWASP ASVS 5.0 §6.2.9).
const MaxBytes = 256

// MaxGiven bounds, in bytes, a password that is to be verified. It is beyond MaxBytes because another system may have let it be; and
// it is bounded because SHA-crypt takes time that grows with its square.
const MaxGiven = 1024

// Weakness says which rule a password breaks. Its values are reasons of the error code WEAK_PASSWORD.
type Weakness string

// The weaknesses, in the order in which Check looks for them.
const (
	Fine                Weakness = ""
	TooShort            Weakness = "TOO_SHORT"
	TooLong             Weakness = "TOO_LONG"
	Common              Weakness = "COMMON"
	ContainsIdentity    Weakness = "CONTAINS_IDENTITY"
	ContainsBlockedWord Weakness = "CONTAINS_BLOCKED_WORD"
)

// Policy is what a new password has to satisfy. It counts characters, whichever they are (OWASP ASVS 5.0 §6.2.5), and
// refuses what is easy to guess (§6.2.4, §6.2.11).
type Policy struct {
	Min   int      // characters (Unicode code points)
	Words []string // that no password may contain; none of them empty
}

// Check returns the first rule that password breaks, or Fine. identity is what is known of its user: e-mail address,
// username and name, as far as there are any. Nothing but the length depends on letter case or Unicode normal form.
func (p Policy) Check(password string, identity ...string) Weakness {
	switch {
	case utf8.RuneCountInString(password) < p.Min:
		return TooShort
	case len(password) > MaxBytes:
		return TooLong
	}
	folded := fold(password)
	switch {
	case isCommon(folded):
		return Common
	case identifies(folded, identity):
		return ContainsIdentity
	case slices.ContainsFunc(p.Words, func(word string) bool { return strings.Contains(folded, fold(word)) }):
		return ContainsBlockedWord
	default:
		return Fine
	}
}

// fold makes texts equal that differ only in letter case, Unicode's compatibility forms (full-width letters) or what can't be seen. There and back, because some letters share
// a capital (the Greek s at the end of a word).
func fold(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return norm.NFKC.String(strings.ToLower(strings.ToUpper(seen)))
}
