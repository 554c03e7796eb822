package password

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// foreign is a hash that Hash did not make, in the form in which it is stored, with every parameter within its bounds.
type foreign struct {
	cost  string // algorithm and parameters: hashes of one cost take the same time
	check func(password string) (bool, error)
}

// refusal says, to people, why a hash is not accepted. It never repeats any of it.
type refusal string

func (r refusal) Error() string { return string(r) }

const (
	unknownFormat = refusal("its format is not known")
	tooLong       = refusal("it is too long")
	notPlain      = refusal("it has spaces or characters outside of ASCII in it")
	malformed     = refusal("it is damaged: its parts or numbers are not as its format wants them")
	badBase64     = refusal("its salt or key is not base64")
	noSalt        = refusal("it has no salt")
	badSalt       = refusal("its salt is too short or too long")
	badKey        = refusal("its key is too short or too long")
	tooWeak       = refusal("its cost is below what its algorithm allows")
	tooCostly     = refusal("it would cost too much to verify: more than 64 MiB or half a second")
)

// verifyForeign tells whether password is the one that hash, which Hash did not make, was made from.
func (h *Hasher) verifyForeign(ctx context.Context, hash, password string) (right bool, err error) {
	f, err := parseForeign(hash)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errUnknownHash, err)
	}
	if turnErr := h.inTurn(ctx, func() { right, err = f.check(password) }); turnErr != nil {
		return false, turnErr
	}
	return right, err
}

// parseForeign reads a stored hash. It computes nothing. Its error is a refusal.
func parseForeign(hash string) (*foreign, error) {
	if len(hash) > maxStored {
		return nil, tooLong
	}
	if !plain(hash) {
		return nil, notPlain
	}
	if inner, ok := strings.CutPrefix(hash, djangoBcryptSHA256); ok {
		return parseBcryptSHA256(inner)
	}
	parts := strings.Split(hash, "$")
	if len(parts) < 2 || parts[0] != "" {
		return nil, unknownFormat
	}
	switch parts = parts[1:]; parts[0] {
	case "argon2id", "argon2i":
		return parseArgon2(parts)
	case "2a", "2b", "2y":
		return parseBcrypt(hash)
	case "scrypt":
		return parseScrypt(parts)
	case "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512":
		return parsePBKDF2(parts)
	case "5", "6":
		return parseSHACrypt(parts)
	default:
		return nil, unknownFormat
	}
}

// plain tells whether text is visible ASCII. base64's decoder would skip line breaks.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// number reads a number below 2³¹ in its one decimal form.
func number(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil && (text[0] != '0' || text == "0")
}

// numbers reads "m=19456,t=2,p=1": these names in this order.
func numbers(text string, names ...string) ([]int, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != len(names) {
		return nil, false
	}
	values := make([]int, len(names))
	for i, name := range names {
		value, named := strings.CutPrefix(parts[i], name+"=")
		n, ok := number(value)
		if !named || !ok {
			return nil, false
		}
		values[i] = n
	}
	return values, true
}

var strictBase64 = base64.RawStdEncoding.Strict()

// saltAndKey reads both, in base64 without padding.
func saltAndKey(saltText, keyText string) (salt, key []byte, err error) {
	salt, errSalt := strictBase64.DecodeString(saltText)
	key, errKey := strictBase64.DecodeString(keyText)
	switch {
	case errSalt != nil || errKey != nil:
		return nil, nil, badBase64
	case len(salt) == 0:
		return nil, nil, noSalt
	case len(salt) < minSalt || len(salt) > maxSalt:
		return nil, nil, badSalt
	case len(key) < minKey || len(key) > maxKey:
		return nil, nil, badKey
	}
	return salt, key, nil
}
