package store

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
)

// Nothing was done: who reads of a backup to be restored would lose what was written since.
func TestAMigrationThatDidNotGetItsTableSaysThatItMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	db := &DB{asked: &sql.DB{}} // MySQL
	for number, want := range map[uint16]string{1205: "try again when that has ended", 1060: "restore the backup"} {
		cause := &mysql.MySQLError{Number: number, Message: "no"}
		err := db.explain(&goose.PartialError{Failed: &goose.MigrationResult{Source: &goose.Source{Path: "1_a.sql"}}, Err: cause})
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "1_a.sql") || !errors.Is(err, cause) {
			t.Errorf("%d: %v", number, err)
		}
	}
}
