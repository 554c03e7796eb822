package token

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"
)

// Whatever is in the file is a key that works, or an error.
func FuzzParseKey(f *testing.F) {
	key, err := NewKey()
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key.private)
	if err != nil {
		f.Fatal(err)
	}
	good := pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})
	for _, seed := range [][]byte{
		nil, good, good[:len(good)/2], good[10:], append(bytes.Clone(good), good...),
		bytes.ReplaceAll(good, []byte(pemType), []byte("PUBLIC KEY")),
		pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der[:40]}),
		pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: bytes.Repeat([]byte{0x30, 0x80}, 50)}),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := parseKey(text)
		if (err == nil) != (parsed != nil) {
			t.Fatalf("key %v, error %v", parsed, err)
		}
		if err == nil && len(parsed.ID) != 43 { // 32 bytes in base64url
			t.Fatalf("kid %q", parsed.ID)
		}
	})
}
