package testdb

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/gofrs/uuid/v5"
	_ "modernc.org/sqlite" // the driver
)

// fillBatch is how many rows one statement inserts.
const fillBatch = 500

// Fill adds n rows to a table behind the server's back, as fast as the database takes them: a million takes some seconds.
// row returns the values of the i-th, in the order of columns.
func Fill(t testing.TB, databaseURL, table string, columns []string, n int, row func(i int) []any) {
	t.Helper()
	db, err := OpenRaw(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // what is committed is there
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	one := ",(" + strings.Repeat(",?", len(columns))[1:] + ")"
	for i := 0; i < n; {
		count := min(fillBatch, n-i)
		var values []any
		for range count {
			values = append(values, row(i)...)
			i++
		}
		statement := "INSERT INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES " + strings.Repeat(one, count)[1:]
		if _, err := tx.Exec(statement, values...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// FillBlocked adds n blocked ids and returns them. They are as they would be after three months: ids of sessions that were
// opened at any time of that. All were blocked in the same moment, at createdAt.
func FillBlocked(t testing.TB, databaseURL string, n int, createdAt, expiresAt time.Time) []uuid.UUID {
	t.Helper()
	const months = 90 * 24 * time.Hour
	opened := createdAt.Add(-months)
	ids := make([]uuid.UUID, n)
	generator := uuid.NewGenWithOptions(uuid.WithEpochFunc(func() time.Time { return opened }))
	Fill(t, databaseURL, "blocked_tokens", []string{"id", "created_at", "expires_at"}, n, func(i int) []any {
		opened = opened.Add(months / time.Duration(n))
		ids[i] = uuid.Must(generator.NewV7())
		return []any{ids[i], createdAt.UTC(), expiresAt.UTC()}
	})
	return ids
}

// OpenRaw opens the database without the store, and without care for a power loss.
func OpenRaw(databaseURL string) (*sql.DB, error) {
	var driver, dsn string
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_time_format=sqlite&_timezone=UTC&_txlock=immediate&_pragma=busy_timeout(60000)&_pragma=synchronous(OFF)"
	} else {
		address, err := url.Parse(databaseURL)
		if err != nil {
			return nil, err
		}
		config := mysql.NewConfig()
		config.User, config.Net, config.Addr, config.DBName = address.User.Username(), "tcp", address.Host, strings.TrimPrefix(address.Path, "/")
		config.Passwd, _ = address.User.Password()
		config.InterpolateParams = true
		driver, dsn = "mysql", config.FormatDSN()
	}
	return sql.Open(driver, dsn)
}
