package password

import "unicode/utf8"

// MaxBytes bounds a password so that it can't be used to send load; far beyond any passphrase (OWASP ASVS 5.0 §6.2.9).
const MaxBytes = 256

// Weakness says which rule a password breaks. Its values are reasons of the error code WEAK_PASSWORD.
type Weakness string

// The weaknesses.
const (
	Fine     Weakness = ""
	TooShort Weakness = "TOO_SHORT"
	TooLong  Weakness = "TOO_LONG"
)

// Policy is what a new password has to satisfy: length only, no composition rules (OWASP ASVS 5.0 §6.2.5).
type Policy struct {
	Min int // characters (Unicode code points)
}

// Check returns the rule that password breaks, or Fine.
func (p Policy) Check(password string) Weakness {
	switch {
	case utf8.RuneCountInString(password) < p.Min:
		return TooShort
	case len(password) > MaxBytes:
		return TooLong
	default:
		return Fine
	}
}
