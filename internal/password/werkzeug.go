package password

import (
	"encoding/hex"
)

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
	salt := []byte(parts[1])
	if saltIsHex {
		var err error
		if salt, err = hex.DecodeString(parts[1]); err != nil {
			return "", malformed
		}
	}
	key, err := hex.DecodeString(parts[2])
	if err != nil {
		return "", malformed
	}
	return "$" + name + "$" + method[2] + "$" + encodeBoth(salt, key), nil
}
