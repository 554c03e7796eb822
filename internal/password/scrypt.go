package password

import (
	"crypto/subtle"

	"golang.org/x/crypto/scrypt"
)

// parseScrypt reads scrypt, ln=…,r=…,p=…, salt, key; ln is the binary logarithm of N (RFC 7914).
func parseScrypt(parts []string) (*foreign, error) {
	if len(parts) != 4 {
		return nil, malformed
	}
	v, ok := numbers(parts[1], "ln", "r", "p")
	if !ok {
		return nil, malformed
	}
	ln, r, p := v[0], v[1], v[2]
	if ln < 1 || r < 1 || p < 1 { // RFC 7914 §2
		return nil, tooWeak
	}
	if r > maxScryptR || p > maxScryptP || ln > 30 || 128*r<<ln > maxScryptMemory || r*p<<ln > maxScryptWork {
		return nil, tooCostly
	}
	salt, key, err := saltAndKey(parts[2], parts[3])
	if err != nil {
		return nil, err
	}
	return &foreign{
		cost: parts[0] + " " + parts[1],
		check: func(password string) (bool, error) {
			got, err := scrypt.Key([]byte(password), salt, 1<<ln, r, p, len(key))
			return subtle.ConstantTimeCompare(got, key) == 1, err
		},
	}, nil
}
