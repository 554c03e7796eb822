package password_test

import (
	"strings"
	"testing"

	"latchkey/internal/password"
)

func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		min    int
		chosen string
		want   password.Weakness
	}{
		{"nothing", 8, "", password.TooShort},
		{"7 letters", 8, "abcdefg", password.TooShort},
		{"8 letters", 8, "abcdefgh", password.Fine},
		{"8 spaces", 8, "        ", password.Fine},
		{"7 characters of 14 bytes", 8, strings.Repeat("é", 7), password.TooShort},
		{"8 characters of 16 bytes", 8, strings.Repeat("é", 8), password.Fine},
		{"7 characters of 28 bytes", 8, strings.Repeat("🔑", 7), password.TooShort},
		{"8 characters of 32 bytes", 8, strings.Repeat("🔑", 8), password.Fine},
		{"14 letters where 15 are asked for", 15, strings.Repeat("a", 14), password.TooShort},
		{"15 letters where 15 are asked for", 15, strings.Repeat("a", 15), password.Fine},
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
