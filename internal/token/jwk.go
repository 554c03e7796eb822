package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
)

// JWK is a public key as other services read it (RFC 7517 §4). Numbers are in unpadded base64url.
type JWK struct {
	KeyType   string `json:"kty"`
	Curve     string `json:"crv,omitempty"` // of EC (RFC 7518 §6.2) and OKP (RFC 8037 §2)
	X         string `json:"x,omitempty"`
	Y         string `json:"y,omitempty"` // of EC
	Modulus   string `json:"n,omitempty"` // of RSA (RFC 7518 §6.3)
	Exponent  string `json:"e,omitempty"`
	ID        string `json:"kid,omitempty"`
	Algorithm string `json:"alg,omitempty"`
	Use       string `json:"use,omitempty"`
}

// publicJWK returns what defines the key, without kid, alg and use.
func publicJWK(public crypto.PublicKey) (JWK, error) {
	encode := base64.RawURLEncoding.EncodeToString
	switch public := public.(type) {
	case *ecdsa.PublicKey: // on P-256
		point, err := public.Bytes() // 0x04, X, Y
		if err != nil {
			return JWK{}, err
		}
		return JWK{KeyType: "EC", Curve: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}, nil
	case *rsa.PublicKey:
		exponent := big.NewInt(int64(public.E))
		return JWK{KeyType: "RSA", Modulus: encode(public.N.Bytes()), Exponent: encode(exponent.Bytes())}, nil
	case ed25519.PublicKey:
		return JWK{KeyType: "OKP", Curve: "Ed25519", X: encode(public)}, nil
	default:
		return JWK{}, errors.New("a public key of an unknown kind")
	}
}

// thumbprint is RFC 7638's: the hash of the members that define the key, in the order of their names. None of the values
// needs escaping.
func (j JWK) thumbprint() string {
	var members []byte
	switch j.KeyType {
	case "EC":
		members = fmt.Appendf(nil, `{"crv":"%s","kty":"EC","x":"%s","y":"%s"}`, j.Curve, j.X, j.Y)
	case "RSA":
		members = fmt.Appendf(nil, `{"e":"%s","kty":"RSA","n":"%s"}`, j.Exponent, j.Modulus)
	case "OKP": // RFC 8037 §2
		members = fmt.Appendf(nil, `{"crv":"%s","kty":"OKP","x":"%s"}`, j.Curve, j.X)
	}
	sum := sha256.Sum256(members)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
