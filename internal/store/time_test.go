package store_test

import (
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/blockedtoken"
	"latchkey/internal/testdb"
)

func TestTimesComeBackInUTCWithTheirMilliseconds(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		ctx := t.Context()
		kathmandu := time.FixedZone("Asia/Kathmandu", 5*3600+45*60)
		for _, stored := range []time.Time{
			noon,
			noon.Add(time.Millisecond),
			noon.Add(999 * time.Millisecond),
			noon.Add(120 * time.Millisecond).In(kathmandu), // a zero at the end
			time.Date(2026, 3, 29, 2, 30, 0, 5e6, time.FixedZone("no such hour in Berlin", 3600)),
			time.Date(2038, 1, 19, 3, 14, 8, 1e6, time.UTC), // beyond 32 bits
		} {
			id := uuid.Must(uuid.NewV7())
			err := db.Tx(ctx, func(tx *ent.Tx) error {
				return tx.BlockedToken.Create().SetID(id).SetCreatedAt(noon).SetExpiresAt(stored).Exec(ctx)
			})
			if err != nil {
				t.Fatal(err)
			}
			read, err := db.Read.BlockedToken.Get(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if !read.ExpiresAt.Equal(stored) || read.ExpiresAt.Location() != time.UTC {
				t.Errorf("%v came back as %v", stored, read.ExpiresAt)
			}
		}
	})
}

func TestTimesCompareAcrossZones(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		db := testdb.OpenMigrated(t, url)
		ctx := t.Context()
		west, east := time.FixedZone("west", -11*3600), time.FixedZone("east", 13*3600)
		err := db.Tx(ctx, func(tx *ent.Tx) error {
			return tx.BlockedToken.CreateBulk(
				tx.BlockedToken.Create().SetID(uuid.Must(uuid.NewV7())).SetCreatedAt(noon).SetExpiresAt(noon.Add(-time.Millisecond).In(east)),
				tx.BlockedToken.Create().SetID(uuid.Must(uuid.NewV7())).SetCreatedAt(noon).SetExpiresAt(noon.In(west)),
				tx.BlockedToken.Create().SetID(uuid.Must(uuid.NewV7())).SetCreatedAt(noon).SetExpiresAt(noon.Add(time.Millisecond)),
			).Exec(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, now := range []time.Time{noon, noon.In(west), noon.In(east)} {
			expired, err := db.Read.BlockedToken.Query().Where(blockedtoken.ExpiresAtLT(now)).Count(ctx)
			if err != nil || expired != 1 {
				t.Errorf("%d expired at %v, error %v; want 1", expired, now, err)
			}
		}
	})
}
