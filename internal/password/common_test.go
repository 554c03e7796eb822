package password_test

import (
	"slices"
	"strings"
	"testing"

	"latchkey/internal/password"
)

// entries are the lines of the list.
func entries() []string { return strings.Split(strings.TrimSuffix(password.CommonList(), "\n"), "\n") }

func TestTheListHasTheMostCommonPasswordsOfEveryLength(t *testing.T) {
	t.Parallel()
	list := entries()
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error("it is not sorted, or has one twice")
	}
	atLeast := map[int]int{} // how many there are of at least so many characters
	for _, entry := range list {
		if len(entry) < 8 || password.Fold(entry) != entry || strings.ContainsFunc(entry, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q is in it", entry)
		}
		for n := 8; n <= len(entry); n++ {
			atLeast[n]++
		}
	}
	for n, want := range map[int]int{8: 100_000, 9: 100_000, 10: 100_000, 11: 66_187, 12: 43_940, 15: 9_728} { // of 11 and more, all of the million
		if atLeast[n] < want {
			t.Errorf("%d of at least %d characters, want %d", atLeast[n], n, want)
		}
	}
}

func TestCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	list := entries()
	known := []string{
		"password", "12345678", "qwertyuiop", "iloveyou", "Passw0rd", "TRUSTNO1", // the most common
		"smokey24",                                                  // the last but one of the first 100,000
		"123456789987654321", "zxcvbnm123456789", "30secondstomars", // of those of 15 and more
		list[0], list[1], list[len(list)/2], list[len(list)-2], list[len(list)-1], // where a search would go wrong
	}
	for _, chosen := range known {
		if got := (password.Policy{Min: 8}).Check(chosen); got != password.Common {
			t.Errorf("%s: got %q", chosen, got)
		}
	}
	for i := range len(list) / 97 {
		if entry := list[i*97]; (password.Policy{Min: 8}).Check(strings.ToUpper(entry)) != password.Common {
			t.Errorf("%s is in the list and not found", entry)
		}
	}
}

func TestUncommonPasswordsAreNot(t *testing.T) {
	t.Parallel()
	list := entries()
	for _, chosen := range []string{
		"correct horse battery staple", "password password", "\x00\x00\x00\x00\x00\x00\x00\x00", "zzzzzzzzzzzzzzzzzzzz~", "password\n",
		" password", "\npassword", list[0] + "\n" + list[1], list[9] + "\n", list[7][:len(list[7])-1] + "\n", "пароль🔑!", strings.Repeat("🔑", 64),
	} {
		if got := (password.Policy{Min: 8}).Check(chosen); got != password.Fine {
			t.Errorf("%q: got %q", chosen, got)
		}
	}
}

// Not parallel, because it counts what the whole program allocates. A search that copied the list, or a part of it, would cost more than a hash when many sign up.
func TestLookUpAllocatesNothing(t *testing.T) {
	password.IsCommon("correct horse battery staple") // unpacks the list
	if n := testing.AllocsPerRun(100, func() { password.IsCommon("correct horse battery staple") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPolicyCheck(b *testing.B) {
	p := password.Policy{Min: 8, Words: []string{"latchkey", "acme"}}
	password.IsCommon("") // unpacks the list
	for b.Loop() {
		p.Check("correct horse battery staple", "ada.lovelace@example.org", "ada", "Ada Lovelace")
	}
}

func BenchmarkUnpackCommon(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		password.Unpack()
	}
}

func BenchmarkIsCommon(b *testing.B) {
	password.IsCommon("") // unpacks the list
	for b.Loop() {
		password.IsCommon("correct horse battery staple")
	}
}
