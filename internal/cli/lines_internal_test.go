package cli

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"latchkey/internal/requestid"
)

func TestEveryLineIsWrittenWholeAndInOrder(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 500
	var written bytes.Buffer
	log := newLines(&written)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range each {
				fmt.Fprintf(log, "%d %d\n", writer, i) //nolint:errcheck // it never fails
			}
		})
	}
	group.Wait()
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	var next [writers]int
	for line := range strings.Lines(written.String()) {
		var writer, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &writer, &i); err != nil || i != next[writer] {
			t.Fatalf("%q, %v; want line %d", line, err, next[writer])
		}
		next[writer]++
	}
	for writer, lines := range next {
		if lines != each {
			t.Errorf("%d lines of writer %d, want %d", lines, writer, each)
		}
	}
}

// A request that logs does not wait for whoever reads the log, until there is too much that nobody has read.
func TestNobodyWaitsForTheReaderOfTheLogWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	reader, to := io.Pipe()
	log := newLines(to)
	line := bytes.Repeat([]byte("x"), 1<<10)
	for range maxPending/len(line) + 1 { // nobody reads
		_, _ = log.Write(line)
	}
	more := make(chan struct{})
	go func() {
		defer close(more)
		for range 3 * maxPending / len(line) {
			_, _ = log.Write(line)
		}
		_ = log.Close()
		_ = to.Close()
	}()
	text, err := io.ReadAll(reader)
	<-more
	if want := (4*maxPending/len(line) + 1) * len(line); err != nil || len(text) != want {
		t.Errorf("%d bytes, %v; want %d", len(text), err, want)
	}
	if capacity := cap(log.pending); capacity > 4*maxPending {
		t.Errorf("%d bytes for what nobody had read", capacity)
	}
}

// What is no request's own line is written once it is logged: a kill does not take the audit trail with it.
func TestWhatIsNoRequestIsWrittenOnceItIsLogged(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	log := newLines(&written)
	logger := slog.New(kept{slog.NewJSONHandler(log, nil), log}).With("a", 1).WithGroup("b")
	for range 200 {
		logger.Info(requestid.Message)
		logger.Info("login", "userId", 7)
		log.mu.Lock()
		last := bytes.LastIndexByte(bytes.TrimSuffix(written.Bytes(), []byte("\n")), '\n')
		if text := string(written.Bytes()[last+1:]); !strings.Contains(text, `"msg":"login","a":1,"b":{"userId":7}`) {
			t.Fatalf("the last line is %q", text)
		}
		log.mu.Unlock()
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	logger.Error("late")
	if text := written.String(); !strings.Contains(text, "late") {
		t.Error("what came after the end is lost")
	}
}

func TestALineIsWrittenWithoutAnotherOne(t *testing.T) {
	t.Parallel()
	reader, to := io.Pipe()
	log := newLines(to)
	_, _ = io.WriteString(log, "ready\n")
	got := make([]byte, 6)
	if _, err := io.ReadFull(reader, got); err != nil || string(got) != "ready\n" {
		t.Errorf("%q, %v", got, err)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}
