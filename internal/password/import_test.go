package password_test

import (
	"strings"
	"testing"

	"latchkey/internal/password"
)

const (
	salt16 = "MDEyMzQ1Njc4OWFiY2RlZg"                      // 0123456789abcdef
	key32  = "69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4" // 32 bytes
	hex32  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	key32x = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8" // of hex32
	in2b   = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
)

func TestImportWritesEveryFormatInOneWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, sent, want string }{
		{"our own", knownHash, knownHash},
		{"base64 padded, as Keycloak stores it", "$pbkdf2-sha512$210000$" + salt16 + "==$" + key32 + "=", "$pbkdf2-sha512$210000$" + salt16 + "$" + key32},
		{"passlib's base64", "$pbkdf2$1000$" + strings.Repeat(".", 22) + "$" + key32, "$pbkdf2$1000$" + strings.Repeat("+", 21) + "w$" + key32},
		{"Werkzeug's scrypt", "scrypt:32768:8:1$0123456789abcdef$" + hex32, "$scrypt$ln=15,r=8,p=1$" + salt16 + "$" + key32x},
		{"Werkzeug's PBKDF2", "pbkdf2:sha1:1000$0123456789abcdef$" + hex32, "$pbkdf2$1000$" + salt16 + "$" + key32x},
		{"salt and key in hexadecimal digits", "pbkdf2:sha256:100000:hex$" + hex32 + "$" + strings.ToUpper(hex32), "$pbkdf2-sha256$100000$" + key32x + "$" + key32x},
		{"Django's PBKDF2", "pbkdf2_sha256$1000000$0123456789abcdef$" + key32x + "=", "$pbkdf2-sha256$1000000$" + salt16 + "$" + key32x},
		{"Django's PBKDF2 with SHA-1", "pbkdf2_sha1$1000$0123456789abcdef$" + key32x + "=", "$pbkdf2$1000$" + salt16 + "$" + key32x},
		{"Django's scrypt", "scrypt$16384$0123456789abcdef$8$1$" + key32x + "=", "$scrypt$ln=14,r=8,p=1$" + salt16 + "$" + key32x},
		{"Django's Argon2", "argon2" + knownHash, knownHash},
		{"Django's bcrypt", "bcrypt$" + in2b, in2b},
		{"Django's bcrypt of SHA-256", "bcrypt_sha256$" + in2b, "bcrypt_sha256$" + in2b},
		{"Supabase's", strings.Replace(in2b, "2b", "2a", 1), strings.Replace(in2b, "2b", "2a", 1)},
		{"Laravel's", strings.Replace(in2b, "2b", "2y", 1), strings.Replace(in2b, "2b", "2y", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := password.Import(c.sent); got != c.want || err != nil {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
		})
	}
}

func TestImportSaysWhyItRefusesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, sent, want string }{
		{"nothing", "", "format is not known"},
		{"plain text", "hunter2-SECRET", "format is not known"},
		{"a prefix only", "$", "format is not known"},
		{"MD5", "5f4dcc3b5aa765d61d8327deb882cf99", "without a salt"},
		{"SHA-1", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "without a salt"},
		{"SHA-256", hex32, "without a salt"},
		{"what may be an SHA-512", hex32 + hex32, "without a salt"},
		{"LDAP's", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "LDAP"},
		{"LDAP's salted", "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9gAAAA=", "LDAP"},
		{"MD5-crypt", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "MD5"},
		{"Apache's MD5-crypt", "$apr1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "MD5"},
		{"Django's MD5", "md5$saltsalt$5f4dcc3b5aa765d61d8327deb882cf99", "MD5"},
		{"Django's SHA-1", "sha1$saltsalt$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "fast digest"},
		{"WordPress's old", "$P$BIRXVj/ZG0YRiBH8gnRy0x72BXMD6g/", "fast digest"},
		{"broken bcrypt", strings.Replace(in2b, "2b", "2x", 1), "broken bcrypt"},
		{"yescrypt", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "yescrypt"},
		{"argon2d", "$argon2d$v=19$m=19456,t=2,p=1$" + salt16 + "$" + key32, "Argon2d"},
		{"Argon2 of an older version", "$argon2id$v=16$m=19456,t=2,p=1$" + salt16 + "$" + key32, "damaged"},
		{"spaces around it", " " + knownHash, "spaces"},
		{"a line break after it", knownHash + "\n", "spaces"},
		{"what is not ASCII", "pbkdf2_sha256$1000$sältsalt$" + key32 + "=", "ASCII"},
		{"what is too long", "$5$" + strings.Repeat("x", 510), "too long"},
		{"an empty salt", "$argon2id$v=19$m=19456,t=2,p=1$$" + key32, "no salt"},
		{"an empty salt of Werkzeug's", "pbkdf2:sha256:1000$$" + hex32, "no salt"},
		{"an empty salt of Django's", "pbkdf2_sha256$1000$$" + key32 + "=", "no salt"},
		{"an empty salt of Django's scrypt", "scrypt$16384$$8$1$" + key32 + "=", "no salt"},
		{"an empty salt in hexadecimal digits", "pbkdf2:sha256:1000:hex$$" + hex32, "no salt"},
		{"an empty salt of SHA-crypt", "$5$$" + strings.Repeat("x", 43), "no salt"},
		{"an empty salt of SHA-crypt with rounds", "$6$rounds=5000$$" + strings.Repeat("x", 86), "no salt"},
		{"rounds without a salt", "$6$rounds=5000$" + strings.Repeat("x", 86), "damaged"},
		{"no rounds, which was Werkzeug's to choose", "pbkdf2:sha256$saltsalt$" + hex32, "damaged"},
		{"another digest of Werkzeug's", "pbkdf2:md5:1000$saltsalt$" + hex32, "digest"},
		{"a truncated bcrypt", in2b[:59], "damaged"},
		{"a truncated key", knownHash[:60], "key is too short"},
		{"base64 that is none", "$scrypt$ln=14,r=8,p=1$" + salt16 + "$" + key32[:42] + "*", "base64"},
		{"an N that is no power of two", "scrypt:32769:8:1$saltsalt$" + hex32, "damaged"},
		{"a number that is written otherwise", "$argon2id$v=19$m=019456,t=2,p=1$" + salt16 + "$" + key32, "damaged"},
		{"a sign", "$pbkdf2-sha256$+1000$" + salt16 + "$" + key32, "damaged"},
		{"parameters in another order", "$argon2id$v=19$t=2,m=19456,p=1$" + salt16 + "$" + key32, "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := password.Import(c.sent)
			if got != "" || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%q, %v; want %q", got, err, c.want)
			}
			for part := range strings.FieldsFuncSeq(c.sent, func(r rune) bool { return strings.ContainsRune("$:,={} \n", r) }) {
				// Some parts are the names of formats, which the reason may say.
				if len(part) > 7 && strings.Contains(err.Error(), part) {
					t.Errorf("the error repeats %q: %v", part, err)
				}
			}
		})
	}
}
