package bench_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/uuid/v5"

	"latchkey/ent"
	"latchkey/internal/auth"
	"latchkey/internal/blocklist"
	"latchkey/internal/store"
	"latchkey/internal/testdb"
	"latchkey/internal/testkeys"
	"latchkey/internal/token"
)

// Every request asks whether its token is blocked. What that takes must not grow with the number of blocked ids: a million
// may make it half as long again as a thousand: the ratio is to be at most 1.5. Measured is what identifies a caller, without the signature, which would
// hide the look-up.
func BenchmarkLookUpInBlockedIDs(b *testing.B) {
	const few, lots = 1_000, 1_000_000
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			small, large := newLookUp(b, kind.URL(b), few), newLookUp(b, kind.URL(b), lots)
			var inSmall, inLarge, signatures []time.Duration
			for b.Loop() {
				for range rounds { // in turn, so that what else the machine does falls on all of them
					inSmall = append(inSmall, small.time(b, small.identify))
					inLarge = append(inLarge, large.time(b, large.identify))
					signatures = append(signatures, large.time(b, large.verify))
				}
			}
			signature := median(signatures)
			ratio := float64(median(inLarge)-signature) / float64(median(inSmall)-signature)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(micros(median(inSmall)-signature), "µs/thousand")
			b.ReportMetric(micros(median(inLarge)-signature), "µs/million")
			b.ReportMetric(micros(signature), "µs/signature")
			b.ReportMetric(ratio, "ratio")
		})
	}
}

// lookUp is a service over a database with blocked ids, and tokens that are not blocked.
type lookUp struct {
	service *auth.Service
	tokens  *token.Tokens
	raw     []string
}

func newLookUp(b *testing.B, url string, blocked int) *lookUp {
	b.Helper()
	now := time.Now()
	db := testdb.OpenMigrated(b, url)
	testdb.FillBlocked(b, url, blocked, now, now.Add(time.Hour))
	tokens := token.New(testkeys.New(b), token.Config{Issuer: "i", Audience: "a", Now: time.Now})
	l := &lookUp{service: auth.New(auth.Config{DB: db, Tokens: tokens, Now: time.Now}), tokens: tokens}

	// Sessions are as old as those of the blocked ids, so a look-up goes anywhere into the index; ids of tokens are new.
	user, opened := addUser(b, db), now
	sessions := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return opened }))
	for range lookUps {
		opened = opened.Add(-90 * 24 * time.Hour / lookUps)
		raw, err := tokens.Issue(token.Claims{ID: uuid.Must(uuid.NewV7()), UserID: user.ID, SessionID: uuid.Must(sessions.NewV7()),
			Role: "USER", Version: user.CredentialVersion, ExpiresAt: now.Add(time.Hour)})
		if err != nil {
			b.Fatal(err)
		}
		l.raw = append(l.raw, raw)
	}
	return l
}

func addUser(b *testing.B, db *store.DB) (user *ent.User) {
	b.Helper()
	err := db.Tx(b.Context(), func(tx *ent.Tx) (err error) {
		user, err = tx.User.Create().SetID(uuid.Must(uuid.NewV7())).SetUsername("ada").SetPasswordHash("none").
			SetCreatedAt(time.Now()).SetUpdatedAt(time.Now()).Save(b.Context())
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return user
}

const (
	rounds  = 41
	lookUps = 500 // in a round
)

// time returns how long one call takes, on average over all tokens.
func (l *lookUp) time(b *testing.B, call func(*testing.B, string)) time.Duration {
	started := time.Now()
	for _, raw := range l.raw {
		call(b, raw)
	}
	return time.Since(started) / lookUps
}

func (l *lookUp) identify(b *testing.B, raw string) {
	if status, err := l.service.ValidateToken(b.Context(), raw); err != nil || !status.Active {
		b.Fatalf("not active: %v", err)
	}
}

func (l *lookUp) verify(b *testing.B, raw string) {
	if _, err := l.tokens.Verify(b.Context(), raw); err != nil {
		b.Fatal(err)
	}
}

// The copy has to be complete within ten seconds of the return of Redis: one of a million ids, from a new start.
func BenchmarkCopyToRedis(b *testing.B) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			url, now := kind.URL(b), time.Now()
			db := testdb.OpenMigrated(b, url)
			const million = 1_000_000
			ids := testdb.FillBlocked(b, url, million, now.Add(-time.Hour), now.Add(time.Hour))
			r := testdb.NewRedis(b)
			for b.Loop() {
				r.Do("FLUSHALL")
				runCopier(b, db, r.URL)
			}
			if n := r.Do("DBSIZE"); n != "1000001" { // and its mark
				b.Errorf("%s keys", n)
			}
			if r.Do("EXISTS", "latchkey:blocked:"+ids[million/2].String()) != "1" {
				b.Error("an id is missing")
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/million")
		})
	}
}

// runCopier returns when the copy is complete.
func runCopier(b *testing.B, db *store.DB, url string) {
	b.Helper()
	complete := make(lines, 1)
	copier, err := blocklist.New(blocklist.Config{DB: db, URL: url, Now: time.Now, Log: slog.New(slog.NewTextHandler(complete, nil))})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { copier.Run(ctx); close(ended) }()
	if line := <-complete; !strings.Contains(line, "is complete") {
		b.Error(line)
	}
	stop()
	<-ended
}

// lines hands on what is logged.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}
