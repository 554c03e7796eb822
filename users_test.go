package main_test

import (
	"strings"
	"testing"

	"latchkey/internal/testdb"
)

// The command runs beside the server, in a process of its own.
func TestWhatTheCommandLineDoesToAUserCountsOnTheNextRequest(t *testing.T) {
	t.Parallel()
	for _, kind := range testdb.Kinds {
		t.Run(kind.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			env := []string{"LATCHKEY_DATABASE_URL=" + kind.URL(t)}
			server := serve(t, dir, env...)
			for name, c := range map[string]struct {
				args    []string
				prints  string
				refresh string // what a refresh answers
				login   string
			}{
				"disabled": {[]string{"users", "update", "--disabled"}, "USER, disabled", "INVALID_REFRESH_TOKEN", "INVALID_CREDENTIALS"},
				"deleted":  {[]string{"users", "delete"}, "deleted ", "INVALID_REFRESH_TOKEN", "INVALID_CREDENTIALS"},
				"promoted": {[]string{"users", "update", "--role=ADMIN"}, "ADMIN, enabled", "", ""},
			} {
				user := server.mustGraphQL(t, "", signUpForTokens, map[string]any{"name": name})
				accessToken := user["accessToken"].(string)
				server.mustGraphQL(t, accessToken, whoAmI, nil)
				output, err := command(t, dir, env, append(c.args, name)...).CombinedOutput()
				if err != nil || !strings.Contains(string(output), c.prints) {
					t.Errorf("%s: %v: %s", name, err, output)
				}
				if _, code := server.graphQL(t, accessToken, whoAmI, nil); code != refused {
					t.Errorf("%s: the next request got %q", name, code)
				}
				if _, code := server.graphQL(t, "", refreshToken, map[string]any{"token": user["refreshToken"]}); code != c.refresh {
					t.Errorf("%s: the refresh got %q", name, code)
				}
				const logIn = `mutation ($name: String!) { login(input: {identifier: $name, password: "correct horse"}) { accessToken } }`
				if _, code := server.graphQL(t, "", logIn, map[string]any{"name": name}); code != c.login {
					t.Errorf("%s: the log-in got %q", name, code)
				}
			}
		})
	}
}
