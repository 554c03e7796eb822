package server_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/password"
)

// foreignHashes are of secret, one of each kind, made by the original programs as in internal/password/testdata/make-vectors.py.
var foreignHashes = map[string]string{
	"argon2id":               "$argon2id$v=19$m=512,t=3,p=2$bZ+njcf4VF9a1jwZxswtOg$9wvDBSupAKQ41G/3N8Ld5w",
	"argon2i":                "$argon2i$v=19$m=512,t=3,p=2$BND6woGopZ57A33uMf/cew$2db3944Ox4doiGFoV6/OSQ",
	"bcrypt 2a":              "$2a$05$GxV1IfB.AnQ5mPCxK6z3Z.7vtC8wrs8O/ieMWhmBlKC7hElq3ZfQu",
	"bcrypt":                 "$2b$05$OT5nY2HNJh49E7Q5JDurGeEupSRzn2qQBj9byY97lFrJwOgDqLmIe",
	"bcrypt 2y":              "$2y$05$5DZGRQv.XowwvPV43uapW.50me2znrpLksU8Q/jr84dXrff0lBe1C",
	"scrypt":                 "$scrypt$ln=8,r=8,p=1$l5LyHgNg7F0LQSiF0Npbyw$SojlajUYMspcGxAcfRHuWFzuCR2+Hxi2GgvZpmiCqQY",
	"Werkzeug scrypt":        "scrypt:1024:8:1$wGX2VxWPvqyTCgaT$1189ce12ddf9cf3a09747edd4da2c12c920cfe11df01b38175def84c39b396f483745091a4e44d1c1cb74d15f0857db1678bcecdb4dd54c104b820c4b4575f9a",
	"Django scrypt":          "scrypt$1024$cbjqDKLTOVE6cYFsJqLFkZ$8$1$STxViqxiYGsaNbJVUpdE3+3Ve1niIL0FW/O1gFgI9E/9DnJ+fQ8PYBaAr5IZFKToMkNEOBJ1A80OBkFKOYfAzQ==",
	"passlib pbkdf2_sha1":    "$pbkdf2$1000$1rp3LsXYe6/1/p.zdk4pRQ$BiyZHh7W8xnD8w9Y30BLikYcRN0",
	"passlib pbkdf2_sha256":  "$pbkdf2-sha256$1000$2Dvn/N/7v3fuPYdw7h0jpA$DeufgKGz1Mbml1jHlUR8gZdzz/IF7UPTE.QTrq1sMxg",
	"passlib pbkdf2_sha512":  "$pbkdf2-sha512$1000$pvTeO8eYk9J6L4VQCqF0bg$DDEyA52vkgDIkcJ4mzHMazuz11lmz.i0Z.VpZm4ytAtlxiCmCqSVD27nLnsm07ZhE.AgYodaEs0BPj.HIitrLg",
	"Werkzeug pbkdf2:sha256": "pbkdf2:sha256:1000$Z1PcHTJB$00a319e653c9ff785676e923c57b41bfbe9658451d96c78c6cca7c0ef8f44ca3",
	"Django pbkdf2_sha256":   "pbkdf2_sha256$1000$whsIudTB7dh2BWJfdxkwE1$51D1ZCqN+X2swjJo/t8/I+ACQxeHg0IXiJqGT99OdjE=",
	"raw PBKDF2":             "pbkdf2:sha256:100000:hex$20268882A105C2DF1C48BDC28F7AC6A43D7FBF677F436D05ADB5A9B1A7F8207A$B4E3E955F86FF667AF618350969E3F339211AFB8088F91C1A0C9A5F7D3F7F037",
	"Django BCryptSHA256":    "bcrypt_sha256$$2b$05$5YxSAVMgid6nwd85CCxBquiWLn0skm5TtZVO57QeIZP2284p.Yo2m",
	"sha256crypt":            "$5$rounds=1000$gR0.zUhkDDclXg1g$XXgQeML/aaMd79uSBHqglmyMjgobiCatzgZhTnI8Zj0",
	"sha512crypt":            "$6$rounds=1000$5raBWuODyzyvyyAg$KqESK/qr0zzc.2Zo0MK/wrGRCPNp89n5pMPfqZvrPocIQi9kdRRs.Z6j5SdVvduQ8VGoVT5C7z7y2IMtK2aaN1",
}

// current makes hashes as the servers of these stories do.
var current = password.NewHasher(password.Recommended)

// setHash does what the import of accounts will do.
func (s *testServer) setHash(t testing.TB, userID, foreign string) (stored string) {
	t.Helper()
	stored, err := password.Import(foreign)
	if err != nil {
		t.Fatal(err)
	}
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) error {
		return tx.User.UpdateOneID(uuid.FromStringOrNil(userID)).SetPasswordHash(stored).Exec(ctx)
	})
	return stored
}

