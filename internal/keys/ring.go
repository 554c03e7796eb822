package keys

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// Ring is the keys that a server works with. It is safe for concurrent use, and follows the records while it Runs.
type Ring struct {
	load func(ctx context.Context, before *set) (*set, error)
	dir  string
	now  func() time.Time
	log  *slog.Logger

	seen    atomic.Pointer[sight]
	serving atomic.Pointer[set] // the last set that serves; nil before there is one
	looks   looks
	logged  string // what was logged last about the keys; only Run uses it
}

// sight is what the last look that succeeded has found.
type sight struct {
	*set
	problem error
}

var _ token.Keys = (*Ring)(nil)

// Open loads the keys, and makes those of a database that has none. It fails if the directory lacks a recorded key or holds a
// file that is no key.
//
// While the database can't answer (store.Unavailable: it is not migrated, perhaps), it returns the error and a Ring
// that is not Serving until it has found keys: whoever can wait may use that.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Ring, error) {
	r := newRing(c, log)
	if err := r.look(ctx); err != nil {
		return r, err
	}
	seen := r.seen.Load()
	if seen.problem != nil {
		return nil, seen.problem
	}
	if seen.broken != nil {
		return nil, seen.broken
	}
	if len(seen.strays) > 0 {
		log.Warn("files of keys that are not recorded in this database are ignored", "files", seen.strays)
	}
	return r, nil
}

func newRing(c Config, log *slog.Logger) *Ring {
	r := &Ring{
		load:  func(ctx context.Context, before *set) (*set, error) { return c.load(ctx, before, log) },
		dir:   c.Dir,
		now:   c.Now,
		log:   log,
		looks: newLooks(),
	}
	r.seen.Store(&sight{problem: errors.New("the keys have not been looked at yet")})
	return r
}

// Signing returns the recorded key that began to sign last; nil while the Ring has never been Serving.
func (r *Ring) Signing() *token.Key {
	s := r.serving.Load()
	if s == nil {
		return nil
	}
	return s.signer(r.now())
}

// Refresh returns the key of the refresh tokens; nil while the Ring has never been Serving.
func (r *Ring) Refresh() *token.RefreshKey {
	s := r.serving.Load()
	if s == nil {
		return nil
	}
	return s.refresh
}

// Verifying returns the key with this kid, nil if none is recorded. For one that it does not know it looks first, waiting up
// to a second for that: another server may have signed with a key that was recorded just now. An error means that ctx is
// done or that nobody can tell now (store.Unavailable), because the database is away or the directory lacks the key.
func (r *Ring) Verifying(ctx context.Context, kid string) (*token.Key, error) {
	if key := r.known(kid); key != nil || !plausible(kid) {
		return key, nil
	}
	if err := r.looks.next(ctx); err != nil {
		return nil, err
	}
	if key := r.known(kid); key != nil {
		return key, nil
	}
	seen := r.seen.Load()
	if slices.ContainsFunc(seen.recorded.signing, func(record *ent.KeyRecord) bool { return record.ID == kid }) {
		return nil, fmt.Errorf("%w: %w", store.ErrUnavailable, seen.problem)
	}
	return nil, nil //nolint:nilnil // no key is an answer here, and no error
}

func (r *Ring) known(kid string) *token.Key {
	if s := r.serving.Load(); s != nil {
		return s.signing[kid]
	}
	return nil
}

// plausible tells whether a kid can be a thumbprint in base64url.
func plausible(kid string) bool {
	if len(kid) != 43 {
		return false
	}
	for _, c := range []byte(kid) {
		if (c < 'a' || 'z' < c) && (c < 'A' || 'Z' < c) && (c < '0' || '9' < c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// Public are the public keys for everyone who verifies tokens, those that do not sign yet included, in the order in which they
// sign.
func (r *Ring) Public() []token.JWK {
	public := []token.JWK{}
	if s := r.seen.Load().set; s != nil {
		for _, key := range s.inOrder() {
			public = append(public, key.Public())
		}
	}
	return public
}

// Serving tells whether there are keys to work with: one that signs and one for refresh tokens, both recorded at the last look.
// If not, nothing that needs a token may begin.
func (r *Ring) Serving() bool {
	seen := r.seen.Load()
	return seen.set != nil && seen.serves()
}

// Problem says why these are not exactly the keys of the database, as of the last look that the database answered; nil if
// they are.
func (r *Ring) Problem() error { return r.seen.Load().problem }

// Ready is Problem, after another look if there was one: what has been mended is seen at once.
func (r *Ring) Ready(ctx context.Context) error {
	if r.Problem() == nil {
		return nil
	}
	if err := r.looks.next(ctx); err != nil {
		return err
	}
	return r.Problem()
}
