package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/token"
)

// rfcKey is the P-256 key of RFC 7515 appendix A.3, and rfcThumbprint its thumbprint as Node's crypto computes it.
const (
	rfcKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff
H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp
7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt
-----END PRIVATE KEY-----
`
	rfcThumbprint = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
)

func TestLoadOrCreateKeyMakesAKeyOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data", "keys")
	first, made, err := token.LoadOrCreateKey(dir)
	if err != nil || !made {
		t.Fatalf("made %v, error %v; want a new key", made, err)
	}
	t.Run("which only its owner can read", func(t *testing.T) {
		t.Parallel()
		hasMode(t, dir, 0o700)
		hasMode(t, filepath.Join(dir, "signing.pem"), 0o600)
	})
	t.Run("whose id is its thumbprint", func(t *testing.T) {
		t.Parallel()
		if want := thumbprint(t, &readPrivate(t, dir).PublicKey); first.ID != want {
			t.Errorf("kid %s, want %s", first.ID, want)
		}
	})
	t.Run("and returns it from then on", func(t *testing.T) {
		t.Parallel()
		again, made, err := token.LoadOrCreateKey(dir)
		if err != nil || made || again.ID != first.ID {
			t.Errorf("made %v, kid %s, error %v; want the key %s", made, again.ID, err, first.ID)
		}
	})
	t.Run("which no other directory has", func(t *testing.T) {
		t.Parallel()
		other, _, err := token.LoadOrCreateKey(t.TempDir())
		if err != nil || other.ID == first.ID {
			t.Errorf("kid %s, error %v; want another key", other.ID, err)
		}
	})
}

func hasMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", path, got, want)
	}
}

// thumbprint is RFC 7638's, from the coordinates at the end of the public key's DER.
func thumbprint(t *testing.T, public *ecdsa.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	coordinates := der[len(der)-64:]
	x := base64.RawURLEncoding.EncodeToString(coordinates[:32])
	y := base64.RawURLEncoding.EncodeToString(coordinates[32:])
	sum := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestLoadOrCreateKeyKnowsTheKeyOfTheRFC(t *testing.T) {
	t.Parallel()
	key, made, err := token.LoadOrCreateKey(directoryWith(t, rfcKey))
	if err != nil || made {
		t.Fatalf("made %v, error %v", made, err)
	}
	if key.ID != rfcThumbprint {
		t.Errorf("kid %s, want %s", key.ID, rfcThumbprint)
	}
}

func directoryWith(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "signing.pem"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLoadOrCreateKeyAtOnceReturnsOneKey(t *testing.T) {
	t.Parallel()
	const processes = 20
	dir := filepath.Join(t.TempDir(), "keys")
	var ids [processes]string
	var makers [processes]bool
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range processes {
		all.Go(func() {
			<-start
			key, made, err := token.LoadOrCreateKey(dir)
			if err != nil {
				t.Error(err)
				return
			}
			ids[i], makers[i] = key.ID, made
		})
	}
	close(start)
	all.Wait()
	makerCount := 0
	for i := range processes {
		if ids[i] != ids[0] {
			t.Errorf("two keys: %s and %s", ids[i], ids[0])
		}
		if makers[i] {
			makerCount++
		}
	}
	if makerCount != 1 {
		t.Errorf("%d made the key, want 1", makerCount)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "signing.pem" {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

func TestLoadOrCreateKeyRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := pem.Decode([]byte(rfcKey))
	const notPEM, unreadable, wrongCurve = "not a PEM file", "can't be read", "not on the curve P-256"
	for _, c := range []struct{ name, text, want string }{
		{"an empty file", "", notPEM},
		{"text", "hunter2", notPEM},
		{"another type of PEM", strings.ReplaceAll(rfcKey, "PRIVATE KEY", "EC PRIVATE KEY"), notPEM},
		{"an encrypted key", strings.ReplaceAll(rfcKey, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), notPEM},
		{"half a file", rfcKey[:len(rfcKey)/2], notPEM},
		{"half a key", asPEM("PRIVATE KEY", der.Bytes[:len(der.Bytes)/2]), unreadable},
		{"an empty key", asPEM("PRIVATE KEY", nil), unreadable},
		{"an RSA key", privatePEM(t, rsaKey), wrongCurve},
		{"an Ed25519 key", privatePEM(t, edwards), wrongCurve},
		{"a P-384 key", privatePEM(t, p384), wrongCurve},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := directoryWith(t, c.text)
			key, made, err := token.LoadOrCreateKey(dir)
			if key != nil || made || err == nil {
				t.Fatalf("key %v, made %v, error %v; want an error", key, made, err)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Join(dir, "signing.pem")) {
				t.Errorf("the error is %q; want the path and %q", err, c.want)
			}
			for line := range strings.Lines(c.text) {
				if line = strings.TrimSpace(line); line != "" && strings.Contains(err.Error(), line) {
					t.Errorf("the error repeats the file: %v", err)
				}
			}
			if text, _ := os.ReadFile(filepath.Join(dir, "signing.pem")); string(text) != c.text {
				t.Error("the file was changed")
			}
		})
	}
}

func asPEM(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func privatePEM(t *testing.T, private crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return asPEM("PRIVATE KEY", der)
}

func TestLoadOrCreateKeyWithoutAPlaceForIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if key, made, err := token.LoadOrCreateKey(filepath.Join(file, "keys")); key != nil || made || err == nil {
		t.Errorf("key %v, made %v, error %v; want an error", key, made, err)
	}
}
