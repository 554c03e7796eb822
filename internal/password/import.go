package password

import (
	"encoding/base64"
	"fmt"
	"math/bits"
	"strings"
)

// Import returns the form in which a hash of another system is stored, at most 255 bytes of ASCII; what it returns it accepts
// again, unchanged. It accepts (docs/decisions/0010-foreign-hashes.md has them all):
//
//   - $argon2id$, $argon2i$, $scrypt$, $pbkdf2$ (SHA-1), $pbkdf2-sha256$, $pbkdf2-sha512$, with base64 padded or not, and passlib's;
//   - $2a$, $2b$, $2y$, $5$, $6$;
//   - Werkzeug's scrypt:N:r:p$ and pbkdf2:sha256:rounds$;
//   - Django's pbkdf2_sha256$, pbkdf2_sha1$, argon2$, bcrypt$, bcrypt_sha256$, scrypt$;
//   - pbkdf2:sha256:rounds:hex$, with salt and key in hexadecimal digits, for systems that store bytes.
//
// Each parameter has to be within its bounds, so that verifying takes at most 64 MiB, and about half a second at most: Gauge
// says how long on this machine. The error says why a hash is refused, and repeats none of it.
func Import(foreign string) (string, error) {
	if len(foreign) > maxSent {
		return "", tooLong
	}
	if !plain(foreign) {
		return "", notPlain
	}
	hash, err := translate(foreign)
	if err != nil {
		return "", err
	}
	if _, err := parseForeign(hash); err != nil {
		return "", err
	}
	return hash, nil
}

// translate returns foreign in the form that parseForeign reads, if it is in one of the others.
func translate(foreign string) (string, error) {
	if strings.HasPrefix(foreign, "$") {
		return fromPHC(foreign)
	}
	parts := strings.Split(foreign, "$")
	switch method := strings.Split(parts[0], ":"); method[0] {
	case "scrypt":
		if len(method) > 1 {
			return fromWerkzeugScrypt(method, parts)
		}
		return fromDjangoScrypt(parts)
	case "pbkdf2":
		return fromWerkzeugPBKDF2(method, parts)
	case "pbkdf2_sha1", "pbkdf2_sha256":
		return fromDjangoPBKDF2(parts)
	case "argon2", "bcrypt":
		_, inner, _ := strings.Cut(foreign, "$")
		if method[0] == "argon2" {
			inner = "$" + inner
		}
		return fromPHC(inner)
	case "bcrypt_sha256":
		return foreign, nil // as it is, because it says what is hashed
	default:
		return "", why(foreign)
	}
}

// fromPHC rewrites base64 where there is any: padded, or with passlib's "." for "+".
func fromPHC(foreign string) (string, error) {
	parts := strings.Split(foreign, "$")
	if len(parts) < 3 {
		return "", why(foreign)
	}
	switch parts[1] {
	case "argon2id", "argon2i", "scrypt", "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512":
	case "2a", "2b", "2y", "5", "6":
		return foreign, nil
	default:
		return "", why(foreign)
	}
	for i := len(parts) - 2; i < len(parts); i++ {
		bytes, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(strings.TrimRight(parts[i], "="), ".", "+"))
		if err != nil {
			return "", badBase64
		}
		parts[i] = base64.RawStdEncoding.EncodeToString(bytes)
	}
	return strings.Join(parts, "$"), nil
}

// scryptPHC writes what scrypt was asked for, n being N (RFC 7914 §2).
func scryptPHC(n, r, p, salt string, key []byte) (string, error) {
	size, ok := number(n)
	if !ok || bits.OnesCount(uint(size)) != 1 {
		return "", malformed
	}
	return fmt.Sprintf("$scrypt$ln=%d,r=%s,p=%s$", bits.TrailingZeros(uint(size)), r, p) + encodeBoth([]byte(salt), key), nil
}

func encodeBoth(salt, key []byte) string {
	return base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}
