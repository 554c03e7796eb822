package password

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/bits"
	"regexp"
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

// fromWerkzeugScrypt reads scrypt:32768:8:1$salt$key: the salt is text, the key in hexadecimal digits.
func fromWerkzeugScrypt(method, parts []string) (string, error) {
	if len(method) != 4 || len(parts) != 3 {
		return "", malformed
	}
	key, err := hex.DecodeString(parts[2])
	if err != nil {
		return "", malformed
	}
	return scryptPHC(method[1], method[2], method[3], parts[1], key)
}

// fromDjangoScrypt reads scrypt$16384$salt$8$1$key.
func fromDjangoScrypt(parts []string) (string, error) {
	if len(parts) != 6 {
		return "", malformed
	}
	key, err := base64.StdEncoding.DecodeString(parts[5])
	if err != nil {
		return "", badBase64
	}
	return scryptPHC(parts[1], parts[3], parts[4], parts[2], key)
}

func scryptPHC(n, r, p, salt string, key []byte) (string, error) {
	size, ok := number(n)
	if !ok || bits.OnesCount(uint(size)) != 1 { // RFC 7914 §2
		return "", malformed
	}
	return fmt.Sprintf("$scrypt$ln=%d,r=%s,p=%s$", bits.TrailingZeros(uint(size)), r, p) + encodeBoth([]byte(salt), key), nil
}

// fromWerkzeugPBKDF2 reads pbkdf2:sha256:1000000$salt$key: the salt is text, the key in hexadecimal digits; and so is the salt if
// another :hex follows. Without rounds it would mean the default of an unknown version.
func fromWerkzeugPBKDF2(method, parts []string) (string, error) {
	saltIsHex := len(method) == 4 && method[3] == "hex"
	if len(parts) != 3 || len(method) != 3 && !saltIsHex {
		return "", malformed
	}
	name, known := map[string]string{"sha1": "pbkdf2", "sha256": "pbkdf2-sha256", "sha512": "pbkdf2-sha512"}[method[1]]
	if !known {
		return "", refusal("its digest is none of SHA-1, SHA-256 and SHA-512")
	}
	salt, key := []byte(parts[1]), []byte(nil)
	var err error
	if saltIsHex {
		if salt, err = hex.DecodeString(parts[1]); err != nil {
			return "", malformed
		}
	}
	if key, err = hex.DecodeString(parts[2]); err != nil {
		return "", malformed
	}
	return "$" + name + "$" + method[2] + "$" + encodeBoth(salt, key), nil
}

// fromDjangoPBKDF2 reads pbkdf2_sha256$1000000$salt$key: the salt is text, the key in base64.
func fromDjangoPBKDF2(parts []string) (string, error) {
	if len(parts) != 4 {
		return "", malformed
	}
	key, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		return "", badBase64
	}
	name := map[string]string{"pbkdf2_sha1": "pbkdf2", "pbkdf2_sha256": "pbkdf2-sha256"}[parts[0]]
	return "$" + name + "$" + parts[1] + "$" + encodeBoth([]byte(parts[2]), key), nil
}

func encodeBoth(salt, key []byte) string {
	return base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key)
}

// why says what a hash seems to be that is in none of the formats.
func why(foreign string) error {
	for _, known := range refused {
		if known.looks.MatchString(foreign) {
			return known.reason
		}
	}
	return unknownFormat
}

var refused = []struct {
	looks  *regexp.Regexp
	reason refusal
}{
	{regexp.MustCompile(`^\$2x\$`), "it comes from a broken bcrypt (2x)"},
	{regexp.MustCompile(`^\$argon2d\$`), "it is an Argon2d, which is not for passwords (RFC 9106 §4)"},
	{regexp.MustCompile(`^(\$1\$|\$apr1\$|\$md5|md5\$)`), "it is made with MD5"},
	{regexp.MustCompile(`^\$(y|gy|7)\$`), "it is a yescrypt, which is not known here"},
	{regexp.MustCompile(`^(\$sha1\$|sha1\$|sha256\$|sha512\$)`), "it is made with one round of a fast digest, or nearly"},
	{regexp.MustCompile(`^\{[A-Za-z0-9./-]+\}`), "it is in LDAP's format, which is not known here"},
	{regexp.MustCompile(`^\$P\$|^\$H\$|^\$S\$`), "it is a portable PHP hash, which is made with a fast digest"},
	{regexp.MustCompile(`^([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})$`), "it looks like a digest without a salt; if these are a salt and a key, say so: pbkdf2:sha256:100000:hex$salt$key"},
}
