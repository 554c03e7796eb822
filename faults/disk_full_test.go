//go:build faults

package faults_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	diskSize  = 32 << 20
	spaceLeft = 512 << 10 // for the load to use up
)

func TestFullDiskUnderSQLiteIsUnavailableForWhatWritesAndNothingIsLost(t *testing.T) {
	small := newDisk(t, diskSize)
	here := newPlace(t, "sqlite:"+small.dir+"/latchkey.db")
	here.wrap = small.in
	server := here.serve(t)
	l := newLoad(t, server.client, 6)
	ada := l.users[0]
	l.run()
	time.Sleep(300 * time.Millisecond)
	small.fill(spaceLeft)
	start, full := time.Now(), 0
	for time.Since(start) < time.Minute && full < 50 {
		time.Sleep(20 * time.Millisecond)
		full = 0
		for _, e := range l.since(start, time.Now()) {
			if e.code == "UNAVAILABLE" {
				full++
			}
		}
	}
	if full < 50 {
		t.Fatal("the disk does not get full")
	}
	small.fill(0) // the rest too
	time.Sleep(time.Second)
	if !server.ready() {
		t.Error("not ready, although it can read")
	}
	if a := server.ask("", validate, vars{"token": ada.first}); !strings.Contains(a.body, `"active":true`) {
		t.Error(a.body)
	}
	logged := server.log.with("database or disk is full")
	if len(logged) == 0 {
		t.Fatalf("the log does not say why:\n%s", server.log)
	}

	small.empty()
	time.Sleep(500 * time.Millisecond)
	l.end()
	codes := map[string]int{}
	for _, e := range l.since(start, time.Now()) {
		codes[e.kind+" "+e.code]++
		if e.lost != nil || (e.code != "" && (e.code != "UNAVAILABLE" || e.kind == "me")) {
			t.Errorf("%s: %s %v", e.kind, e.body, e.lost)
		}
	}
	t.Logf("%v; %d lines in the log, the first: %s", codes, len(logged), logged[0])
	if lines := server.log.with(`"level":"ERROR"`); len(lines) > 0 {
		t.Error(lines)
	}

	// Everything goes on by itself.
	back := time.Now()
	l.run()
	time.Sleep(500 * time.Millisecond)
	l.end()
	for _, e := range l.since(back, time.Now()) {
		if !e.ok() {
			t.Errorf("with space again, %s: %s %v", e.kind, e.body, e.lost)
		}
	}
	for _, u := range l.users {
		u.refreshToken()
	}

	// Also one that is killed and started again has all that it had, while there is no space.
	small.fill(0)
	server.kill()
	aside := filepath.Join(t.TempDir(), "latchkey.db")
	for _, suffix := range []string{"", "-wal"} {
		small.copy("latchkey.db"+suffix, aside+suffix)
	}
	db, err := sql.Open("sqlite", aside)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read
	each(t, db, "PRAGMA integrity_check", func(v []string) {
		if v[0] != "ok" {
			t.Error(v[0])
		}
	})
	now, generations := read(t, db), map[string]string{}
	now.expectWhole(t)
	each(t, db, "SELECT id, generation FROM sessions", func(v []string) { generations[v[0]] = v[1] })
	for _, u := range l.users {
		u.settle(now, generations)
	}
	again := here.serve(t)
	if a := again.ask(ada.access, me, nil); !a.ok() {
		t.Error(a.body, a.lost)
	}
	small.empty()
	if a := again.ask(ada.access, logOut, nil); !a.ok() {
		t.Error(a.body, a.lost)
	}
}
