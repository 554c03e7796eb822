// Command diff writes a migration for each dialect when ent/schema says something that the migrations so far do not.
// `make generate` runs it, in the root of the repository, with an empty MariaDB in LATCHKEY_TEST_MYSQL_DSN.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/go-sql-driver/mysql"
	_ "modernc.org/sqlite" // the driver

	tables "latchkey/ent/migrate"
)

// scratch is the database that the migrations so far are replayed on. It is dropped before and after.
const scratch = "latchkey_migrate_diff"

func main() {
	log.SetFlags(0)
	name := "change"
	if len(os.Args) > 1 && os.Args[1] != "" {
		name = os.Args[1]
	}
	if err := diff(name); err != nil {
		log.Fatal(err)
	}
}

// diff begins with the one that can fail, so that no dialect is left behind.
func diff(name string) error {
	if err := diffMySQL(name); err != nil {
		return err
	}
	return diffSQLite(name)
}

func diffSQLite(name string) error {
	db, err := sql.Open("sqlite", "file:diff?mode=memory&cache=shared&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // in memory
	return replay(name, "ent/migrate/sqlite", dialect.SQLite, db)
}

func diffMySQL(name string) (err error) {
	config, err := mysql.ParseDSN(os.Getenv("LATCHKEY_TEST_MYSQL_DSN"))
	if err != nil {
		return fmt.Errorf("LATCHKEY_TEST_MYSQL_DSN: %w", err)
	}
	config.ParseTime = true
	admin, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return err
	}
	defer admin.Close() //nolint:errcheck // nothing is pending
	if _, err := admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+scratch); err != nil {
		return err
	}
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+scratch); err != nil {
		return err
	}
	defer func() {
		_, dropErr := admin.ExecContext(context.Background(), "DROP DATABASE "+scratch)
		err = errors.Join(err, dropErr)
	}()
	config.DBName = scratch
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // the database is dropped
	return replay(name, "ent/migrate/mysql", dialect.MySQL, db)
}

// replay replays the migrations in path on the empty db and writes what is missing.
func replay(name, path, driver string, db *sql.DB) error {
	dir, err := sqltool.NewGooseDir(path)
	if err != nil {
		return err
	}
	migrator, err := schema.NewMigrate(entsql.OpenDB(driver, db),
		schema.WithDir(dir),
		schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
	)
	if err != nil {
		return err
	}
	err = migrator.NamedDiff(context.Background(), name, tables.Tables...)
	if errors.Is(err, migrate.ErrNoPlan) {
		return nil
	}
	return err
}
