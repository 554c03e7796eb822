package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"

	"github.com/gofrs/uuid/v5"
)

// Refresh is what a refresh token says (RFC 6749 §1.5). Its form is open to nobody but this package: a version byte, the
// session, the generation, the session's secret, and a MAC over all of these, in unpadded base64url.
//
// The database keeps a hash of the secret, and the MAC key is a file beside the signing keys: a copy of either alone makes
// no token. The secret stays the same as long as the session, so the current token can be made again out of an older one.
type Refresh struct {
	SessionID  uuid.UUID
	Generation uint32 // of the session; each refresh raises it by one
	Secret     Secret
}

// Secret is a session's own, 128 random bits.
type Secret [16]byte

// NewSecret makes a secret.
func NewSecret() Secret {
	var s Secret
	_, _ = rand.Read(s[:]) // never fails
	return s
}

// Hash is what may be stored: SHA-256, which needs no salt and no work factor because the secret is random.
func (s Secret) Hash() []byte {
	sum := sha256.Sum256(s[:])
	return sum[:]
}

const (
	refreshVersion = 1
	refreshBody    = 1 + 16 + 4 + 16 // version, session id, generation, secret
	refreshBytes   = refreshBody + sha256.Size
)

// refreshEncoding has one text for 69 bytes: their length is a multiple of three, so no bits are left over.
var refreshEncoding = base64.RawURLEncoding.Strict()

// refreshKeyType is the label of a RefreshKey in a PEM file.
const refreshKeyType = "LATCHKEY REFRESH TOKEN KEY"

// RefreshKey authenticates refresh tokens (HMAC-SHA-256, RFC 2104).
type RefreshKey struct{ secret [32]byte }

// NewRefreshKey makes a key.
func NewRefreshKey() *RefreshKey {
	k := &RefreshKey{}
	_, _ = rand.Read(k.secret[:]) // never fails
	return k
}

// ParseRefreshKey reads what PEM wrote. Its error does not repeat anything of text.
func ParseRefreshKey(text []byte) (*RefreshKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != refreshKeyType || len(block.Bytes) != sha256.Size {
		return nil, errors.New("not a PEM file with a key for refresh tokens")
	}
	return &RefreshKey{secret: [32]byte(block.Bytes)}, nil
}

// PEM returns the key as a file holds it.
func (k *RefreshKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: refreshKeyType, Bytes: k.secret[:]})
}

// Fingerprint tells two keys apart, and nothing about either.
func (k *RefreshKey) Fingerprint() string {
	return base64.RawURLEncoding.EncodeToString(k.mac([]byte("latchkey fingerprint")))
}

// Pseudonym returns 128 bits of a MAC over text, in base64url. No token has such a MAC: its body begins with the version.
func (k *RefreshKey) Pseudonym(text string) string {
	return base64.RawURLEncoding.EncodeToString(k.mac([]byte("latchkey pseudonym " + text))[:16])
}

// Seal makes the token that says r.
func (k *RefreshKey) Seal(r Refresh) string {
	text := make([]byte, 0, refreshBytes)
	text = append(text, refreshVersion)
	text = append(text, r.SessionID[:]...)
	text = binary.BigEndian.AppendUint32(text, r.Generation)
	text = append(text, r.Secret[:]...)
	text = append(text, k.mac(text)...)
	return refreshEncoding.EncodeToString(text)
}

// Open returns what a token says, and whether this key has sealed it. What is not sealed is told without any look-up.
func (k *RefreshKey) Open(raw string) (Refresh, bool) {
	if len(raw) != refreshEncoding.EncodedLen(refreshBytes) {
		return Refresh{}, false
	}
	text, err := refreshEncoding.DecodeString(raw)
	if err != nil || len(text) != refreshBytes { // shorter: line breaks, which the decoder skips
		return Refresh{}, false
	}
	body, mac := text[:refreshBody], text[refreshBody:]
	if !hmac.Equal(mac, k.mac(body)) || body[0] != refreshVersion {
		return Refresh{}, false
	}
	return Refresh{
		SessionID:  uuid.UUID(body[1:17]),
		Generation: binary.BigEndian.Uint32(body[17:21]),
		Secret:     Secret(body[21:37]),
	}, true
}

func (k *RefreshKey) mac(text []byte) []byte {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write(text)
	return mac.Sum(nil)
}
