package testleak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"latchkey/internal/testdb"
)

// head is how many bytes of a secret it is found by. What is shorter is not searched for: it would be found by chance.
const head = 8

// longest is how much of a secret is searched for, in bytes.
const longest = 256

// known are the secrets of this test binary.
var known = newSecrets()

// secrets are what is searched for. Each is kept under its first bytes, so that a search takes the same time however many there are.
type secrets struct {
	mu     sync.RWMutex
	seen   map[string]bool
	byHead map[[head]byte][]form
}

// form is one way to write a secret.
type form struct{ kind, text string }

func newSecrets() *secrets {
	s := &secrets{seen: map[string]bool{}, byHead: map[[head]byte][]form{}}
	s.add("the password of Redis", testdb.RedisPassword)
	return s
}

// Secret tells of a secret, such as "a password". One that others could be mistaken for is not taken: it has to have 8 bytes, 4 different
// ones, one that is no small letter (or "password" would be found in messages), and must not be an id.
func Secret(kind, value string) { known.add(kind, value) }

func (s *secrets) add(kind, value string) {
	value = value[:min(len(value), longest)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[value] || tooPlain(value) {
		return
	}
	s.seen[value] = true
	for _, text := range spellings(value) {
		if !s.seen[text] || text == value {
			s.seen[text] = true
			key := [head]byte([]byte(text[:head]))
			s.byHead[key] = append(s.byHead[key], form{kind, text})
		}
	}
}

var id = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func tooPlain(value string) bool {
	different := map[byte]bool{}
	for i := range len(value) {
		different[value[i]] = true
	}
	return len(value) < head || len(different) < 4 || id.MatchString(value) || strings.Trim(value, "abcdefghijklmnopqrstuvwxyz") == ""
}

// spellings are how logs and answers would write it.
func spellings(value string) []string {
	raw := []byte(value)
	var asJSON, asHTML bytes.Buffer
	plain := json.NewEncoder(&asJSON)
	plain.SetEscapeHTML(false)
	_ = plain.Encode(value) // text can be encoded
	_ = json.NewEncoder(&asHTML).Encode(value)
	return []string{
		value,
		strings.Trim(asJSON.String(), "\"\n"), strings.Trim(asHTML.String(), "\"\n"), strings.Trim(fmt.Sprintf("%q", value), `"`),
		url.QueryEscape(value), url.PathEscape(value),
		base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
		hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), strings.Trim(fmt.Sprintf("%d", raw), "[]"),
	}
}

// shapes are secrets whatever they say, known or not.
var shapes = []struct {
	kind  string
	shape *regexp.Regexp
}{
	{"a hash of a password", regexp.MustCompile(`\$argon2id?\$`)},
	{"a key", regexp.MustCompile(`-----BEGIN [A-Z ]*(PRIVATE|REFRESH TOKEN) KEY`)},
}

type found struct {
	kind string
	at   int
}

// find returns each secret that is in text, where it is for the first time.
func (s *secrets) find(text string) []found {
	var all []found
	for token, kind := range tokens(text) {
		all = append(all, found{kind, strings.Index(text, token)})
	}
	for _, s := range shapes {
		if at := s.shape.FindStringIndex(text); at != nil {
			all = append(all, found{s.kind, at[0]})
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	told := map[form]bool{}
	for i := range len(text) - head + 1 {
		for _, f := range s.byHead[[head]byte([]byte(text[i:i+head]))] {
			if !told[f] && strings.HasPrefix(text[i:], f.text) {
				told[f] = true
				all = append(all, found{f.kind, i})
			}
		}
	}
	return all
}
