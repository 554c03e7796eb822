package token

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keyFile holds the signing key, in the keys directory.
const keyFile = "signing.pem"

// pemType is the label of a PKCS #8 private key (RFC 7468 §10).
const pemType = "PRIVATE KEY"

// Key signs access tokens and verifies them.
type Key struct {
	// ID is the kid: the key's thumbprint (RFC 7638), so it is the same wherever the key is.
	ID string

	private *ecdsa.PrivateKey
}

// NewKey makes a P-256 key.
func NewKey() (*Key, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return newKey(private)
}

// LoadOrCreateKey returns the key in dir. If there is none it makes one, and dir (mode 0700) too; made tells. When several
// processes do this at once, all of them return the same key.
func LoadOrCreateKey(dir string) (key *Key, made bool, err error) {
	path := filepath.Join(dir, keyFile)
	if key, err = loadKey(path); !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, err
	}
	if key, err = NewKey(); err != nil {
		return nil, false, err
	}
	err = key.save(path)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		key, err = loadKey(path)
		return key, false, err
	}
	return key, true, err
}

func newKey(private *ecdsa.PrivateKey) (*Key, error) {
	point, err := private.PublicKey.Bytes() // 0x04, X, Y
	if err != nil {
		return nil, err
	}
	x, y := point[1:33], point[33:]
	encode := base64.RawURLEncoding.EncodeToString
	thumbprint := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, encode(x), encode(y)))
	return &Key{ID: encode(thumbprint[:]), private: private}, nil
}

func loadKey(path string) (*Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

func parseKey(text []byte) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, errors.New("not a PEM file with a PKCS #8 private key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key can't be read")
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errors.New("the private key is not on the curve P-256, which ES256 needs")
	}
	return newKey(private)
}

// save writes the key beside path and then links it there: path is never half written, and one that exists is kept, with
// fs.ErrExist.
func (k *Key) save(path string) error {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // made with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // a left-over is harmless
	err = pem.Encode(file, &pem.Block{Type: pemType, Bytes: der})
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Link(file.Name(), path)
}
