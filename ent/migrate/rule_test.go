package migrate_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"latchkey/ent/migrate"
)

// firstRelease is the last migration that ran beside no other version.
const firstRelease = "20261122105112"

// Whoever adds a migration finds the rule in docs/operations.md, under "Writing a migration".
func TestMigrationsMayRunBesideTheVersionBefore(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fs.FS{"those of Latchkey": migrate.Files, "those of the upgrade's test": os.DirFS("../../faults/testdata/newer")} {
		for _, dialect := range []string{"mysql", "sqlite"} {
			paths, err := fs.Glob(files, dialect+"/*.sql")
			if err != nil || len(paths) == 0 {
				t.Fatal(name, paths, err)
			}
			for _, path := range paths {
				text, err := fs.ReadFile(files, path)
				if err != nil {
					t.Fatal(err)
				}
				if version, _, _ := strings.Cut(strings.TrimPrefix(path, dialect+"/"), "_"); version > firstRelease {
					for _, objection := range objections(dialect, string(text)) {
						t.Errorf("%s: %s: docs/operations.md, \"Writing a migration\"", path, objection)
					}
				}
			}
		}
	}
}

func TestTheRuleOfMigrations(t *testing.T) {
	t.Parallel()
	const down = "\n\n-- +goose Down\n"
	for _, c := range []struct{ dialect, up, want string }{
		{"mysql", "ALTER TABLE `users` ADD COLUMN `a` varchar(9) NULL, ADD COLUMN `b` enum('x','y') NOT NULL DEFAULT 'x', LOCK=NONE;", ""},
		{"mysql", "ALTER TABLE `users` ADD INDEX `i` (`a`, `b`), LOCK=NONE;", ""},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` text NULL;\nCREATE INDEX `i` ON `users` (`a`);", ""},
		{"sqlite", "CREATE TABLE `a` (`id` text NOT NULL, UNIQUE (`id`));\nINSERT INTO `a` (`id`) VALUES ('DROP');", ""},
		{"mysql", "CREATE TABLE `a` (`u` char(36), FOREIGN KEY (`u`) REFERENCES `users` (`id`) ON DELETE SET NULL);", ""},
		{"sqlite", "-- safe: nothing has read it since 1.4\nDROP TABLE `a`;", ""},

		{"mysql", "ALTER TABLE `users` ADD COLUMN `a` varchar(9) NULL;", "LOCK=NONE"},
		{"mysql", "ALTER TABLE `users` ADD COLUMN `a` varchar(9) NOT NULL, LOCK=NONE;", "ADD COLUMN `a` varchar(9) NOT NULL"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` text NOT NULL;", "ADD COLUMN `a` text NOT NULL"},
		{"mysql", "ALTER TABLE `users` ADD COLUMN `a` varchar(9) NULL, ADD INDEX `i` (`a`), LOCK=NONE;", "apart"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` uuid NULL REFERENCES `b` (`id`) ON DELETE CASCADE;", "REFERENCES"},
		{"mysql", "ALTER TABLE `users` ADD UNIQUE INDEX `i` (`a`), LOCK=NONE;", "ADD UNIQUE INDEX"},
		{"sqlite", "CREATE UNIQUE INDEX `i` ON `users` (`a`);", "CREATE UNIQUE INDEX"},
		{"mysql", "ALTER TABLE `users` DROP COLUMN `a`, LOCK=NONE;", "DROP COLUMN"},
		{"mysql", "ALTER TABLE `users` MODIFY COLUMN `a` varchar(9) NOT NULL, LOCK=NONE;", "MODIFY COLUMN"},
		{"mysql", "ALTER TABLE `users` CHANGE COLUMN `a` `b` varchar(9) NULL, LOCK=NONE;", "CHANGE COLUMN"},
		{"sqlite", "ALTER TABLE `users` RENAME COLUMN `a` TO `b`;", "RENAME COLUMN"},
		{"mysql", "ALTER TABLE `a` ADD CONSTRAINT `c` FOREIGN KEY (`u`) REFERENCES `users` (`id`) ON DELETE CASCADE, LOCK=NONE;", "ADD CONSTRAINT"},
		{"sqlite", "CREATE TABLE `new_users` (`id` text);\nINSERT INTO `new_users` (`id`) SELECT `id` FROM `users`;\nDROP TABLE `users`;", "DROP TABLE"},
		{"sqlite", "INSERT INTO `locks` (`id`) VALUES ('a');", "INSERT INTO"},
		{"mysql", "UPDATE `users` SET `a` = 1;", "UPDATE"},
		{"mysql", "CREATE TABLE `a` (`id` text);\nCREATE TABLE `b` (`id` text);", "one statement"},
		{"mysql", "CREATE TABLE `a` (`id` text);" + down + "DROP TABLE `b`;\nDROP TABLE `a`;", "one statement"},
		{"mysql", "CREATE TABLE `a` (`u` char(36), FOREIGN KEY (`u`) REFERENCES `users` (`id`) ON DELETE RESTRICT);", "REFERENCES"},
		{"mysql", "-- safe:\nDROP TABLE `a`;", "DROP TABLE"},
	} {
		got := objections(c.dialect, "-- +goose Up\n-- what it does\n"+c.up+down+"DROP TABLE `z`;\n")
		if (len(got) > 0) != (c.want != "") || !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s: %s\nobjections %q, want %q", c.dialect, c.up, got, c.want)
		}
	}
}

var (
	safe      = regexp.MustCompile(`(?m)^-- safe: \S`)
	comment   = regexp.MustCompile(`(?m)^--.*\n?`)
	literal   = regexp.MustCompile(`'[^']*'`)
	table     = regexp.MustCompile("^(?:CREATE TABLE|INSERT INTO) (`\\w+`)")
	alter     = regexp.MustCompile("^ALTER TABLE `\\w+` ")
	index     = regexp.MustCompile("^CREATE INDEX `\\w+` ON ")
	addColumn = regexp.MustCompile("^ADD COLUMN ")
	addIndex  = regexp.MustCompile("^ADD INDEX ")
	unusual   = regexp.MustCompile(` (UNIQUE|REFERENCES|CHECK|AUTO_INCREMENT|GENERATED|AS)\b`)
	forgets   = regexp.MustCompile("ON DELETE (CASCADE|SET NULL)")
)

// objections are what may not run beside the version before, or keeps its requests waiting. What is not known to be harmless is named.
func objections(dialect, text string) (found []string) {
	_, up, _ := strings.Cut(text, "-- +goose Up\n")
	up, down, _ := strings.Cut(up, "-- +goose Down\n")
	if safe.MatchString(up) {
		return nil
	}
	if dialect == "mysql" && (len(statements(up)) > 1 || len(statements(down)) > 1) {
		found = append(found, "more than one statement, and MySQL takes none back when the next fails")
	}
	var made []string // tables that the version before does not know
	for _, statement := range statements(up) {
		named := table.FindStringSubmatch(statement)
		switch {
		case strings.HasPrefix(statement, "CREATE TABLE "):
			made = append(made, named[1])
			if strings.Count(statement, " REFERENCES ") != len(forgets.FindAllString(statement, -1)) {
				found = append(found, "REFERENCES without ON DELETE CASCADE or SET NULL: the version before could not delete any more: "+statement)
			}
		case named != nil && slices.Contains(made, named[1]):
		case index.MatchString(statement) && dialect == "sqlite":
		case alter.MatchString(statement):
			found = append(found, objectionsToClauses(dialect, clauses(alter.ReplaceAllString(statement, "")))...)
		default:
			found = append(found, "not known to be harmless: "+statement)
		}
	}
	return found
}

// statements are those in text, without comments and what is quoted.
func statements(text string) []string {
	text = literal.ReplaceAllString(comment.ReplaceAllString(text, ""), "''")
	return strings.Split(strings.TrimSuffix(strings.TrimSpace(text), ";"), ";\n")
}

func objectionsToClauses(dialect string, all []string) (found []string) {
	columns, indexes := 0, 0
	for _, clause := range all {
		switch {
		case addColumn.MatchString(clause) && !unusual.MatchString(clause) && (!strings.Contains(clause, " NOT NULL") || strings.Contains(clause, " DEFAULT ")):
			columns++
		case addIndex.MatchString(clause) && dialect == "mysql":
			indexes++
		case clause == "LOCK=NONE" && dialect == "mysql":
		default:
			found = append(found, "not known to be harmless: "+clause)
		}
	}
	if dialect == "mysql" && !slices.Contains(all, "LOCK=NONE") {
		found = append(found, "without LOCK=NONE MySQL may keep all who write waiting while it copies the table")
	}
	if indexes > 0 && columns > 0 {
		found = append(found, "columns and indexes apart, or MySQL writes the whole table anew")
	}
	return found
}

// clauses are what stands between the commas of an ALTER TABLE, but for those in brackets.
func clauses(text string) (all []string) {
	depth, from := 0, 0
	for i, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			all = append(all, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return append(all, strings.TrimSpace(text[from:]))
}
