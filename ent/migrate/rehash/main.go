// Command rehash brings atlas.sum up to date after a migration that was generated has been edited by hand. `make rehash` runs
// it, in the root of the repository.
package main

import (
	"log"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
)

func main() {
	log.SetFlags(0)
	for _, path := range []string{"ent/migrate/sqlite", "ent/migrate/mysql"} {
		if err := rehash(path); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
	}
}

func rehash(path string) error {
	dir, err := sqltool.NewGooseDir(path)
	if err != nil {
		return err
	}
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return migrate.WriteSumFile(dir, sum)
}
