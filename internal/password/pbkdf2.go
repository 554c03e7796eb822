package password

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // what other programs hashed with
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"hash"
)

var pbkdf2Digests = map[string]struct {
	new     func() hash.Hash
	size    int
	maxWork int
}{
	"pbkdf2":        {sha1.New, sha1.Size, maxPBKDF2WorkSHA1}, // passlib's name for it
	"pbkdf2-sha256": {sha256.New, sha256.Size, maxPBKDF2WorkSHA256},
	"pbkdf2-sha512": {sha512.New, sha512.Size, maxPBKDF2WorkSHA512},
}

// parsePBKDF2 reads pbkdf2-sha256, rounds, salt, key (RFC 8018 §5.2; the format is passlib's).
func parsePBKDF2(parts []string) (*foreign, error) {
	if len(parts) != 4 {
		return nil, malformed
	}
	digest := pbkdf2Digests[parts[0]]
	rounds, ok := number(parts[1])
	if !ok {
		return nil, malformed
	}
	if rounds < minPBKDF2Rounds {
		return nil, tooWeak
	}
	salt, key, err := saltAndKey(parts[2], parts[3])
	if err != nil {
		return nil, err
	}
	blocks := (len(key) + digest.size - 1) / digest.size
	if rounds > digest.maxWork/blocks {
		return nil, tooCostly
	}
	return &foreign{
		cost: fmt.Sprintf("%s %d rounds, %d blocks", parts[0], rounds, blocks),
		check: func(password string) (bool, error) {
			got, err := pbkdf2.Key(digest.new, password, salt, rounds, len(key))
			return subtle.ConstantTimeCompare(got, key) == 1, err
		},
	}, nil
}
