package main

import (
	"regexp"
	"testing"
)

// secret is what no log may have: an access token, a refresh token, a hash, a key, or a password that people have here.
var secret = regexp.MustCompile(`eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20,}|\bAQ[\w-]{90}|\$argon2id?\$|-----BEGIN [A-Z ]*KEY|correct horse|battery staple`)

// noSecrets fails the test if a log has a secret.
func noSecrets(t testing.TB, log string) {
	t.Helper()
	if found := secret.FindString(log); found != "" {
		t.Errorf("the log has %q", found)
	}
}
