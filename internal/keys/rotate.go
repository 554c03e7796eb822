package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"latchkey/ent"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// Rotation is what Rotate did.
type Rotation struct {
	Key       *token.Key // the new one
	SignsAt   time.Time
	Before    string    // kid of the key that signs until then
	Removable time.Time // when no token of that key can be alive any more
}

// Rotate makes a signing key, which is published at once and signs once everyone can know it, or at once.
func Rotate(ctx context.Context, c Config, atOnce bool) (*Rotation, error) {
	before, err := readRecords(ctx, c.DB.Read.KeyRecord)
	if err == nil && before.none() {
		err = errNone
	}
	if err != nil {
		return nil, err
	}
	if !atOnce && len(before.signing) > 0 { // the directory may be a mistake: no server would have the new key
		signer := before.signing[before.signer(c.now())].ID
		if _, found := directory(c.Dir).read().signing[signer]; !found {
			return nil, fmt.Errorf("%s lacks the key that signs, %s: is LATCHKEY_KEYS_DIR right? If the key is lost, add --now", c.Dir, signer)
		}
	}
	key, err := c.newSigning("")
	if err != nil {
		return nil, err
	}
	now := c.now()
	signsAt := now
	if !atOnce {
		signsAt = now.Add(lead)
	}
	rotation := &Rotation{Key: key, SignsAt: signsAt}
	if len(before.signing) > 0 {
		current := before.signing[before.signer(signsAt)]
		if !signsAt.After(current.SignsAt) { // by the clock of another machine, or at the same moment
			rotation.SignsAt = current.SignsAt.Add(time.Millisecond)
		}
		rotation.Before, rotation.Removable = current.ID, rotation.SignsAt.Add(c.outlive())
	}
	err = c.DB.Tx(ctx, func(tx *ent.Tx) error { return create(tx, key.ID, key.ID, now, rotation.SignsAt).Exec(ctx) })
	if err != nil && !errors.Is(err, store.ErrOutcomeUnknown) { // then the key may be in use
		err = errors.Join(err, directory(c.Dir).remove(key.ID))
	}
	if err != nil {
		return nil, err
	}
	return rotation, nil
}
