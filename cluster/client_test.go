//go:build cluster

package cluster_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/internal/testleak"
)

// client sends operations to a server, or to the proxy.
type client struct {
	url  string
	http *http.Client
}

func newClient(t testing.TB, url string) client {
	over := testleak.Over(t, &http.Transport{MaxIdleConnsPerHost: 1000})
	return client{url: url, http: &http.Client{Timeout: time.Minute, Transport: over}}
}

type vars map[string]any

// answer is what became of an operation.
type answer struct {
	code string // of the first error, with its reason; "" for success; or one of those below
	body string
	data map[string]json.RawMessage
}

// What is no answer of a server. Only lost can be expected, and only where a server is gone.
const (
	lost       = "LOST"        // the connection was refused, or closed before the end of the answer
	late       = "LATE"        // nothing came for a minute
	notGraphQL = "NOT GRAPHQL" // something else came
)

func (a answer) ok() bool { return a.code == "" }

// unknown tells whether it may have been done and may not.
func (a answer) unknown() bool { return a.code == "OUTCOME_UNKNOWN" || a.code == lost }

// into reads the one field of the data.
func (a answer) into(t testing.TB, to any) {
	t.Helper()
	for _, field := range a.data {
		if err := json.Unmarshal(field, to); err != nil {
			t.Error(err, a.body)
		}
	}
}

func (c client) ask(accessToken, query string, variables vars) answer {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return answer{code: notGraphQL, body: err.Error()}
	}
	request, err := http.NewRequest(http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return answer{code: notGraphQL, body: err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return noAnswer(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return noAnswer(err)
	}
	return parse(response.Status, text)
}

func noAnswer(err error) answer {
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return answer{code: late, body: err.Error()}
	}
	return answer{code: lost, body: err.Error()}
}

func parse(status string, text []byte) answer {
	var parsed struct {
		Data   map[string]json.RawMessage
		Errors []struct{ Extensions struct{ Code, Reason string } }
	}
	a := answer{body: status + "\n" + string(text)}
	if err := json.Unmarshal(text, &parsed); err != nil {
		a.code = notGraphQL
		return a
	}
	switch a.data = parsed.Data; {
	case len(parsed.Errors) > 0 && parsed.Errors[0].Extensions.Code != "":
		a.code = strings.TrimSpace(parsed.Errors[0].Extensions.Code + " " + parsed.Errors[0].Extensions.Reason)
	case len(parsed.Errors) > 0 || parsed.Data == nil:
		a.code = notGraphQL
	}
	return a
}

// must is ask for what has to succeed.
func (c client) must(t testing.TB, accessToken, query string, variables vars) answer {
	t.Helper()
	a := c.ask(accessToken, query, variables)
	if !a.ok() {
		t.Fatalf("%s: %s", a.code, a.body)
	}
	return a
}

// signedIn is the answer to whatever opens or refreshes a session.
type signedIn struct {
	AccessToken, RefreshToken string
	User                      struct{ ID, Username, Name, Email string }
}

const (
	tokens  = ` { accessToken refreshToken user { id username name email } }`
	signUp  = `mutation ($input: SignupInput!) { signup(input: $input)` + tokens + ` }`
	logIn   = `mutation ($input: LoginInput!) { login(input: $input)` + tokens + ` }`
	refresh = `mutation ($token: String) { refreshToken(token: $token)` + tokens + ` }`
	logOut  = `mutation { logout { endedSessionIds } }`
	me      = `{ me { id username name email sessions { id current } } }`
	update  = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { name } auth` + tokens + ` } }`
	remove  = `mutation ($input: DeleteUserInput!) { deleteUser(input: $input) { deletedUserId } }`

	logOutOf    = `mutation ($scope: LogoutScope!) { logout(scope: $scope) { endedSessionIds } }`
	endSessions = `mutation ($id: ID!) { endUserSessions(userId: $id) { endedSessionIds } }`
	removeAll   = `mutation ($ids: [ID!]!) { deleteUsers(ids: $ids) { deletedUserIds } }`

	validate      = `query ($token: String!) { validateToken(token: $token) { active reason } }`
	revokeToken   = `mutation ($token: String!) { revokeToken(token: $token) { revoked } }`
	revokeSession = `mutation ($id: ID!) { revokeSession(id: $id) { revokedSessionId } }`
)

// secret is everyone's first password.
const secret = "correct horse battery"

// join signs someone up.
func (c client) join(t testing.TB, username string) (in signedIn) {
	t.Helper()
	c.must(t, "", signUp, vars{"input": vars{"username": username, "password": secret}}).into(t, &in)
	return in
}

// session is the id of the session that a token belongs to.
func session(accessToken string) string {
	var claims struct{ Sid string }
	if parts := strings.Split(accessToken, "."); len(parts) == 3 {
		text, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(text, &claims)
	}
	return claims.Sid
}
