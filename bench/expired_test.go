package bench_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
	"latchkey/internal/password"
	"latchkey/internal/server"
	"latchkey/internal/testdb"
)

// Expired rows go while requests are served, and on SQLite there is one writer for both. Measured is how long requests
// take that read and that write, while nothing is removed and while 100,000 rows are.
func BenchmarkRequestsWhileExpiredRowsGo(b *testing.B) {
	const expired = 100_000
	url := testdb.SQLite(b)
	keys := b.TempDir()
	for b.Loop() {
		idle, stop := serve(b, url, keys)
		accessToken := idle.signUp(b)
		reads, writes := idle.measure(b, accessToken, time.Now().Add(10*time.Second), func() bool { return false })
		report(b, "idle", reads, writes)
		stop()

		yesterday := time.Now().Add(-24 * time.Hour)
		testdb.FillBlocked(b, url, expired, yesterday.Add(-time.Hour), yesterday)
		cleaning, stop := serve(b, url, keys)
		db := testdb.Open(b, url)
		began := time.Now()
		reads, writes = cleaning.measure(b, accessToken, began.Add(time.Minute), func() bool {
			return db.Read.BlockedToken.Query().CountX(b.Context()) == 0
		})
		b.ReportMetric(time.Since(began).Seconds(), "s/removal")
		report(b, "removing", reads, writes)
		stop()
	}
	b.ReportMetric(0, "ns/op")
}

func report(b *testing.B, when string, reads, writes []time.Duration) {
	for kind, times := range map[string][]time.Duration{"read": reads, "write": writes} {
		b.ReportMetric(micros(median(times)), fmt.Sprintf("µs/%s-%s-p50", when, kind))
		b.ReportMetric(micros(quantile(times, 0.99)), fmt.Sprintf("µs/%s-%s-p99", when, kind))
		b.ReportMetric(micros(quantile(times, 1)), fmt.Sprintf("µs/%s-%s-max", when, kind))
	}
}

// client talks to a running server.
type client string

func serve(b *testing.B, databaseURL, keys string) (client, func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, config.Config{
			Addr: "127.0.0.1:0", MetricsAddr: "off", DatabaseURL: databaseURL, KeysDir: keys, JWTAlg: "ES256", Issuer: "http://localhost", Audience: "bench",
			AccessTTL: time.Hour, RefreshTTL: time.Hour, SessionTTL: time.Hour, PasswordMin: 8, RateLimit: "off", Signup: "open", AutoMigrate: true,
		}, server.Host{
			Log: slog.New(slog.DiscardHandler), Now: time.Now, Timeout: time.Minute, HashCost: password.Recommended, Ready: func(addr net.Addr) { ready <- addr },
		})
	}()
	select {
	case addr := <-ready:
		return client("http://" + addr.String() + "/graphql"), func() {
			cancel()
			if err := <-ended; err != nil {
				b.Error(err)
			}
		}
	case err := <-ended:
		b.Fatal(err)
		return "", nil
	}
}

func (c client) ask(b *testing.B, accessToken, query string) string {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, string(c), strings.NewReader(`{"query":"`+query+`"}`))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+accessToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil || strings.Contains(string(body), `"errors"`) {
		b.Fatalf("%v: %s", err, body)
	}
	return string(body)
}

func (c client) signUp(b *testing.B) (accessToken string) {
	answer := c.ask(b, "", fmt.Sprintf(`mutation { signup(input: {username: \"ada%d\", password: \"correct horse\"}) { accessToken } }`, time.Now().UnixNano()))
	_, rest, _ := strings.Cut(answer, `"accessToken":"`)
	accessToken, _, _ = strings.Cut(rest, `"`)
	return accessToken
}

// measure asks one after the other until the end, or until done, which it asks between requests.
func (c client) measure(b *testing.B, accessToken string, end time.Time, done func() bool) (reads, writes []time.Duration) {
	for i := 0; time.Now().Before(end) && (i%500 > 0 || !done()); i++ {
		began := time.Now()
		c.ask(b, accessToken, `{ me { id } }`)
		read := time.Now()
		c.ask(b, accessToken, fmt.Sprintf(`mutation { updateUser(input: {name: \"Ada %d\"}) { user { name } } }`, i))
		reads, writes = append(reads, read.Sub(began)), append(writes, time.Since(read))
	}
	return reads, writes
}
