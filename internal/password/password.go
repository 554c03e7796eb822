// Package password hashes passwords with Argon2id, verifies them, also against hashes of other systems (Import), and says
// which ones are acceptable.
//
// A password is used exactly as it was received: no trimming, no Unicode normalisation, no truncation.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

const (
	saltLength = 16 // bytes (RFC 9106 §3.1)
	keyLength  = 32 // bytes
)

// Cost is what a hash by Argon2id takes.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8
}

// Recommended is OWASP's second recommendation for Argon2id: 19 MiB, two passes, one lane. The program has no other cost; a story that
// is not about hashing may have (testhost.CheapHash).
var Recommended = Cost{Memory: 19 * 1024, Passes: 2, Lanes: 1}

// prefix is how every hash of this cost begins, in the PHC string format: algorithm, version, parameters.
func (c Cost) prefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, c.Memory, c.Passes, c.Lanes)
}

// errUnknownHash means that a stored hash was neither made by Hash nor returned by Import.
var errUnknownHash = errors.New("a stored password hash is not in a known format")

// Hash returns the PHC string of password under a new salt. It waits for its turn, and returns ErrBusy if that does not come,
// or ctx's error if ctx is done before.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails (crypto/rand)
	key, err := h.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return h.encode(salt, key), nil
}

// Verify tells whether password is the one that hash was made from. An empty hash stands for an account that does not
// exist: the work is the same as for a hash that Hash made, the answer false. It waits as Hash does. A hash that neither Hash
// nor Import returned is an error, which does not repeat it.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	salt, want, ours := h.decode(hash)
	if !ours {
		return h.verifyForeign(ctx, hash, password)
	}
	got, err := h.derive(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// Outdated tells whether hash was made by anything but Hash with its present parameters. A log-in replaces it.
func (h *Hasher) Outdated(hash string) bool {
	_, _, ours := h.decode(hash)
	return !ours
}

func (h *Hasher) derive(ctx context.Context, password string, salt []byte) (key []byte, err error) {
	err = h.inTurn(ctx, func() {
		key = argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.Memory, h.cost.Lanes, keyLength)
	})
	return key, err
}

func (h *Hasher) encode(salt, key []byte) string {
	return h.prefix + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

// decode reads what encode wrote, and nothing else.
func (h *Hasher) decode(hash string) (salt, key []byte, ours bool) {
	rest, ours := strings.CutPrefix(hash, h.prefix)
	saltText, keyText, both := strings.Cut(rest, "$")
	salt, errSalt := strictBase64.DecodeString(saltText)
	key, errKey := strictBase64.DecodeString(keyText)
	ours = ours && both && plain(rest) && errSalt == nil && errKey == nil && len(salt) == saltLength && len(key) == keyLength
	return salt, key, ours
}
