package password

import (
	"regexp"
)

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
