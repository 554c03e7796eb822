//go:build cluster

package cluster_test

import (
	"os"
	"strings"
	"testing"
)

// Servers that start at the same time on different nodes wait for each other: each migration is applied once. They share a directory that
// is empty, and end up with the same keys.
func TestServersThatStartAtOnceOnAnEmptyClusterMigrateItOnceAndMakeOneSetOfKeys(t *testing.T) {
	files, err := os.ReadDir("../ent/migrate/mysql")
	if err != nil {
		t.Fatal(err)
	}
	migrations := len(files) - 1 // but for the sums
	for range 3 {
		servers := shared.servers(t)
		applied := 0
		for _, s := range servers {
			applied += strings.Count(s.log.String(), "applied a migration")
			for _, level := range []string{"WARN", "ERROR"} {
				if strings.Contains(s.log.String(), `"level":"`+level) {
					t.Errorf("the server on %s complains:\n%s", s.node.name, s.log)
				}
			}
		}
		if applied != migrations {
			t.Errorf("%d migrations were applied, want %d", applied, migrations)
		}
		keys, err := os.ReadDir(servers[0].keys)
		if err != nil || len(keys) != 2 {
			t.Errorf("the keys are %v, error %v; want one that signs and one of refresh tokens", keys, err)
		}
		for i, s := range servers {
			in := s.join(t, s.node.name)
			for _, other := range []*server{servers[(i+1)%3], servers[(i+2)%3]} {
				other.must(t, in.AccessToken, me, nil)
				other.must(t, "", refresh, vars{"token": in.RefreshToken})
			}
		}
		for _, s := range servers {
			s.kill()
		}
	}
}
