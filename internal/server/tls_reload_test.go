package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/config"
)

// rename puts a file in the place of another one at once, as certbot and editors do.
func rename(t testing.TB, path string, content []byte) {
	t.Helper()
	write(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// laterServed is the name in the certificate once the server looks at its files again.
func (s *testServer) laterServed(t testing.TB) string {
	t.Helper()
	s.clock.Advance(time.Second)
	return s.served(t)
}

const unusable = "the TLS certificate's files can't be used"

// However the files change, there is no moment without a certificate and its own key.
func TestTLSReloadsItsFilesWhenTheyChange(t *testing.T) {
	t.Parallel()
	first, second := selfSigned(t, "first"), selfSigned(t, "second")
	s := startTLS(t, first)
	s.send(t, "GET", "/healthz", nil, nil)
	if got := s.served(t); got != "first" {
		t.Fatal(got)
	}
	rename(t, s.config.TLSCert, second.cert) // the key is still the first one's
	for range 3 {
		if got := s.laterServed(t); got != "first" {
			t.Errorf("%s is served with another's key", got)
		}
	}
	if got := s.log.Count(unusable); got != 1 {
		t.Errorf("told %d times", got)
	}
	rename(t, s.config.TLSKey, second.key)
	if got := s.served(t); got != "first" {
		t.Errorf("%s: the files are looked at more than once a second", got)
	}
	if got := s.laterServed(t); got != "second" {
		t.Errorf("%s is served", got)
	}

	before := s.log.Count("loaded the TLS certificate")
	write(t, s.config.TLSCert, second.cert[:len(second.cert)/2]) // as it is while it is written in place
	if got := s.laterServed(t); got != "second" {
		t.Errorf("%s is served", got)
	}
	if err := os.Remove(s.config.TLSKey); err != nil {
		t.Fatal(err)
	}
	write(t, s.config.TLSCert, second.cert)
	if got := s.laterServed(t); got != "second" {
		t.Errorf("%s is served", got)
	}
	write(t, s.config.TLSKey, second.key)
	if got := s.laterServed(t); got != "second" {
		t.Errorf("%s is served", got)
	}
	if told, loaded := s.log.Count(unusable), s.log.Count("loaded the TLS certificate"); told != 3 || loaded != before {
		t.Errorf("complained %d times, loaded %d times again", told, loaded-before)
	}
	if text := s.log.String(); strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, string(second.key[40:80])) {
		t.Error("the log has the key")
	}
	// Who was connected all the time noticed nothing: this client trusts the first one only.
	s.send(t, "GET", "/healthz", nil, nil)
}

// Kubernetes mounts a secret as links into a directory that is itself a link, and swaps that. Times and sizes may stay the same.
func TestTLSReloadsWhenALinkIsSwapped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	moment := time.Now().Add(-time.Hour)
	for _, name := range []string{"first", "other"} {
		at := filepath.Join(dir, name)
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		p := selfSigned(t, name)
		write(t, filepath.Join(at, "tls.crt"), p.cert)
		write(t, filepath.Join(at, "tls.key"), p.key)
		for _, file := range []string{"tls.crt", "tls.key"} {
			if err := os.Chtimes(filepath.Join(at, file), moment, moment); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name+".new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, name+".new"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("first", "..data")
	link("..data/tls.crt", "tls.crt")
	link("..data/tls.key", "tls.key")
	s := startTLS(t, selfSigned(t, "unused"), func(c *config.Config) {
		c.TLSCert, c.TLSKey = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	})
	if got := s.served(t); got != "first" {
		t.Fatal(got)
	}
	link("other", "..data")
	if got := s.laterServed(t); got != "other" {
		t.Errorf("%s is served", got)
	}
	if s.log.Count(unusable) != 0 {
		t.Error(s.log)
	}
}

// Each handshake gets a pair that fits, or else it would fail: the client checks.
func TestTLSReloadsWhileClientsConnect(t *testing.T) {
	t.Parallel()
	pairs := []pair{selfSigned(t, "first"), selfSigned(t, "second")}
	s := startTLS(t, pairs[0])
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			for range 25 {
				s.clock.Advance(time.Second)
				if got := s.served(t); got != "first" && got != "second" {
					t.Errorf("%q is served", got)
				}
			}
		})
	}
	for i := range 50 {
		p := pairs[i%2]
		rename(t, s.config.TLSCert, p.cert)
		rename(t, s.config.TLSKey, p.key)
	}
	clients.Wait()
	s.laterServed(t) // whoever looked may have looked too early
	if got := s.laterServed(t); got != "second" {
		t.Errorf("%s is served", got)
	}
}
