package testleak

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"regexp"
	"strings"
)

// A value under a name: in a document, in JSON or in JSON within JSON. Each pattern begins with what can be looked for as it is, because
// all bodies go through them.
var (
	namedPassword = regexp.MustCompile(`assword(?:Hash)?\\?"?\s*:\s*\\?"((?:[^"\\]|\\.)+)`)
	namedToken    = regexp.MustCompile(`oken\\?"?\s*:\s*\\?"((?:[^"\\]|\\.)+)`)
)

// refreshLength is how long the tokens of token.RefreshKey.Seal are: 69 bytes in base64url, of which the first is the version 1.
const refreshLength = 92

// learn finds the tokens in what is sent or answered.
func (s *secrets) learn(text string) {
	for token, kind := range tokens(text) {
		if kind == anAccessToken {
			s.add(kind, token[strings.LastIndexByte(token, '.')+1:]) // what is before it says nothing that is secret
			continue
		}
		s.add(kind, token)
		if raw, err := base64.RawURLEncoding.DecodeString(token); err == nil {
			s.add("the secret of a session", string(raw[21:37])) // after version, session id and generation
		}
	}
}

const (
	anAccessToken = "an access token"
	aRefreshToken = "a refresh token"
)

// tokens are all that look like one, and which kind they are.
func tokens(text string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for word := range strings.FieldsFuncSeq(text, noneOfTokens) {
			switch {
			case strings.HasPrefix(word, "eyJ") && strings.Count(word, ".eyJ") == 1 && strings.Count(word, ".") == 2 && !strings.HasSuffix(word, "."):
				if !yield(word, anAccessToken) {
					return
				}
			case strings.HasPrefix(word, "AQ") && len(word) == refreshLength && !strings.Contains(word, "."):
				if !yield(word, aRefreshToken) {
					return
				}
			}
		}
	}
}

func noneOfTokens(r rune) bool {
	return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// learnBody is learn for what has names too, be it JSON or not.
func (s *secrets) learnBody(body string) {
	s.learn(body)
	s.learnNamed(body)
	var value any
	if json.Unmarshal([]byte(body), &value) == nil {
		s.walk("", value)
	}
}

func (s *secrets) learnNamed(text string) {
	for _, match := range namedPassword.FindAllStringSubmatch(text, -1) {
		s.value("password", match[1])
	}
	for _, match := range namedToken.FindAllStringSubmatch(text, -1) {
		s.value("token", match[1])
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
			s.learnNamed(value)
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
