package password

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"

	"golang.org/x/crypto/bcrypt"
)

// 2a, 2b and 2y mark repairs of particular programs, and mean one and the same algorithm. 2x means a broken one.
var bcryptFormat = regexp.MustCompile(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)

// parseBcrypt reads $2b$12$ and what follows. Of a password it uses 72 bytes, as all programs did for long; the rest is
// ignored, so that whoever has a longer one can log in with it.
func parseBcrypt(hash string) (*foreign, error) {
	found := bcryptFormat.FindStringSubmatch(hash)
	if found == nil {
		return nil, malformed
	}
	cost, err := strconv.Atoi(found[1])
	if err != nil || cost < minBcryptCost {
		return nil, tooWeak
	}
	if cost > maxBcryptCost {
		return nil, tooCostly
	}
	return &foreign{
		cost: "bcrypt " + found[1],
		check: func(password string) (bool, error) {
			err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password))
			if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
				return false, nil
			}
			return err == nil, err
		},
	}, nil
}

// djangoBcryptSHA256 is how Django's hashes begin that are the bcrypt of the SHA-256, in hexadecimal digits.
const djangoBcryptSHA256 = "bcrypt_sha256$"

func parseBcryptSHA256(inner string) (*foreign, error) {
	f, err := parseBcrypt(inner)
	if err != nil {
		return nil, err
	}
	return &foreign{cost: f.cost, check: func(password string) (bool, error) {
		sum := sha256.Sum256([]byte(password))
		return f.check(hex.EncodeToString(sum[:]))
	}}, nil
}
