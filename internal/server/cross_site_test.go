package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"latchkey/internal/config"
)

// The pages of these tests have the visitor's cookie: they show what holds when SameSite does not.

const logoutOperation = `mutation { logout { endedSessionIds } }`

// forgery is a request that a page elsewhere makes a visitor's browser send.
type forgery struct {
	name   string
	header http.Header // beside the cookie
}

// from is what a browser sends for a page of these origins.
func from(origins ...string) http.Header { return http.Header{"Origin": origins} }

// checkRefused tries everything that the cookie is good for, and for each of them fails the test unless it is refused and
// nothing has changed.
func (s *testServer) checkRefused(t *testing.T, cookie string, forgeries []forgery) {
	t.Helper()
	unchanged := s.unchanged(t)
	inCookie := input(vars{"identifier": "ada@example.org", "password": secret, "delivery": "COOKIE"})
	signUp := input(vars{"email": "eve@example.org", "password": secret, "delivery": "COOKIE"})
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			f.header.Set("Cookie", cookieName+"="+cookie)
			s.askWith(t, f.header, refreshCookie, nil).refused(t, invalidRefresh).noCookie(t)
			s.askWith(t, f.header, logoutOperation, nil).refused(t, missing).noCookie(t)
			s.askWith(t, f.header, login, inCookie).refused(t, notAllowed).noCookie(t)
			s.askWith(t, f.header, signup, signUp).refused(t, notAllowed).noCookie(t)
			unchanged(t)
		})
	}
}

func TestCookieIsOfNoUseToPagesElsewhere(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		own := "https://id.example.org"
		in := vars{"identifier": "ada@example.org", "password": secret, "delivery": "COOKIE"}
		cookie := s.askWith(t, page(own, "", ""), login, input(in)).ok(t).cookie(t, month)
		s.checkRefused(t, cookie, []forgery{
			{"a foreign origin", from("https://evil.example")},
			{"the origin null, of a sandbox", from("null")},
			{"no origin", http.Header{}},
			{"an empty origin", from("")},
			{"two origins", from(own, own)},
			{"two origins, one foreign", from(own, "https://evil.example")},
			{"two origins in one header", from(own + ", https://evil.example")},
			{"a Referer instead of an origin", http.Header{"Referer": {own + "/"}}},
			{"a sibling subdomain", from("https://evil.example.org")},
			{"the domain above", from("https://example.org")},
			{"a subdomain", from("https://evil.id.example.org")},
			{"a domain that begins the same", from("https://id.example.org.evil.net")},
			{"a domain that ends the same", from("https://evil-id.example.org")},
			{"our origin as a user", from("https://id.example.org@evil.net")},
			{"http instead of https", from("http://id.example.org")},
			{"another port", from("https://id.example.org:8443")},
			{"the default port, which browsers leave out", from("https://id.example.org:443")},
			{"a slash at the end", from("https://id.example.org/")},
			{"a dot at the end", from("https://id.example.org.")},
			{"another case", from("HTTPS://ID.example.org")},
			{"a page on this machine", from("http://localhost:5173")},
			{"our origin, from another site", http.Header{"Origin": {own}, "Sec-Fetch-Site": {"cross-site"}}},
		})
		s.askWith(t, page(own, cookie, ""), refreshCookie, nil).ok(t).cookie(t, month)
	}, func(c *config.Config) { c.Issuer = "https://id.example.org/auth" })
}

// Forms and links can be sent to anywhere without asking, but not as JSON. Not even one of our own pages may.
func TestCookieIsOfNoUseToFormsAndLinks(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		cookie := s.openInCookie(t, "ada@example.org").refresh
		unchanged := s.unchanged(t)
		inCookie := input(vars{"identifier": "ada@example.org", "password": secret, "delivery": "COOKIE"})
		for operation, variables := range map[string]vars{refreshCookie: nil, logoutOperation: nil, login: inCookie} {
			text, err := json.Marshal(variables)
			if err != nil {
				t.Fatal(err)
			}
			values := url.Values{"query": {operation}, "variables": {string(text)}}
			body, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
			if err != nil {
				t.Fatal(err)
			}
			part := "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n" + string(body) + "\r\n--x--\r\n"
			for _, c := range []struct {
				name, method, path, contentType, body string
				status                                int
			}{
				{"a form", "POST", "/graphql", "application/x-www-form-urlencoded", values.Encode(), 415},
				{"a form with JSON", "POST", "/graphql", "application/x-www-form-urlencoded", string(body), 415},
				{"an upload", "POST", "/graphql", "multipart/form-data; boundary=x", part, 415},
				{"an upload with JSON", "POST", "/graphql", "multipart/form-data; boundary=x", string(body), 415},
				{"plain text", "POST", "/graphql", "text/plain", string(body), 415},
				{"plain text that names JSON", "POST", "/graphql", "text/plain; application/json", string(body), 415},
				{"no content type", "POST", "/graphql", "", string(body), 415},
				{"a link", "GET", "/graphql?" + values.Encode(), "", "", 405},
				{"a link, as JSON", "GET", "/graphql?" + values.Encode(), "application/json", string(body), 405},
				{"a form that is in the address", "POST", "/graphql?" + values.Encode(), "application/x-www-form-urlencoded", "", 415},
			} {
				for _, origin := range []string{issuer, "https://evil.example", "null"} {
					header := page(origin, cookie, "")
					header["Content-Type"] = []string{c.contentType}
					if a := s.send(t, c.method, c.path, header, []byte(c.body)).noCookie(t); a.status != c.status {
						t.Errorf("%s from %s: status %d, want %d: %s", c.name, origin, a.status, c.status, a.body)
					}
					unchanged(t)
				}
			}
		}
		s.askWith(t, page(issuer, cookie, ""), refreshCookie, nil).ok(t).cookie(t, month)
	})
}

func TestPagesOfListedOriginsMayUseTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		cookie := s.openInCookie(t, "ada@example.org").refresh // from the issuer's own, always
		for _, origin := range []string{
			"https://app.example.org", "https://second.example.org:8443", "http://dev.example.org", "http://dev.example.org:3000",
		} {
			cookie = s.askWith(t, page(origin, cookie, ""), refreshCookie, nil).ok(t).cookie(t, month)
		}
		same := page("https://app.example.org", cookie, "")
		same.Set("Sec-Fetch-Site", "same-site")
		cookie = s.askWith(t, same, refreshCookie, nil).ok(t).cookie(t, month)
		old := page("https://app.example.org", cookie, "")
		old.Del("Sec-Fetch-Site") // a browser from before 2023
		cookie = s.askWith(t, old, refreshCookie, nil).ok(t).cookie(t, month)
		s.checkRefused(t, cookie, []forgery{
			{"this machine, which is not listed", from("http://localhost:5173")},
			{"http instead of https", from("http://app.example.org")},
			{"a port that is not listed", from("https://app.example.org:8443")},
			{"https instead of http", from("https://dev.example.org:3000")},
			{"a domain in the place of the port", from("http://dev.example.org:3000.evil.net")},
			{"a listed origin, from another site", http.Header{"Origin": {"https://app.example.org"}, "Sec-Fetch-Site": {"cross-site"}}},
		})
	}, func(c *config.Config) {
		c.AllowedOrigins = "https://app.example.org, HTTPS://Second.example.org:8443,http://dev.example.org:*"
	})
}

func TestWhileTheIssuerIsOnThisMachinePagesOnItMayUseTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		cookie := s.openInCookie(t, "ada@example.org").refresh
		for _, origin := range []string{"http://localhost:5173", "http://localhost"} {
			cookie = s.askWith(t, page(origin, cookie, ""), refreshCookie, nil).ok(t).cookie(t, month)
		}
		s.checkRefused(t, cookie, []forgery{
			{"the number of this machine", from("http://127.0.0.1:5173")},
			{"a domain that begins the same", from("http://localhost.evil.net:80")},
			{"a domain in the place of the port", from("http://localhost:5173.evil.net")},
			{"a user in the place of the domain", from("http://localhost:5173@evil.net")},
			{"a domain that ends the same", from("http://evil.localhost:5173")},
			{"https", from("https://localhost:5173")},
			{"no port after a colon", from("http://localhost:")},
			{"a pattern", from("http://localhost:*")},
			{"this machine, from another site", http.Header{"Origin": {"http://localhost:5173"}, "Sec-Fetch-Site": {"cross-site"}}},
		})
	})
}

// An access token in a header can't be sent by a page elsewhere, so it works from anywhere, but it does not open the cookie.
func TestAccessTokenFromElsewhereLeavesTheCookie(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		inBody, inCookie := s.open(t, "ada@example.org"), s.openInCookie(t, "ada@example.org")
		s.askWith(t, page("https://evil.example", inCookie.refresh, inBody.token), logoutOperation, nil).ok(t).noCookie(t)
		s.over(t, inBody)
		s.ask(t, inCookie.token, me, nil).ok(t)
		s.askWith(t, page(issuer, inCookie.refresh, ""), refreshCookie, nil).ok(t).cookie(t, month)
	})
}

// One of them was put there by somebody else.
func TestOfTwoCookiesNoneIsUsed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		s.join(t, "ada@example.org")
		first, second := s.openInCookie(t, "ada@example.org"), s.openInCookie(t, "ada@example.org")
		unchanged := s.unchanged(t)
		header := page(issuer, first.refresh, "")
		header.Set("Cookie", header.Get("Cookie")+"; "+cookieName+"="+second.refresh)
		s.askWith(t, header, refreshCookie, nil).refused(t, invalidRefresh).noCookie(t)
		unchanged(t)
		header.Set("Cookie", "latchkey_refresh="+first.refresh+"; __Secure-latchkey_refresh="+first.refresh+"; __host-latchkey_refresh="+first.refresh)
		s.askWith(t, header, refreshCookie, nil).refused(t, invalidRefresh).noCookie(t)
		unchanged(t)
	})
}
