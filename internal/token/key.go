package token

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// The sizes of RSA keys, in bits. RFC 7518 §3.3 asks for the least; beyond the most, one signature takes longer than all
// the rest of a log-in. 3072 is as strong as P-256 (NIST SP 800-57, part 1, table 2).
const (
	rsaLeast = 2048
	rsaMade  = 3072
	rsaMost  = 8192
)

// maxPEM is more than twice the length of a file with the largest RSA key: nothing longer is looked at.
const maxPEM = 16 << 10

// pemType is the label of a PKCS #8 private key (RFC 7468 §10).
const pemType = "PRIVATE KEY"

// Key signs access tokens and verifies them, with the one algorithm that it is for (RFC 8725 §3.1).
type Key struct {
	// ID is the kid: the key's thumbprint (RFC 7638) in base64url, 43 characters. So it is the same wherever the key is.
	ID string

	private crypto.Signer
	method  jwt.SigningMethod
	public  JWK
}

// NewKey makes a key for ES256 (P-256), RS256 (3072 bits) or EdDSA (Ed25519). Its ID does not begin with "-", which a
// command line would take for a flag.
func NewKey(algorithm string) (*Key, error) {
	for {
		private, err := generate(algorithm)
		if err != nil {
			return nil, err
		}
		key, err := newKey(private)
		if err != nil || key.ID[0] != '-' {
			return key, err
		}
	}
}

func generate(algorithm string) (any, error) {
	switch algorithm {
	case jwt.SigningMethodES256.Alg():
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwt.SigningMethodRS256.Alg():
		return rsa.GenerateKey(rand.Reader, rsaMade)
	case jwt.SigningMethodEdDSA.Alg():
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("there are no keys for the algorithm %q", algorithm)
	}
}

// ParseKey reads what PEM wrote: PKCS #8 (RFC 5958) with a key on P-256, an RSA key of 2048 to 8192 bits, or an Ed25519
// key, and nothing after it. Its error does not repeat anything of text.
func ParseKey(text []byte) (*Key, error) {
	if len(text) > maxPEM {
		return nil, errors.New("too long for a key")
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != pemType {
		return nil, errors.New("not a PEM file with a PKCS #8 private key")
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("there is more in the file than one private key")
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the private key can't be read")
	}
	return newKey(private)
}

func newKey(private any) (*Key, error) {
	var key *Key
	switch private := private.(type) {
	case *ecdsa.PrivateKey:
		if private.Curve != elliptic.P256() {
			return nil, errors.New("the private key is not on the curve P-256, which ES256 needs")
		}
		key = &Key{private: private, method: jwt.SigningMethodES256}
	case *rsa.PrivateKey:
		if bits := private.N.BitLen(); bits < rsaLeast || bits > rsaMost {
			return nil, fmt.Errorf("the RSA key has %d bits instead of %d to %d", bits, rsaLeast, rsaMost)
		}
		key = &Key{private: private, method: jwt.SigningMethodRS256}
	case ed25519.PrivateKey:
		key = &Key{private: private, method: jwt.SigningMethodEdDSA}
	default:
		return nil, errors.New("the private key is of none of the kinds P-256, RSA and Ed25519")
	}
	public, err := publicJWK(key.private.Public())
	if err != nil {
		return nil, err
	}
	key.ID = public.thumbprint()
	public.ID, public.Algorithm, public.Use = key.ID, key.Algorithm(), "sig"
	key.public = public
	return key, nil
}

// Algorithm is the alg of the tokens that the key signs: ES256, RS256 or EdDSA (RFC 7518 §3.1, RFC 8037 §3.1).
func (k *Key) Algorithm() string { return k.method.Alg() }

// Public is what everyone may know.
func (k *Key) Public() JWK { return k.public }

// PEM returns the key as a file holds it: a secret.
func (k *Key) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}
