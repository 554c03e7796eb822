package password_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"latchkey/internal/password"
)

// Known hashes, computed with another implementation of Argon2 (@noble/hashes).
const (
	knownPassword = "correct horse battery"
	knownHash     = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4"

	// In Unicode normal form D, and with spaces around.
	decomposedPassword = " pa\u0308sswo\u0308rd \u2713 "
	decomposedHash     = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$v7UebowmMxUwoHBRLIF8QHa4I6QVOPOMjRta6Z+ElhA"
)

func TestHashIsAPHCString(t *testing.T) {
	t.Parallel()
	hash := hashOf(t, newHasher(), knownPassword)
	// 16 bytes of salt and 32 of key, in base64 without padding.
	format := regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`)
	if !format.MatchString(hash) {
		t.Errorf("hash %q", hash)
	}
}

func hashOf(t *testing.T, h *password.Hasher, chosen string) string {
	t.Helper()
	hash, err := h.Hash(t.Context(), chosen)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := newHasher()
	long := strings.Repeat("é", password.MaxBytes/2)
	for _, c := range []struct {
		name, hash, sent string
		want             bool
	}{
		{"accepts the password of a known hash", knownHash, knownPassword, true},
		{"refuses another password", knownHash, "correct horse batterx", false},
		{"refuses another case", knownHash, "Correct horse battery", false},
		{"refuses an empty password", knownHash, "", false},
		{"refuses a space more at the end", knownHash, knownPassword + " ", false},
		{"refuses a space more at the beginning", knownHash, " " + knownPassword, false},
		{"refuses a NUL more at the end", knownHash, knownPassword + "\x00", false},
		{"accepts normal form D where it was hashed", decomposedHash, decomposedPassword, true},
		{"refuses normal form C there", decomposedHash, " p\u00e4ssw\u00f6rd \u2713 ", false},
		{"refuses what is trimmed", decomposedHash, strings.TrimSpace(decomposedPassword), false},
		{"accepts the longest password", hashOf(t, h, long), long, true},
		{"compares the longest password to its end", hashOf(t, h, long), long[:len(long)-2] + "è", false},
		{"accepts nobody for an empty hash", "", knownPassword, false},
		{"accepts nobody for an empty hash and password", "", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := h.Verify(t.Context(), c.hash, c.sent)
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestHashesOfOnePasswordDiffer(t *testing.T) {
	t.Parallel()
	h := newHasher()
	first, second := hashOf(t, h, knownPassword), hashOf(t, h, knownPassword)
	if first == second {
		t.Error("two hashes have one salt")
	}
}

func TestVerifyOfAnUnknownHashIsAnErrorThatDoesNotRepeatIt(t *testing.T) {
	t.Parallel()
	h := newHasher()
	const salt, key = "MDEyMzQ1Njc4OWFiY2RlZg", "69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4"
	const prefix = "$argon2id$v=19$m=19456,t=2,p=1$"
	for name, hash := range map[string]string{
		"text":                     "hunter2-SECRET",
		"MD5-crypt":                "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
		"broken bcrypt":            "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e",
		"argon2d":                  "$argon2d$v=19$m=19456,t=2,p=1$" + salt + "$" + key,
		"much more memory":         "$argon2id$v=19$m=65537,t=2,p=1$" + salt + "$" + key,
		"many more passes":         "$argon2id$v=19$m=19456,t=999999,p=1$" + salt + "$" + key,
		"another version":          "$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + key,
		"no key":                   prefix + salt,
		"an empty key":             prefix + salt + "$",
		"no salt":                  prefix + "$" + key,
		"a very short key":         prefix + salt + "$" + key[:20],
		"a very short salt":        prefix + salt[:8] + "$" + key,
		"a member more":            prefix + salt + "$" + key + "$x",
		"padding":                  prefix + salt + "==$" + key + "=",
		"another alphabet":         prefix + salt + "$" + strings.ReplaceAll(key, "C", "_"),
		"bits left over":           prefix + salt[:21] + "h$" + key,
		"a line break in it":       prefix + salt + "\n$" + key,
		"a space before it":        " " + prefix + salt + "$" + key,
		"nothing but the prefix":   prefix,
		"the password as it is":    knownPassword,
		"an algorithm in capitals": strings.ToUpper(prefix) + salt + "$" + key,
		"what has to be imported":  "pbkdf2:sha256:1000$saltsalt$" + strings.Repeat("0123456789abcdef", 4),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right, err := h.Verify(t.Context(), hash, knownPassword)
			if right || err == nil {
				t.Fatalf("got %v, %v; want an error", right, err)
			}
			for part := range strings.SplitSeq(hash, "$") {
				if len(part) > 4 && strings.Contains(err.Error(), part) {
					t.Errorf("the error repeats %q: %v", part, err)
				}
			}
		})
	}
}

func TestHasherDoesNotWaitForWhoHasLeft(t *testing.T) {
	t.Parallel()
	h := newHasher()
	password.Fill(h) // so that there is nothing to do but leave
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if hash, err := h.Hash(ctx, knownPassword); hash != "" || !errors.Is(err, context.Canceled) {
		t.Errorf("Hash: %q, %v", hash, err)
	}
	for _, hash := range []string{knownHash, ""} {
		if right, err := h.Verify(ctx, hash, knownPassword); right || !errors.Is(err, context.Canceled) {
			t.Errorf("Verify: %v, %v", right, err)
		}
	}
}
