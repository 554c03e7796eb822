package auth

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/ent/session"
	"latchkey/ent/user"
	"latchkey/internal/store"
	"latchkey/internal/token"
)

// The statements are written by hand: a column that it forgets would be empty for whoever asks who they are.
func TestHolderIsAllOfTheRow(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := New(Config{DB: db, Now: time.Now})
		full, bare := addUser(t, db, "ada", "hash"), addUser(t, db, "grace", "another hash")
		now := time.Date(2026, 11, 22, 9, 30, 0, 7e6, time.UTC)
		err := db.Tx(t.Context(), func(tx *ent.Tx) error {
			return tx.User.UpdateOneID(full.ID).SetEmail("ada@example.org").SetName("Ada").SetRole(user.RoleADMIN).SetImported(user.ImportedFRESH).
				SetCredentialVersion(7).SetUpdatedAt(now).Exec(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []uuid.UUID{full.ID, bare.ID} {
			want, err := db.Read.User.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			got, err := service.lookups.holder(t.Context(), token.Claims{UserID: id, Version: want.CredentialVersion})
			if err != nil {
				t.Fatal(err)
			}
			expectRow(t, *got, *want, id == full.ID)
		}
	})
}

// expectRow fails the test unless every column is as ent reads it, and in a full row also if one is empty.
func expectRow[T any](t testing.TB, got, want T, full bool) {
	t.Helper()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[T]()) {
		if !field.IsExported() || field.Name == "Edges" || field.Name == "LockVersion" { // which nobody reads
			continue
		}
		has, should := reflect.ValueOf(got).FieldByIndex(field.Index).Interface(), reflect.ValueOf(want).FieldByIndex(field.Index).Interface()
		if full && reflect.ValueOf(should).IsZero() && field.Name != "Disabled" {
			t.Errorf("%s is not set: nobody would notice that it is not read", field.Name)
		}
		if !reflect.DeepEqual(has, should) {
			t.Errorf("%s is %v, and should be %v", field.Name, has, should)
		}
	}
}

func TestSessionIsFoundWithAllOfItsRowAndOfItsUsers(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := New(Config{DB: db, Now: time.Now})
		ada := addUser(t, db, "ada", "hash")
		now := time.Date(2026, 11, 22, 9, 30, 0, 7e6, time.UTC)
		for i, set := range []func(*ent.SessionCreate) *ent.SessionCreate{
			func(c *ent.SessionCreate) *ent.SessionCreate { return c },
			func(c *ent.SessionCreate) *ent.SessionCreate {
				return c.SetGeneration(math.MaxUint32).SetDelivery(session.DeliveryCOOKIE).SetUserAgent("Ω").SetIPAddress("2001:db8::1")
			},
		} {
			id := uuid.Must(uuid.NewV7())
			err := db.Tx(t.Context(), func(tx *ent.Tx) error {
				return set(tx.Session.Create().SetID(id).SetUserID(ada.ID).SetCreatedAt(now).SetLastUsedAt(now.Add(time.Second)).
					SetExpiresAt(now.Add(time.Minute)).SetAccessExpiresAt(now.Add(time.Hour)).
					SetSecretHash(bytes.Repeat([]byte{0, 0xff}, 16))).Exec(t.Context())
			})
			if err != nil {
				t.Fatal(i, err)
			}
			want, err := db.Read.Session.Query().Where(session.ID(id)).WithUser().Only(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, err := service.lookups.session(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			expectRow(t, *got, *want, i == 1)
			expectRow(t, *got.Edges.User, *want.Edges.User, false)
		}
		if got, err := service.lookups.session(t.Context(), ada.ID); got != nil || err != nil {
			t.Errorf("found %v, %v where there is none", got, err)
		}
	})
}

func TestNobodyHoldsATokenThatWasTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, db *store.DB) {
		service := New(Config{DB: db, Now: time.Now})
		ada := addUser(t, db, "ada", "hash")
		claims := token.Claims{
			UserID: ada.ID, SessionID: uuid.Must(uuid.NewV7()), ID: uuid.Must(uuid.NewV7()), Version: ada.CredentialVersion,
		}
		other := claims
		other.SessionID, other.ID = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		expect := func(when string, of token.Claims, want error) {
			t.Helper()
			if _, err := service.lookups.holder(t.Context(), of); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", when, err, want)
			}
		}
		during := func(change func(*ent.Tx) error) {
			t.Helper()
			if err := db.Tx(t.Context(), change); err != nil {
				t.Fatal(err)
			}
		}
		block := func(id uuid.UUID) func(*ent.Tx) error {
			return func(tx *ent.Tx) error { return service.block(tx, id, time.Now().Add(time.Hour)).Exec(t.Context()) }
		}
		expect("at first", claims, nil)
		during(block(uuid.Must(uuid.NewV7())))
		expect("after something else was blocked", claims, nil)
		during(block(claims.ID))
		expect("its jti is blocked", claims, token.Revoked)
		expect("another one's jti is", other, nil)
		during(block(other.SessionID))
		expect("its session is blocked", other, token.Revoked)
		other.SessionID = uuid.Must(uuid.NewV7())
		expect("another session", other, nil)
		old := other
		old.Version--
		expect("of an older version", old, token.Revoked)
		unknown := other
		unknown.UserID = uuid.Must(uuid.NewV7())
		expect("of nobody", unknown, token.Revoked)
		during(func(tx *ent.Tx) error { return tx.User.UpdateOneID(ada.ID).SetDisabled(true).Exec(t.Context()) })
		expect("disabled", other, token.Revoked)
		during(func(tx *ent.Tx) error { return tx.User.UpdateOneID(ada.ID).SetDisabled(false).Exec(t.Context()) })
		expect("enabled again", other, nil)
		during(func(tx *ent.Tx) error { return tx.User.DeleteOneID(ada.ID).Exec(t.Context()) })
		expect("deleted", other, token.Revoked)
	})
}
