package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"latchkey/internal/auth"
	"latchkey/internal/bulk"
)

type usersImport struct {
	File   string   `arg:"" help:"NDJSON, or CSV if it ends in .csv; - for standard input."`
	Format string   `enum:"auto,ndjson,csv" default:"auto" help:"ndjson or csv, whatever the file is called."`
	Column []string `sep:"none" placeholder:"FIELD=COLUMN" help:"The column of a CSV file that a field is in, if it is called otherwise; one flag for each."`
	Update bool     `help:"Change accounts that are there already; else they are left as they are."`
	DryRun bool     `help:"Write nothing, and tell what would be done."`
	JSON   bool     `name:"json" help:"Print the summary in JSON."`
}

// Run imports accounts.
func (u *usersImport) Run(ctx context.Context, h *host) error {
	file, size, err := u.open(h.stdin)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	progress := newProgress(h.stderr, size)
	records, err := u.recordsUnless(ctx, progress.reader(file))
	if err != nil {
		return u.explain(err)
	}
	return h.withRules(ctx, func(rules *auth.Service) error {
		s := importSummary{DryRun: u.DryRun}
		defer s.record(ctx, h.audit())
		imports := rules.Import(auth.ImportOptions{Update: u.Update, DryRun: u.DryRun, CPUTime: cpuTime})
		err := runImport(ctx, imports, records, func(batch []*auth.Candidate) {
			s.count(batch)
			progress.report(batch)
		})
		progress.end()
		if csv, ok := records.(*bulk.CSVReader); ok {
			s.IgnoredColumns = csv.Ignored()
		}
		err = u.explain(s.with(err))
		return errors.Join(s.print(h.stdout, u.JSON), err)
	})
}

// explain names the file in what is said of it as a whole.
func (u *usersImport) explain(err error) error {
	name := u.File
	if name == "-" {
		name = "standard input"
	}
	var wrong bulk.WrongFile
	switch {
	case errors.As(err, &wrong):
		return misused{fmt.Errorf("%s: %w", name, err)}
	case errors.Is(err, bulk.ErrEmpty):
		return fmt.Errorf("%s: %w", name, err)
	}
	return err
}

// open returns the file, and its size if that is known.
func (u *usersImport) open(stdin io.Reader) (io.ReadCloser, int64, error) {
	file := io.NopCloser(stdin)
	known, isFile := stdin.(*os.File)
	if u.File != "-" {
		opened, err := os.Open(u.File)
		if err != nil {
			return nil, 0, err
		}
		file, known, isFile = opened, opened, true
	}
	if isFile {
		info, err := known.Stat()
		switch {
		case err == nil && info.IsDir():
			return nil, 0, errors.Join(errors.New(u.File+" is a directory"), file.Close())
		case err == nil && info.Mode().IsRegular():
			return file, info.Size(), nil
		}
	}
	return file, 0, nil
}

// recordsUnless gives up when ctx is done: standard input may bring nothing for long, and its first bytes are waited for.
func (u *usersImport) recordsUnless(ctx context.Context, file io.Reader) (bulk.Reader, error) {
	known := make(chan struct{})
	var opened bulk.Reader
	var problem error
	go func() {
		opened, problem = u.records(file)
		close(known)
	}()
	select {
	case <-ctx.Done():
		return nil, errors.New("interrupted")
	case <-known:
		return opened, problem
	}
}

func (u *usersImport) records(file io.Reader) (bulk.Reader, error) {
	if u.Format == "csv" || u.Format == "auto" && strings.EqualFold(filepath.Ext(u.File), ".csv") {
		return bulk.CSV(file, u.Column)
	}
	if len(u.Column) > 0 {
		return nil, misused{errors.New("--column is for CSV: say --format=csv if this is")}
	}
	return bulk.NDJSON(file)
}

// A batch is written in one transaction, of some 30 ms. Passwords in clear take 30 ms each, and the more of them are in a batch, the
// more are lost when the import is broken off.
const (
	importBatch     = 500
	importPasswords = 50
)

// fileError is why a file can't be read on.
type fileError struct{ error }

func (f fileError) Unwrap() error { return f.error }

// runImport reads and judges records in one goroutine, and writes them in another one. done gets each batch in the order of the
// file, also the one in which an error occurred.
func runImport(ctx context.Context, imports *auth.Import, records bulk.Reader, done func([]*auth.Candidate)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []*auth.Candidate, 2)
	read := make(chan error, 1)
	go func() {
		read <- readBatches(ctx, imports, records, batches)
		close(batches)
	}()
	for {
		select {
		case <-ctx.Done(): // even while nothing comes from standard input
			return ctx.Err()
		case batch, more := <-batches:
			if !more {
				return <-read
			}
			err := imports.Write(ctx, batch)
			done(batch)
			if err != nil {
				return err
			}
		}
	}
}

func readBatches(ctx context.Context, imports *auth.Import, records bulk.Reader, batches chan<- []*auth.Candidate) error {
	for over := error(nil); over == nil; {
		var batch []*auth.Candidate
		for passwords := 0; len(batch) < importBatch && passwords < importPasswords; {
			var record *bulk.Record
			if record, over = records.Next(); over != nil {
				break
			}
			candidate := imports.Check(record)
			if candidate.HasPassword() {
				passwords++
			}
			batch = append(batch, candidate)
		}
		if len(batch) > 0 {
			select {
			case batches <- batch:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if over != nil && !errors.Is(over, io.EOF) {
			return fileError{over}
		}
	}
	return nil
}