func (s *testServer) user(t testing.TB, userID string) (found *ent.User) {
	t.Helper()
	s.inDatabase(t, func(ctx context.Context, tx *ent.Tx) (err error) {
		found, err = tx.User.Get(ctx, uuid.FromStringOrNil(userID))
		return err
	})
	return found
}

func TestForeignHashLogsInAndIsReplaced(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		for kind, foreign := range foreignHashes {
			s.setHash(t, ada.id, foreign)
			before := s.user(t, ada.id)
			unchanged := s.unchanged(t)
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": "Correct horse battery"})).refused(t, "INVALID_CREDENTIALS")
			unchanged(t)
			if s.user(t, ada.id).PasswordHash != before.PasswordHash {
				t.Errorf("%s: a wrong password changes the hash", kind)
			}
			s.clock.Advance(time.Second)
			s.login(t, "ada@example.org", secret)
			after := s.user(t, ada.id)
			if current.Outdated(after.PasswordHash) {
				t.Errorf("%s: after the log-in the hash is %s", kind, after.PasswordHash)
			}
			if after.CredentialVersion != before.CredentialVersion || !after.UpdatedAt.Equal(before.UpdatedAt) {
				t.Errorf("%s: %v became %v", kind, before, after)
			}
			s.login(t, "ada@example.org", secret)
			if s.user(t, ada.id).PasswordHash != after.PasswordHash {
				t.Errorf("%s: the second log-in changes the hash again", kind)
			}
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": "Correct horse battery"})).refused(t, "INVALID_CREDENTIALS")
		}
		s.ask(t, ada.token, me, nil).ok(t) // no session has ended
	})
}

func TestForeignHashOfADisabledUserStays(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		stored := s.setHash(t, ada.id, foreignHashes["bcrypt"])
		s.disable(t, ada.id)
		s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, "INVALID_CREDENTIALS")
		if got := s.user(t, ada.id).PasswordHash; got != stored {
			t.Errorf("became %s", got)
		}
	})
}

func TestForeignHashConfirmsWhatNeedsThePassword(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		stored := s.setHash(t, ada.id, foreignHashes["Werkzeug scrypt"])
		s.ask(t, ada.token, update, input(vars{"username": "ada", "currentPassword": "not the password"})).refused(t, "INVALID_CREDENTIALS")
		s.ask(t, ada.token, update, input(vars{"username": "ada", "currentPassword": secret})).ok(t)
		if got := s.user(t, ada.id).PasswordHash; got != stored {
			t.Errorf("became %s, without a log-in", got)
		}
		s.ask(t, ada.token, remove, input(vars{"currentPassword": secret})).ok(t)
	})
}

func TestLogInsAtOnceWithAForeignHashAllSucceed(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		s.setHash(t, ada.id, foreignHashes["bcrypt"])
		var group sync.WaitGroup
		tokens := make([]string, 8)
		for i := range tokens {
			group.Go(func() {
				a := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret}))
				if len(a.Errors) > 0 {
					t.Error(a.body)
					return
				}
				tokens[i] = a.at(t, "login.accessToken")
			})
		}
		group.Wait()
		for _, token := range tokens {
			s.ask(t, token, me, nil).ok(t)
		}
		if hash := s.user(t, ada.id).PasswordHash; current.Outdated(hash) {
			t.Errorf("is still %s", hash)
		}
	})
}

// Whatever comes first, the new password is the one that counts in the end.
func TestPasswordChangeWinsOverTheReplacementOfAForeignHash(t *testing.T) {
	onBothAtFullCost(t, func(t *testing.T, s *testServer) {
		ada := s.join(t, "ada@example.org")
		for range 5 {
			s.setHash(t, ada.id, foreignHashes["bcrypt"])
			token := s.login(t, "ada@example.org", secret)
			s.setHash(t, ada.id, foreignHashes["bcrypt"])
			var group sync.WaitGroup
			for range 3 {
				group.Go(func() {
					a := s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret}))
					if len(a.Errors) > 0 && !strings.Contains(a.body, "INVALID_CREDENTIALS") {
						t.Error(a.body)
					}
				})
			}
			s.ask(t, token, update, input(vars{"currentPassword": secret, "newPassword": "another password"})).ok(t)
			group.Wait()
			s.ask(t, "", login, input(vars{"identifier": "ada@example.org", "password": secret})).refused(t, "INVALID_CREDENTIALS")
			s.login(t, "ada@example.org", "another password")
		}
	})
}
