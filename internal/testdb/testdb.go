// Package testdb gives tests databases of their own: empty, real, gone afterwards. Only tests import it.
package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"latchkey/internal/store"
)

// Kind is a database that latchkey runs on.
type Kind struct {
	Name string
	// URL makes a database and returns its LATCHKEY_DATABASE_URL.
	URL func(testing.TB) string
}

// Kinds are all of them. What is promised is promised on each.
var Kinds = []Kind{{"SQLite", SQLite}, {"MariaDB", MariaDB}}

// SQLite names a file that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "latchkey.db")
}

// Open opens the database at databaseURL, beside whoever else has it open, until the end of the test.
func Open(t testing.TB, databaseURL string) *store.DB {
	t.Helper()
	address, err := store.ParseURL(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// OpenMigrated opens it and applies all migrations.
func OpenMigrated(t testing.TB, databaseURL string) *store.DB {
	t.Helper()
	db := Open(t, databaseURL)
	if _, err := db.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

var made atomic.Int64

// MariaDB makes a database in the server that `make test` has started.
func MariaDB(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("LATCHKEY_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Fatal("LATCHKEY_TEST_MYSQL_DSN is not set: run the tests with `make test`")
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal("LATCHKEY_TEST_MYSQL_DSN is not a DSN of go-sql-driver/mysql")
	}
	admin, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("latchkey_test_%d_%d", os.Getpid(), made.Add(1))
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	address := url.URL{Scheme: "mysql", User: url.UserPassword(config.User, config.Passwd), Host: config.Addr, Path: "/" + name}
	return address.String()
}
