package password

import (
	"crypto/subtle"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// parseArgon2 reads argon2id, v=19, m=…,t=…,p=…, salt, key (RFC 9106; v=16 is an older algorithm).
func parseArgon2(parts []string) (*foreign, error) {
	if len(parts) != 5 || parts[1] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, malformed
	}
	n, ok := numbers(parts[2], "m", "t", "p")
	if !ok {
		return nil, malformed
	}
	memory, passes, lanes := n[0], n[1], n[2]
	if passes < 1 || lanes < 1 || memory/8 < lanes { // RFC 9106 §3.1
		return nil, tooWeak
	}
	if memory > maxArgon2Memory || passes > maxArgon2Work/memory || lanes > maxArgon2Lanes {
		return nil, tooCostly
	}
	salt, key, err := saltAndKey(parts[3], parts[4])
	if err != nil {
		return nil, err
	}
	derive := argon2.IDKey
	if parts[0] == "argon2i" {
		derive = argon2.Key
	}
	return &foreign{
		cost: parts[0] + " " + parts[2],
		check: func(password string) (bool, error) {
			got := derive([]byte(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(key))) //nolint:gosec // bounded above
			return subtle.ConstantTimeCompare(got, key) == 1, nil
		},
	}, nil
}
