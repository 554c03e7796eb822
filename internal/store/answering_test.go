package store_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"latchkey/internal/store"
	"latchkey/internal/testdb"
)

func TestWatchNoticesThatMySQLHangsAndThatItIsBack(t *testing.T) {
	t.Parallel()
	gate := testdb.NewGate(t, testdb.MariaDB(t))
	gate.Open()
	db := testdb.OpenMigrated(t, gate.URL)
	log, text := logTo(t)
	answering := db.Answering()
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { db.Watch(ctx, log) })

	gate.Stall()
	<-answering.Done()
	if cause := context.Cause(answering); !store.Unavailable(cause) {
		t.Errorf("the cause is %v", cause)
	}
	gate.Close() // it refuses connections now
	if db.Answering().Err() == nil {
		t.Error("it answers")
	}
	gate.Open()
	back := db.Answering()
	for back.Err() != nil {
		time.Sleep(10 * time.Millisecond)
		back = db.Answering()
	}
	if answering.Err() == nil {
		t.Error("what has ended has begun again")
	}
	stop()
	watching.Wait()
	if strings.Count(text.String(), "does not answer") != 1 || strings.Count(text.String(), "answers again") != 1 {
		t.Error(text)
	}
}

// A refusal is no reason to refuse everything: those who are connected are served.
func TestWatchTakesARefusalForAnAnswer(t *testing.T) {
	t.Parallel()
	db := testdb.Open(t, strings.Replace(testdb.MariaDB(t), "root", "nobody", 1))
	log, text := logTo(t)
	if err := db.Wait(t.Context(), 0, log); err == nil {
		t.Fatal("it lets nobody in")
	}
	expectAnswering(t, db, log)
	if text.Len() > 0 {
		t.Error(text)
	}
}

func TestSQLiteAlwaysAnswers(t *testing.T) {
	t.Parallel()
	log, _ := logTo(t)
	expectAnswering(t, testdb.Open(t, testdb.SQLite(t)), log)
}

func expectAnswering(t *testing.T, db *store.DB, log *slog.Logger) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(time.Second, stop) // after more than one look
	db.Watch(ctx, log)
	if err := context.Cause(db.Answering()); err != nil {
		t.Error(err)
	}
}
