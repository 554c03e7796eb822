package token

import (
	"context"
	"crypto/sha256"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerified bounds the access tokens that are remembered.
const maxVerified = 1 << 15

// verified is an access token whose form, signature and header are right, which never changes: to verify a signature takes longer than
// all the rest of a request, so the tokens that came last are remembered. What changes as time passes, keys go and things are taken
// back is looked at each time all the same.
//
// They are known by their hashes, so that memory holds no tokens; and only what was signed here is remembered, so that nobody can
// push others out with what they made up.
type verified struct {
	wire   wireClaims
	claims Claims // what wire says, once it was found right
	kid    string
}

func newVerified() *lru.Cache[[sha256.Size]byte, *verified] {
	tokens, err := lru.New[[sha256.Size]byte, *verified](maxVerified)
	if err != nil {
		panic(err) // the size is a constant
	}
	return tokens
}

// stillSigned tells whether the key is still one of ours: a key that was removed takes its tokens with it.
func (t *Tokens) stillSigned(ctx context.Context, token *verified) error {
	key, err := t.keys.Verifying(ctx, token.kid)
	if err == nil && key == nil {
		return InvalidSignature
	}
	return err
}
