package password_test

import (
	"strings"
	"testing"

	"latchkey/internal/password"
)

func TestPolicyCountsCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		min    int
		chosen string
		want   password.Weakness
	}{
		{"nothing", 8, "", password.TooShort},
		{"7 letters", 8, "abcdefg", password.TooShort},
		{"8 letters", 8, "hgfecabd", password.Fine},
		{"8 spaces", 8, "        ", password.Fine},
		{"7 characters of 14 bytes", 8, strings.Repeat("é", 7), password.TooShort},
		{"8 characters of 16 bytes", 8, strings.Repeat("é", 8), password.Fine},
		{"7 characters of 28 bytes", 8, strings.Repeat("🔑", 7), password.TooShort},
		{"8 characters of 32 bytes", 8, strings.Repeat("🔑", 8), password.Fine},
		{"14 letters where 15 are asked for", 15, strings.Repeat("a", 14), password.TooShort},
		{"15 letters where 15 are asked for", 15, strings.Repeat("é", 15), password.Fine},
		{"256 letters", 8, strings.Repeat("a", 256), password.Fine},
		{"257 letters", 8, strings.Repeat("a", 257), password.TooLong},
		{"64 characters of 256 bytes", 64, strings.Repeat("🔑", 64), password.Fine},
		{"65 characters of 257 bytes", 64, strings.Repeat("🔑", 64) + "a", password.TooLong},
		{"128 characters of 256 bytes", 8, strings.Repeat("é", 128), password.Fine},
		{"129 characters of 258 bytes", 8, strings.Repeat("é", 129), password.TooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := (password.Policy{Min: c.min}).Check(c.chosen); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPolicySaysWhichRuleIsBroken(t *testing.T) {
	t.Parallel()
	ada := []string{"ada.lovelace@example.org", "countess_1815", "Augusta Ada King"}
	for _, c := range []struct {
		name     string
		chosen   string
		identity []string
		want     password.Weakness
	}{
		{"a passphrase", "correct horse battery staple", ada, password.Fine},
		{"letters only", "jqxvzkwp", ada, password.Fine},
		{"digits only", "8402917365", ada, password.Fine},
		{"spaces only", "         ", ada, password.Fine},

		{"a common one", "password", ada, password.Common},
		{"a common one in other letter case", "PassWord1", ada, password.Common},
		{"a common one with a Kelvin sign", "monKey123", ada, password.Common},
		{"a common one with more", "password1 on the moon", ada, password.Fine},

		{"the e-mail address", "ada.lovelace@example.org", ada, password.ContainsIdentity},
		{"the e-mail address with more", "<ADA.LOVELACE@example.org>", ada, password.ContainsIdentity},
		{"what is before the @", "my ada.lovelace", ada, password.ContainsIdentity},
		{"that without its dot", "adalovelace99", ada, password.ContainsIdentity},
		{"a word of it", "lovelace rocks", ada, password.ContainsIdentity},
		{"what is after the @", "an example.org is fine", ada, password.Fine},
		{"the e-mail address of one letter", "i am a@example.org", []string{"a@example.org"}, password.ContainsIdentity},
		{"a word before the last @", "at home with jo", []string{`"jo@home"@example.org`}, password.ContainsIdentity},
		{"the username", "the Countess_1815!", ada, password.ContainsIdentity},
		{"a word of the username", "the countess of all", ada, password.ContainsIdentity},
		{"the username backwards", "5181_ssetnuoc", ada, password.Fine},
		{"the name", "augusta ada king", ada, password.ContainsIdentity},
		{"the name without its spaces", "AugustaAdaKing", ada, password.ContainsIdentity},
		{"a short name without its space", "x lina x lina x", []string{"Li Na"}, password.ContainsIdentity},
		{"a word of the name", "walking tall", ada, password.ContainsIdentity},
		{"a name in other letter case", "ΓΙΏΡΓΟΣ ο πρώτος", []string{"Γιώργος"}, password.ContainsIdentity},
		{"a name in another normal form", "rene\u0301e la grande", []string{"Ren\u00e9e"}, password.ContainsIdentity},
		{"a name whose capital is no letter's in another normal form", "I\u0307rem sings at noon", []string{"\u0130rem"}, password.ContainsIdentity},
		{"a common password in full-width letters", "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11", ada, password.Common},
		{"a common password with what can't be seen", "\ufeffpass\u200bword1", ada, password.Common},
		{"a name in another script", "我是李小龙王八蛋吗", []string{"李小龙王"}, password.ContainsIdentity},
		{"a word of a name with vowel signs", "हे मोहन, आओ", []string{"मोहन दास"}, password.ContainsIdentity},
		{"three letters inside a passphrase", "channel tunnel rust", []string{"ann", "Ann Lee"}, password.Fine},
		{"three letters and 8 others", "ann12905487", []string{"ann"}, password.Fine},
		{"three letters and 7 others", "Ann1290548", []string{"ann"}, password.ContainsIdentity},
		{"three letters again and again", "ann ann ann ann ann", []string{"ann"}, password.ContainsIdentity},
		{"one letter", "banana 73", []string{"a@example.org", "B. A."}, password.Fine},
		{"nobody's", "ada.lovelace", nil, password.Fine},
		{"of someone with a blank name", "ada.lovelace", []string{"", " ", "@", "--"}, password.Fine},

		{"a blocked word", "my ACME rocket", ada, password.ContainsBlockedWord},
		{"a blocked word inside another", "placmeat stew", ada, password.ContainsBlockedWord},
		{"a blocked word of three letters", "an ibm forever", ada, password.ContainsBlockedWord},
		{"a blocked word with a space", "the road runner runs", ada, password.ContainsBlockedWord},
		{"half of a blocked word", "the road is long", ada, password.Fine},
		{"a blocked word beyond ASCII", "zur MU\u0308LLER gmbh", ada, password.ContainsBlockedWord},

		{"short before all else", "dragon", []string{"dragon"}, password.TooShort},
		{"long before all else", strings.Repeat("lovelace acme ", 19), ada, password.TooLong},
		{"common before the identity", "football", []string{"football"}, password.Common},
		{"the identity before a blocked word", "lovelace acme", ada, password.ContainsIdentity},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := password.Policy{Min: 8, Words: []string{"Acme", "IBM", "road runner", "Müller"}}
			if got := p.Check(c.chosen, c.identity...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
