package access

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

const (
	// KeysAge is how long Latchkey lets services keep its public keys: a new one signs only after that, and one that has leaked
	// has to be refused by then.
	KeysAge = 10 * time.Minute
	// keysWait is how long a request waits for keys if its token names one that is not known yet.
	keysWait = 2 * time.Second
	// keysRate is how many requests a second may fetch keys, so that made-up key ids do not flood Latchkey.
	keysRate = 20
)

// publicKeys are Latchkey's, kept in memory. They are fetched again when they get old, and when a token names one that is not
// among them. If that fails, those that are known go on being used.
type publicKeys struct{ set jwkset.Storage }

// newPublicKeys fetches the keys. Latchkey does not have to be there: the first request tries again.
func newPublicKeys(ctx context.Context, url string, age time.Duration, log *slog.Logger) (*publicKeys, error) {
	fetched, err := jwkset.NewStorageFromHTTP(url, jwkset.HTTPClientStorageOptions{
		Ctx:                       ctx,
		HTTPTimeout:               keysWait,
		NoErrorReturnFirstHTTPReq: true,
		RefreshInterval:           age,
		RefreshErrorHandler: func(ctx context.Context, err error) {
			log.WarnContext(ctx, "can't fetch Latchkey's public keys", "url", url, "cause", err)
			if failed, waiting := ctx.Value(fetchFailed{}).(*bool); waiting {
				*failed = true
			}
		},
	})
	if err != nil {
		return nil, err
	}
	set, err := jwkset.NewHTTPClient(jwkset.HTTPClientOptions{
		HTTPURLs:          map[string]jwkset.Storage{url: fetched},
		RefreshUnknownKID: rate.NewLimiter(keysRate, keysRate),
		RateLimitWaitMax:  keysWait,
	})
	return &publicKeys{set}, err
}

// fetchFailed is the context key under which find learns that the keys could not be fetched. The library tells only its error
// handler, which gets the context of the look-up, and then says that there is no such key.
type fetchFailed struct{}

// find returns the key that a token names by its kid, for the key's own algorithm (RFC 8725 §3.1). Nothing else in a token
// leads to a key, neither jku, x5u nor jwk (§3.10).
func (k *publicKeys) find(ctx context.Context, token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	failed := false
	key, err := k.set.KeyRead(context.WithValue(ctx, fetchFailed{}, &failed), kid)
	switch {
	case err != nil && (failed || !errors.Is(err, jwkset.ErrKeyNotFound)):
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case err != nil:
		return nil, err
	case key.Marshal().ALG.String() != token.Method.Alg():
		return nil, errors.New("not the algorithm of this key")
	default:
		return key.Key(), nil
	}
}
