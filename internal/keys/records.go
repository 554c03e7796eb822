package keys

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"latchkey/ent"
	"latchkey/ent/keyrecord"
)

// RefreshID is the id of the one record that is not about a signing key.
const RefreshID = "refresh"

// errNone means that no server has ever been started on this database.
var errNone = errors.New("no keys are recorded in this database: the first start of a server makes them")

// records are the rows of key_records.
type records struct {
	refresh *ent.KeyRecord   // nil if there is none
	signing []*ent.KeyRecord // in the order in which they sign
}

// readRecords reads them with client: a transaction's, or one that reads.
func readRecords(ctx context.Context, client *ent.KeyRecordClient) (records, error) {
	rows, err := client.Query().All(ctx)
	if err != nil {
		return records{}, err
	}
	var r records
	for _, row := range rows {
		if row.ID == RefreshID {
			r.refresh = row
		} else {
			r.signing = append(r.signing, row)
		}
	}
	slices.SortFunc(r.signing, func(a, b *ent.KeyRecord) int {
		return cmp.Or(a.SignsAt.Compare(b.SignsAt), cmp.Compare(a.ID, b.ID)) // of two that begin at once, all servers take the same
	})
	return r, nil
}

func (r records) none() bool { return r.refresh == nil && len(r.signing) == 0 }

// signer is the place of the key that signs: the last that has begun to, or the first if none has. There must be one.
func (r records) signer(now time.Time) int {
	signer := 0
	for i, record := range r.signing {
		if !record.SignsAt.After(now) {
			signer = i
		}
	}
	return signer
}

func create(tx *ent.Tx, id, fingerprint string, now, signsAt time.Time) *ent.KeyRecordCreate {
	return tx.KeyRecord.Create().SetID(id).SetFingerprint(fingerprint).SetCreatedAt(now).SetSignsAt(signsAt)
}

// inLockedTx runs fn in a transaction in which no other one changes or removes a key.
func (c Config) inLockedTx(ctx context.Context, fn func(*ent.Tx, records) error) error {
	return c.DB.Tx(ctx, func(tx *ent.Tx) error {
		// An UPDATE locks in both databases, and what is read after it is what is there. The column means nothing here.
		if err := tx.KeyRecord.Update().Where(keyrecord.ID(RefreshID)).SetSignsAt(c.now()).Exec(ctx); err != nil {
			return err
		}
		r, err := readRecords(ctx, tx.KeyRecord)
		if err == nil && r.none() {
			err = errNone
		}
		if err != nil {
			return err
		}
		return fn(tx, r)
	})
}
