package server

import (
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"latchkey/internal/config"
)

func TestOriginsAreTheIssuersAndThoseConfigured(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		issuer, allowed string
		want            []string
	}{
		"elsewhere":                     {"https://id.example.org", "", []string{"https://id.example.org"}},
		"elsewhere, with a path":        {"https://id.example.org/auth/", "", []string{"https://id.example.org"}},
		"elsewhere, with others":        {"https://id.example.org", "https://app.example.org, http://dev.example.org:*", []string{"https://id.example.org", "https://app.example.org", "http://dev.example.org:*"}},
		"as no browser spells it":       {"HTTPS://ID.Example.org:443/", "HTTP://APP.Example.org:80,https://App.example.org:*", []string{"https://id.example.org", "http://app.example.org", "https://app.example.org:*"}},
		"localhost":                     {"http://localhost:8080", "", []string{"http://localhost:8080", anyLocalOrigin}},
		"localhost, with others":        {"http://localhost:8080", "https://app.example.org", []string{"http://localhost:8080", "https://app.example.org"}},
		"localhost in capitals":         {"http://LOCALHOST:8080", "", []string{"http://localhost:8080", anyLocalOrigin}},
		"this machine's number":         {"http://127.0.0.1:8080", "", []string{"http://127.0.0.1:8080", anyLocalOrigin}},
		"another number of it":          {"http://127.8.8.8", "", []string{"http://127.8.8.8", anyLocalOrigin}},
		"this machine's number in IPv6": {"http://[::1]:8080", "", []string{"http://[::1]:8080", anyLocalOrigin}},
		"a domain that begins the same": {"https://localhost.example.org", "", []string{"https://localhost.example.org"}},
		"a number in a domain":          {"https://127.0.0.1.example.org", "", []string{"https://127.0.0.1.example.org"}},
		"all numbers":                   {"http://0.0.0.0:8080", "", []string{"http://0.0.0.0:8080"}},
		"a number of the network":       {"http://192.168.1.1", "", []string{"http://192.168.1.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			got := origins(config.Config{Issuer: c.issuer, AllowedOrigins: c.allowed}, slog.New(slog.NewTextHandler(&log, nil)))
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			// The operator is told of what nobody has configured, in one line.
			told := strings.Count(log.String(), "\n") == 1 && strings.Contains(log.String(), "LATCHKEY_ALLOWED_ORIGINS")
			if told != slices.Contains(c.want, anyLocalOrigin) || (!told && log.Len() > 0) {
				t.Errorf("the log is %q", log.String())
			}
		})
	}
}

func TestOriginIsSerializedAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.org":           "https://example.org",
		"https://example.org/a/b":       "https://example.org",
		"HTTPS://Example.ORG":           "https://example.org",
		"https://example.org:443":       "https://example.org",
		"http://example.org:80":         "http://example.org",
		"https://example.org:80":        "https://example.org:80",
		"http://example.org:443":        "http://example.org:443",
		"http://example.org:8080":       "http://example.org:8080",
		"https://example.org:8443":      "https://example.org:8443",
		"https://[2001:DB8::443]":       "https://[2001:db8::443]",
		"https://[2001:DB8::443]:443":   "https://[2001:db8::443]",
		"http://[::1]:8080/":            "http://[::1]:8080",
		"https://xn--bcher-kva.example": "https://xn--bcher-kva.example",
	} {
		parsed, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := serialized(parsed); got != want {
			t.Errorf("serialized(%s) is %s, want %s", raw, got, want)
		}
		if strings.Count(raw, "/") == 2 {
			if got := normalized(raw); got != want {
				t.Errorf("normalized(%s) is %s, want %s", raw, got, want)
			}
		}
	}
	for raw, want := range map[string]string{
		"HTTP://Localhost:*": "http://localhost:*", "http://[::1]:*": "http://[::1]:*", "https://example.org:*": "https://example.org:*",
	} {
		if got := normalized(raw); got != want {
			t.Errorf("normalized(%s) is %s, want %s", raw, got, want)
		}
	}
}
