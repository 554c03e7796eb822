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
		{"sqlite", "CREATE TABLE `b` (`id` text);\n-- safe: nobody's; not read;\n-- since 1.4\nDROP TABLE `a`;", ""},
		{"mysql", "-- safe: nothing has read it since 1.4\nALTER TABLE `users` DROP COLUMN `a`, LOCK=NONE;", ""},
		{"sqlite", "CREATE TABLE `a` (`id` text DEFAULT 'a; b');", ""},

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
		{"sqlite", "CREATE TABLE `a` (`id` text); DROP TABLE `users`;", "one line"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` text NULL; DROP TABLE `b`;\nCREATE TABLE `c` (`id` text);", "one line"},
		{"sqlite", "CREATE TABLE `a` AS SELECT `id` FROM `users`;", "CREATE TABLE"},
		{"mysql", "CREATE TABLE `a` (`id` text)\nSELECT `id` FROM `users`;", "CREATE TABLE"},
		{"mysql", "CREATE TABLE `a` (`u` char(36), FOREIGN KEY (`u`)\nREFERENCES `users` (`id`));", "REFERENCES"},
		{"mysql", "CREATE TABLE `a` (`u` char(36), FOREIGN KEY (`u`) references `users` (`id`));", "REFERENCES"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` uuid NULL\nREFERENCES `b` (`id`);", "REFERENCES"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` text\nNOT\nNULL;", "NOT NULL"},
		{"sqlite", "ALTER TABLE `users` ADD COLUMN `a` text not null;", "not null"},
		{"sqlite", "CREATE TABLE IF NOT EXISTS `a` (`id` text);", "CREATE TABLE IF NOT EXISTS"},
		{"sqlite", "-- safe: nothing has read it since 1.4\nDROP TABLE `a`;\nDROP TABLE `b`;", "DROP TABLE `b`"},
		{"sqlite", "DROP TABLE `b`;\n-- safe: it's empty; nothing reads it;\nDROP TABLE `a`;", "DROP TABLE `b`"},
		{"sqlite", "-- safe: nothing has read it since 1.4\nDROP TABLE `a`; DROP TABLE `b`;", "one line"},
		{"mysql", "-- safe: nothing has read it since 1.4\nALTER TABLE `users` DROP COLUMN `a`;", "LOCK=NONE"},
		{"mysql", "-- safe: nothing has read them since 1.4\nDROP TABLE `a`;\nDROP TABLE `b`;", "one statement"},
		{"mysql", "CREATE TABLE `a` (`id` text);" + down + "ALTER TABLE `users` DROP COLUMN `a`;", "LOCK=NONE"},
	} {
		text := "-- +goose Up\n-- what it does\n" + c.up
		if !strings.Contains(c.up, down) {
			text += down + "DROP TABLE `z`;"
		}
		got := objections(c.dialect, text+"\n")
		if (len(got) > 0) != (c.want != "") || !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s: %s\nobjections %q, want %q", c.dialect, c.up, got, c.want)
		}
	}
}

var (
	safe       = regexp.MustCompile(`(?m)^-- safe: \S.*$`)
	comment    = regexp.MustCompile(`(?m)^--.*\n?`)
	literal    = regexp.MustCompile(`'[^']*'`)
	create     = regexp.MustCompile("^CREATE TABLE (`\\w+`) \\(")
	insert     = regexp.MustCompile("^INSERT INTO (`\\w+`)")
	alter      = regexp.MustCompile("^ALTER TABLE `\\w+` ")
	index      = regexp.MustCompile("^CREATE INDEX `\\w+` ON ")
	addColumn  = regexp.MustCompile("^ADD COLUMN ")
	addIndex   = regexp.MustCompile("^ADD INDEX ")
	copies     = regexp.MustCompile(`(?i)\bSELECT\b`)
	references = regexp.MustCompile(`(?i)\bREFERENCES\b`)
	forgets    = regexp.MustCompile("(?i)ON DELETE (CASCADE|SET NULL)")
	notNull    = regexp.MustCompile(`(?i)\bNOT NULL\b`)
	unusual    = regexp.MustCompile(`(?i)\s(UNIQUE|REFERENCES|CHECK|AUTO_INCREMENT|GENERATED|AS)\b`)
)

// objections are what may not run beside the version before, or keeps its requests waiting. What is not known to be harmless is named,
// unless its file says why it is.
func objections(dialect, text string) (found []string) {
	_, up, _ := strings.Cut(text, "-- +goose Up\n")
	up, down, _ := strings.Cut(up, "-- +goose Down\n")
	for _, way := range [][]statement{statements(up), statements(down)} {
		if dialect == "mysql" && len(way) > 1 {
			found = append(found, "more than one statement, and MySQL takes none back when the next fails")
		}
		for _, s := range way {
			if strings.Contains(s.text, ";") {
				found = append(found, "more than one statement on one line: "+s.text)
			}
			if dialect == "mysql" && alter.MatchString(s.text) && !slices.Contains(clauses(s.text), "LOCK=NONE") {
				found = append(found, "without LOCK=NONE MySQL may keep all who write waiting while it copies the table: "+s.text)
			}
		}
	}
	var made []string // tables that the version before does not know
	for _, s := range statements(up) {
		created, filled := create.FindStringSubmatch(s.text), insert.FindStringSubmatch(s.text)
		if created != nil {
			made = append(made, created[1])
		}
		switch {
		case s.safe:
		case created != nil && !copies.MatchString(s.text):
			if len(references.FindAllString(s.text, -1)) != len(forgets.FindAllString(s.text, -1)) {
				found = append(found, "REFERENCES without ON DELETE CASCADE or SET NULL: the version before could not delete any more: "+s.text)
			}
		case filled != nil && slices.Contains(made, filled[1]):
		case index.MatchString(s.text) && dialect == "sqlite":
		case alter.MatchString(s.text):
			found = append(found, objectionsToClauses(dialect, clauses(alter.ReplaceAllString(s.text, "")))...)
		default:
			found = append(found, "not known to be harmless: "+s.text)
		}
	}
	return found
}

// statement is one on one line, without comments and what is quoted.
type statement struct {
	text string
	safe bool // says the line above it
}

func statements(text string) (all []statement) {
	const mark = "\x00" // for the comment that has to stay with its statement, whatever is in it
	text = comment.ReplaceAllString(safe.ReplaceAllString(text, mark), "")
	text = strings.TrimSuffix(strings.TrimSpace(literal.ReplaceAllString(text, "''")), ";")
	for part := range strings.SplitSeq(text, ";\n") {
		s := statement{strings.Join(strings.Fields(strings.ReplaceAll(part, mark, "")), " "), strings.Contains(part, mark)}
		if s.text != "" {
			all = append(all, s)
		}
	}
	return all
}

func objectionsToClauses(dialect string, all []string) (found []string) {
	columns, indexes := 0, 0
	for _, clause := range all {
		switch {
		case addColumn.MatchString(clause) && !unusual.MatchString(clause) && (!notNull.MatchString(clause) || strings.Contains(clause, " DEFAULT ")):
			columns++
		case addIndex.MatchString(clause) && dialect == "mysql":
			indexes++
		case clause == "LOCK=NONE" && dialect == "mysql":
		default:
			found = append(found, "not known to be harmless: "+clause)
		}
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
