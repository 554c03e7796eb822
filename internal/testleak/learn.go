package testleak

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
)

var (
	// accessToken is a JWT. Its last part is the secret: header and claims can be read by everyone who has seen one.
	accessToken = regexp.MustCompile(`\beyJ[\w-]+\.eyJ[\w-]+\.([\w-]{20,})`)
	// refreshToken is what token.RefreshKey.Seal makes: 69 bytes of base64url, and the first says version 1.
	refreshToken = regexp.MustCompile(`\bAQ[\w-]{90}(?:[^\w-]|$)`)
	// named is a value under a name, in a document, in JSON or in JSON within JSON.
	named = regexp.MustCompile(`(?i)(password|passwordHash|token)\\?"?\s*:\s*\\?"((?:[^"\\]|\\.)+)`)
)

// learn finds the secrets in what is sent or answered.
func (s *secrets) learn(text string) {
	for _, match := range accessToken.FindAllStringSubmatch(text, -1) {
		s.add("an access token", match[1])
	}
	for _, match := range refreshToken.FindAllString(text, -1) {
		token := match[:92]
		s.add("a refresh token", token)
		if raw, err := base64.RawURLEncoding.DecodeString(token); err == nil {
			s.add("the secret of a session", string(raw[21:37])) // after version, session id and generation
		}
	}
	for _, match := range named.FindAllStringSubmatch(text, -1) {
		s.value(match[1], match[2])
	}
}

// learnJSON is learn for a body. What is no JSON is only text.
func (s *secrets) learnJSON(body string) {
	s.learn(body)
	var value any
	if json.Unmarshal([]byte(body), &value) == nil {
		s.walk("", value)
	}
}

func (s *secrets) walk(name string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			s.walk(name, inner)
		}
	case []any:
		for _, inner := range value {
			s.walk(name, inner)
		}
	case string:
		if name == "query" {
			s.learn(value)
		}
		s.value(name, value)
	}
}

// value adds what has a name of secrets.
func (s *secrets) value(name, value string) {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, "password"):
		s.add("a password", value)
	case strings.HasSuffix(name, "passwordhash"):
		s.add("a hash of a password", value)
	case strings.HasSuffix(name, "token") && !strings.Contains(value, "."): // of a JWT, learn knows what counts
		s.add("a token", value)
	}
}
