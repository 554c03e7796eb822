package password

import (
	"encoding/base64"
)

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
