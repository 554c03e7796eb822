package testdb

import "testing"

// NewerVersion is the migration that Newer applies.
const NewerVersion = "29991231235959"

// Newer does to a migrated database what a newer latchkey might: it adds a column that this one does not know, and says so.
func Newer(t testing.TB, databaseURL string) {
	t.Helper()
	db, err := OpenRaw(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // Exec tells
	for _, statement := range []string{
		"ALTER TABLE users ADD COLUMN locale varchar(35) NOT NULL DEFAULT 'en'",
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (" + NewerVersion + ", 1)",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
