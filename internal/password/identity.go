package password

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// identifies tells whether a folded password gives away one of a user's e-mail address, username and name.
func identifies(folded string, identity []string) bool {
	for _, known := range identity {
		for _, part := range parts(fold(known)) {
			if givesAway(folded, part) {
				return true
			}
		}
	}
	return false
}

// parts are what of a folded identity a password may not contain: all of it and its words, and of an e-mail address the
// same of what is before the @, because the rest is not the user's alone.
func parts(known string) []string {
	var all []string
	if at := strings.LastIndexByte(known, '@'); at >= 0 {
		all = append(all, known)
		known = known[:at]
	}
	words := strings.FieldsFunc(known, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) })
	all = append(all, known, strings.Join(words, ""))
	return append(all, words...)
}

// givesAway tells whether folded contains part. Three letters are inside too many words (ann in "channel tunnel rust"): they
// count where fewer than 8 characters, ASVS's least, would be left without them. Fewer letters never count.
func givesAway(folded, part string) bool {
	if !strings.Contains(folded, part) {
		return false
	}
	switch n := utf8.RuneCountInString(part); {
	case n >= 4:
		return true
	case n == 3:
		return utf8.RuneCountInString(strings.ReplaceAll(folded, part, "")) < 8
	default:
		return false
	}
}
