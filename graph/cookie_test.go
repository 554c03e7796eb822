package graph

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"latchkey/internal/auth"
)

func TestRequestTakesTheCookieOnlyIfThereIsOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cookies []string
		want    string
	}{
		"none":                       {nil, ""},
		"one":                        {[]string{cookieName + "=abc"}, "abc"},
		"one among others":           {[]string{"a=b; " + cookieName + "=abc; c=d"}, "abc"},
		"an empty one":               {[]string{cookieName + "="}, ""},
		"two":                        {[]string{cookieName + "=abc; " + cookieName + "=def"}, ""},
		"two in two headers":         {[]string{cookieName + "=abc", cookieName + "=def"}, ""},
		"without the prefix":         {[]string{"latchkey_refresh=abc"}, ""},
		"another prefix":             {[]string{"__Secure-latchkey_refresh=abc"}, ""},
		"the prefix in another case": {[]string{"__host-latchkey_refresh=abc"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			r.Header["Cookie"] = c.cookies
			if got := (&Handler{proxies: &proxies{}}).request(r); got.RefreshToken != c.want || got.Cookies {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

func TestSetCookieLeavesItAloneUnlessAnOperationWantsSomething(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	setCookie(recorder, &auth.Request{Cookies: true, RefreshToken: "abc"})
	if len(recorder.Header()) > 0 {
		t.Errorf("set %v", recorder.Header())
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxUserAgent)
	for raw, want := range map[string]string{
		"":                           "",
		"Firefox/1 (Linux; x86)":     "Firefox/1 (Linux; x86)",
		" \tFirefox\t ":              "Firefox",
		"Fire\x00\x1b[31m\x7ffox":    "Fire[31mfox",
		"Fire\r\nfox":                "Firefox",
		"Fire\xfffox\xe2\x82":        "Firefox",
		"Fire\ufffdfox":              "Firefox",
		"Fire\u200bfox\u202e\ufeff":  "Firefox",
		"\xff\xfe":                   "",
		"Ünïcödé 🔑 日本":               "Ünïcödé 🔑 日本",
		long:                         long,
		long + "é":                   long,
		"\x00" + long + "\x00":       long,
		strings.Repeat("🔑", 100_000): strings.Repeat("🔑", maxUserAgent),
	} {
		if got := userAgent(raw); got != want {
			t.Errorf("userAgent(%.40q) is %.40q, want %.40q", raw, got, want)
		}
	}
}

// What is kept has to fit the column, and to be text that every client can show.
func FuzzUserAgent(f *testing.F) {
	f.Add("Firefox/1 (Linux; x86)")
	f.Add(strings.Repeat("x", maxUserAgent-1) + " y")
	f.Add("\xff\u202e\x00" + strings.Repeat("🔑", 300))
	f.Fuzz(func(t *testing.T, raw string) {
		got := userAgent(raw)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxUserAgent || strings.ContainsAny(got, "\x00\r\n\t") {
			t.Errorf("userAgent(%q) is %q", raw, got)
		}
		if again := userAgent(got); again != got {
			t.Errorf("userAgent(%q) is %q, and again %q", raw, got, again)
		}
	})
}
