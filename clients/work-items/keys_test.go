package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestANewKeyIsFollowedAtOnceAndARemovedOneSoon(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	s := startService(t, l, func(c *config) { c.keysAge = 100 * time.Millisecond })
	patient := startService(t, l) // learns of new keys from tokens alone
	old := l.signUp(t, "ada")
	oldHeader, _ := opened(t, old)
	assertRefused(t, s.do(t, old, createTea), "")
	assertRefused(t, patient.do(t, old, createTea), "")

	l.operate(t, "keys", "rotate", "--now")
	var fresh string
	await(t, "a token with the new key", func() bool {
		fresh = l.logIn(t, "ada")
		header, _ := opened(t, fresh)
		return header["kid"] != oldHeader["kid"]
	})
	for _, token := range []string{fresh, old} {
		assertRefused(t, patient.do(t, token, createTea), "")
		assertRefused(t, s.do(t, token, createTea), "")
	}

	l.operate(t, "keys", "remove", oldHeader["kid"].(string), "--now")
	await(t, "the end of the old key", func() bool { return s.do(t, old, createTea).code() == "UNAUTHENTICATED INVALID_SIGNATURE" })
	assertRefused(t, s.do(t, fresh, createTea), "")
}

// away stands before a Latchkey and takes it away in different ways.
type away struct {
	*latchkey
	proxy http.Handler                     // to it
	how   atomic.Pointer[http.HandlerFunc] // nil while it is there
}

func startAway(t testing.TB, l *latchkey) *away {
	t.Helper()
	target, err := url.Parse(l.url)
	if err != nil {
		t.Fatal(err)
	}
	a := &away{proxy: httputil.NewSingleHostReverseProxy(target)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if how := a.how.Load(); how != nil {
			(*how)(w, r)
			return
		}
		a.proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a.latchkey = &latchkey{url: server.URL}
	return a
}

func (a *away) take(how http.HandlerFunc) { a.how.Store(&how) }
func (a *away) giveBack()                 { a.how.Store(nil) }

var waysOfBeingAway = map[string]http.HandlerFunc{
	"nobody answers":             func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	"it has no keys":             func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
	"somebody else answers":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!doctype html>")) },
	"the answer takes for ever":  func(_ http.ResponseWriter, r *http.Request) { untilGone(r) },
	"the answer never gets done": func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); untilGone(r) },
}

// untilGone waits until the client has had enough, which the server notices only after it has read all.
func untilGone(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestWithoutKeysNothingIsAcceptedUntilTheyAreThere(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	ada := l.signUp(t, "ada")
	for name, how := range waysOfBeingAway {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startAway(t, l)
			a.take(how)
			s := startService(t, a.latchkey)
			assertUnavailable(t, s.do(t, ada, createTea))
			a.giveBack()
			assertRefused(t, s.do(t, ada, createTea), "")
			if got := s.titles(t, ada); got != "tea" {
				t.Errorf("there are %q", got)
			}
		})
	}
}

// A token that names a known key does not need Latchkey. One that names another may be good or not.
func TestWhileKeysCanNotBeFetchedOnlyKnownOnesAreUsed(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	ada := l.signUp(t, "ada")
	header, claims := opened(t, ada)
	header = maps.Clone(header)
	header["kid"] = "unknown"
	stranger := (&forgery{header, claims, jwt.SigningMethodES256, l.privateKey(t)}).sign(t)
	for name, how := range waysOfBeingAway {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startAway(t, l)
			s := startService(t, a.latchkey, func(c *config) { c.keysAge = 100 * time.Millisecond })
			assertRefused(t, s.do(t, stranger, createTea), "INVALID_SIGNATURE")
			a.take(how)
			assertUnavailable(t, s.do(t, stranger, createTea))
			assertRefused(t, s.do(t, ada, createTea), "")
			assertRefused(t, s.do(t, "x", createTea), "MALFORMED") // whatever the keys are
			a.giveBack()
			assertRefused(t, s.do(t, stranger, createTea), "INVALID_SIGNATURE")
		})
	}
}

// assertUnavailable checks that nothing was executed and that the client is told to come back.
func assertUnavailable(t testing.TB, got answer) {
	t.Helper()
	if got.status != http.StatusServiceUnavailable || got.code() != "UNAVAILABLE" || got.Data != nil || got.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v %s, want UNAVAILABLE", got.status, got.header, got.text)
	}
	if strings.Contains(got.text, "127.0.0.1") {
		t.Errorf("the answer tells where Latchkey is: %s", got.text)
	}
}

// Whoever can verify with such a key could sign with it too.
func TestASymmetricKeyAmongThePublicOnesIsNotUsed(t *testing.T) {
	t.Parallel()
	l := startLatchkey(t)
	header, claims := opened(t, l.signUp(t, "ada"))
	secret := []byte("a secret of thirty-two characters")
	a := startAway(t, l)
	a.take(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]string{
			"kty": "oct", "alg": "HS256", "kid": header["kid"].(string), "k": base64.RawURLEncoding.EncodeToString(secret),
		}}})
	})
	forged := (&forgery{maps.Clone(header), claims, jwt.SigningMethodHS256, secret}).sign(t)
	assertRefused(t, startService(t, a.latchkey).do(t, forged, createTea), "INVALID_SIGNATURE")
}

func TestMadeUpKeysDoNotFloodLatchkey(t *testing.T) {
	t.Parallel()
	const requests, rate = 200, 20
	l := startLatchkey(t)
	ada := l.signUp(t, "ada")
	header, claims := opened(t, ada)
	header = maps.Clone(header)
	header["kid"] = "unknown"
	stranger := (&forgery{header, claims, jwt.SigningMethodES256, l.privateKey(t)}).sign(t)
	a := startAway(t, l)
	s := startService(t, a.latchkey)
	var fetched atomic.Int64
	a.take(func(w http.ResponseWriter, r *http.Request) {
		fetched.Add(1)
		a.proxy.ServeHTTP(w, r)
	})
	started := time.Now()
	var group sync.WaitGroup
	for range requests {
		group.Go(func() {
			if got := s.do(t, stranger, createTea); got.code() != "UNAUTHENTICATED INVALID_SIGNATURE" && got.code() != "UNAVAILABLE" {
				t.Error(got.text)
			}
		})
	}
	group.Wait()
	if n, most := fetched.Load(), int64(rate+rate*time.Since(started).Seconds()+1); n > most || n == 0 {
		t.Errorf("keys were fetched %d times for %d requests, %d are allowed", n, requests, most)
	}
	assertRefused(t, s.do(t, ada, createTea), "")
}
