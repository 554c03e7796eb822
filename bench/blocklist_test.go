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
			reach(b, "look-up among a million blocked ids, "+kind.Name+", times that among 1,000", ratio, "%.0f µs to %.0f µs",
				micros(median(inLarge)-signature), micros(median(inSmall)-signature))
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

// The copy has to be complete within ten seconds of the return of Redis, be it a million ids. Counted is from the moment at
// which Redis answers again, or is empty.
func BenchmarkCopyToRedis(b *testing.B) {
	for _, kind := range testdb.Kinds {
		b.Run(kind.Name, func(b *testing.B) {
			const million = 1_000_000
			url, now := kind.URL(b), time.Now()
			db := testdb.OpenMigrated(b, url)
			testdb.FillBlocked(b, url, million, now.Add(-time.Hour), now.Add(time.Hour))
			r := testdb.NewRedis(b)
			complete := startCopier(b, db, r.URL)
			for b.Loop() {
				for _, loss := range []struct {
					unit string
					lose func()
				}{
					{"s/flushed", func() { r.Do("FLUSHALL") }},
					{"s/killed", func() { r.Kill(); r.Start() }},
				} {
					loss.lose()
					began := time.Now()
					for r.Do("DBSIZE") != "1000001" { // and the copier's mark
						<-complete
					}
					took := time.Since(began).Seconds()
					b.ReportMetric(took, loss.unit)
					reach(b, "copy of a million blocked ids to a Redis that was emptied, "+kind.Name, took, "")
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// startCopier runs a copier until the end of the benchmark, and returns when its first copy is complete. The channel tells
// of those that follow.
func startCopier(b *testing.B, db *store.DB, url string) (complete <-chan struct{}) {
	b.Helper()
	said := make(completions, 16)
	copier, err := blocklist.New(blocklist.Config{DB: db, URL: url, Now: time.Now, Log: slog.New(slog.NewTextHandler(said, nil))})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { copier.Run(ctx); close(ended) }()
	b.Cleanup(func() { stop(); <-ended })
	<-said
	return said
}

// completions is a log that tells when the copy is complete.
type completions chan struct{}

func (c completions) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "is complete") {
		c <- struct{}{}
	}
	return len(line), nil
}
