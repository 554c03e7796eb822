package password

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"hash"
	"regexp"
	"strings"

	"github.com/go-crypt/x/crypt"
)

var shaCrypts = map[string]struct {
	new                func() hash.Hash
	key                *regexp.Regexp
	maxRounds, maxWork int
}{
	"5": {sha256.New, regexp.MustCompile(`^[./A-Za-z0-9]{43}$`), maxSHA256CryptRounds, maxSHA256CryptWork},
	"6": {sha512.New, regexp.MustCompile(`^[./A-Za-z0-9]{86}$`), maxSHA512CryptRounds, maxSHA512CryptWork},
}

// parseSHACrypt reads 5 or 6, perhaps rounds=…, salt, key (https://www.akkadia.org/drepper/SHA-crypt.txt).
func parseSHACrypt(parts []string) (*foreign, error) {
	variant := shaCrypts[parts[0]]
	rounds := impliedSHACryptRounds
	rest := parts[1:]
	if len(rest) == 3 {
		n, ok := numbers(rest[0], "rounds")
		if !ok {
			return nil, malformed
		}
		rounds, rest = n[0], rest[1:]
	}
	if len(rest) != 2 {
		return nil, malformed
	}
	salt, key := rest[0], rest[1]
	switch {
	case salt == "":
		return nil, noSalt
	case strings.HasPrefix(salt, "rounds="): // a hash without a salt, or without a key
		return nil, malformed
	case len(salt) < minSHACryptSalt || len(salt) > maxSHACryptSalt:
		return nil, badSalt
	case !variant.key.MatchString(key):
		return nil, badKey
	case rounds < minSHACryptRounds:
		return nil, tooWeak
	case rounds > variant.maxRounds:
		return nil, tooCostly
	}
	longest := min(variant.maxWork/rounds-shaCryptRest, MaxGiven) // bytes
	return &foreign{
		cost: fmt.Sprintf("sha-crypt %s %d rounds", parts[0], rounds),
		check: func(password string) (bool, error) {
			// What is too long takes as long as the longest that is not.
			part := password[:min(len(password), longest)]
			got := crypt.KeySHACrypt(variant.new, []byte(part), []byte(salt), rounds)
			return subtle.ConstantTimeCompare(got, []byte(key)) == 1 && part == password, nil
		},
	}, nil
}
