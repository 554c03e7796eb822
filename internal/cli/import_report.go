package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/cheggaaa/pb/v3"

	"latchkey/internal/audit"
	"latchkey/internal/auth"
	"latchkey/internal/bulk"
	"latchkey/internal/store"
)

// importSummary is what an import did.
type importSummary struct {
	Added          int      `json:"added"`
	Updated        int      `json:"updated"`
	Left           int      `json:"left"`
	Refused        int      `json:"refused"`
	Used           int      `json:"used"` // of those left
	IgnoredColumns []string `json:"ignoredColumns,omitempty"`
	DryRun         bool     `json:"dryRun"`
	Complete       bool     `json:"complete"` // whether all of the file was read
}

func (s *importSummary) count(batch []*auth.Candidate) {
	for _, c := range batch {
		switch c.Outcome {
		case auth.Added:
			s.Added++
		case auth.Updated:
			s.Updated++
		case auth.Left:
			s.Left++
		case auth.Refused:
			s.Refused++
		case auth.Pending:
			continue
		}
		if c.Used {
			s.Used++
		}
	}
}

// record records what was written, the accounts together: the old system knows what was done to each of them.
func (s *importSummary) record(ctx context.Context, trail *audit.Log) {
	if !s.DryRun && s.Added+s.Updated > 0 {
		trail.Record(ctx, audit.Event{Name: audit.UsersImported, Actor: audit.Operator, Details: []slog.Attr{
			slog.Int("added", s.Added), slog.Int("updated", s.Updated),
		}})
	}
}

// with notes how the import ended, and returns what to fail with.
func (s *importSummary) with(err error) error {
	s.Complete = err == nil
	var file fileError
	switch {
	case errors.Is(err, context.Canceled):
		return errors.New("interrupted: run it again for the rest")
	case errors.Is(err, bulk.ErrEmpty):
		return err
	case errors.As(err, &file):
		return fmt.Errorf("stopped: %w: mend it and run it again", err)
	case store.Unavailable(err), errors.Is(err, store.ErrOutcomeUnknown):
		return fmt.Errorf("stopped: %w: run it again for the rest", store.Redact(err))
	case err != nil:
		return fmt.Errorf("stopped: %w", store.Redact(err))
	case s.Refused > 0 && s.DryRun:
		return fmt.Errorf("%d refused", s.Refused)
	case s.Refused > 0:
		return fmt.Errorf("%d refused, the others are in", s.Refused)
	}
	return nil
}

func (s *importSummary) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(s)
	}
	text := fmt.Sprintf("%d added, %d updated, %d left as they were, %d refused\n", s.Added, s.Updated, s.Left, s.Refused)
	if s.DryRun {
		text = "dry run, nothing is written: " + text
	}
	if s.Used > 0 {
		text += fmt.Sprintf("of those left, %d have been used or changed here since they were imported\n", s.Used)
	}
	if len(s.IgnoredColumns) > 0 {
		text += "columns left out: " + strings.Join(s.IgnoredColumns, ", ") + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// progress shows refused records as they come, and on a terminal how far it is.
type progress struct {
	w   io.Writer
	bar *pb.ProgressBar // nil where nobody looks on
}

func newProgress(stderr io.Writer, size int64) *progress {
	p := &progress{w: stderr}
	if isTerminal(stderr) {
		p.bar = pb.New64(size).SetWriter(stderr).Set(pb.Bytes, true).Set(pb.Static, true).Start()
	}
	return p
}

// reader counts what is read from file.
func (p *progress) reader(file io.Reader) io.Reader {
	if p.bar == nil {
		return file
	}
	return p.bar.NewProxyReader(file)
}

func (p *progress) report(batch []*auth.Candidate) {
	var lines strings.Builder
	for _, c := range batch {
		for _, problem := range c.Problems {
			fmt.Fprintf(&lines, "line %d: ", c.Line)
			if problem.Field != "" {
				fmt.Fprintf(&lines, "%s: ", problem.Field)
			}
			fmt.Fprintln(&lines, problem.Message)
		}
	}
	if p.bar != nil && lines.Len() > 0 {
		fmt.Fprint(p.w, "\r\x1b[K") //nolint:errcheck // it is only for the eyes
	}
	fmt.Fprint(p.w, lines.String()) //nolint:errcheck // there is nowhere else to complain
	if p.bar != nil {
		p.bar.Write()
	}
}

func (p *progress) end() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
