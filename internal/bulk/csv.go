package bulk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// CSVReader reads comma-separated values (RFC 4180).
type CSVReader struct {
	rows     *csv.Reader
	source   *bounded
	lastLine int      // where the last record begins; at first the header
	columns  []string // the field of each; "" for none
	ignored  []string
	any      bool  // whether there was a record
	broken   error // why nothing more can be read
}

// CSV reads accounts from lines under a header. Columns that are called as a field are that field; mapping adds others, as in
// email=mail. All other columns are left out: see Ignored. An empty cell is absent. The error is a WrongFile, also for a header
// or a mapping that doesn't fit, or ErrEmpty, or that of reading.
func CSV(file io.Reader, mapping []string) (*CSVReader, error) {
	text, begin, err := start(file, gzipped+" --format=csv")
	if err != nil {
		return nil, err
	}
	firstLine, _, _ := bytes.Cut(bytes.TrimLeft(begin, "\r\n"), []byte("\n"))
	semicolons := hasSemicolons(string(firstLine)) // csv reuses the buffer
	source := &bounded{from: text}
	rows := csv.NewReader(source)
	rows.ReuseRecord = true
	source.more()
	header, err := rows.Read()
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case semicolons, len(header) == 1 && hasSemicolons(header[0]):
		return nil, WrongFile("the first line has semicolons: the names of the columns, and the cells, have to be separated by commas")
	case errors.As(err, &wrong), errors.Is(err, errRecordTooLong):
		return nil, WrongFile("the first line is not a header: the names of the columns, separated by commas")
	case err != nil:
		return nil, err
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	line, _ := rows.FieldPos(0)
	c := &CSVReader{rows: rows, source: source, lastLine: line, columns: make([]string, len(header))}
	if err := c.mapColumns(header, mapping); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *CSVReader) mapColumns(header, mapping []string) error {
	columns := map[string]string{}
	for _, field := range Fields {
		if slices.Contains(header, field) {
			columns[field] = field
		}
	}
	mapped := map[string]bool{}
	for _, pair := range mapping {
		field, column, both := strings.Cut(pair, "=")
		switch {
		case !both || !slices.Contains(Fields, field):
			return WrongFile("a column is given as FIELD=COLUMN, with one of the fields " + strings.Join(Fields, ", "))
		case mapped[field]:
			return WrongFile("two columns are given for the field " + field)
		case !slices.Contains(header, column):
			return WrongFile("the column given for the field " + field + " is not in the first line")
		}
		mapped[field], columns[field] = true, column
	}
	if columns["email"] == "" && columns["username"] == "" || columns["password"] == "" && columns["passwordHash"] == "" {
		return WrongFile("the first line has to name a column for email or username, and one for passwordHash or password; " +
			"others are given as in `--column email=mail`")
	}
	return c.assign(header, columns)
}

func hasSemicolons(line string) bool {
	return strings.Contains(line, ";") && !strings.Contains(line, ",")
}

// assign says for each column which field it is. One column is one field.
func (c *CSVReader) assign(header []string, columns map[string]string) error {
	for i, name := range header {
		for _, field := range Fields {
			switch column, given := columns[field]; {
			case !given || column != name:
			case c.columns[i] != "":
				return WrongFile("one column is given for the fields " + c.columns[i] + " and " + field)
			case slices.Contains(header[:i], name):
				return WrongFile("two columns have the name that the field " + field + " is read from")
			default:
				c.columns[i] = field
			}
		}
		if c.columns[i] == "" {
			if !isName(name) {
				name = fmt.Sprintf("number %d", i+1)
			}
			c.ignored = append(c.ignored, name)
		}
	}
	return nil
}

// Ignored are the columns that are not read.
func (c *CSVReader) Ignored() []string { return c.ignored }

// Next implements Reader.
func (c *CSVReader) Next() (*Record, error) {
	if c.broken != nil {
		return nil, c.broken
	}
	c.source.more()
	cells, err := c.rows.Read()
	var wrong *csv.ParseError
	switch {
	case errors.As(err, &wrong):
		return c.refused(wrong), nil
	case errors.Is(err, errRecordTooLong):
		c.broken = fmt.Errorf("after line %d: %w", c.lastLine, err)
		return nil, c.broken
	case errors.Is(err, io.EOF) && !c.any:
		return nil, ErrEmpty
	case err != nil:
		return nil, err
	}
	c.any = true
	line, _ := c.rows.FieldPos(0)
	c.lastLine = line
	r := &Record{Line: line}
	for i, cell := range cells {
		if c.columns[i] != "" {
			r.setCell(c.columns[i], cell)
		}
	}
	return r, nil
}

// refused is a record that is not one. A wrong quotation mark ends the file: it may have taken the records after it for a cell.
func (c *CSVReader) refused(wrong *csv.ParseError) *Record {
	c.any, c.lastLine = true, wrong.StartLine
	r := &Record{Line: wrong.StartLine}
	if errors.Is(wrong, csv.ErrFieldCount) {
		r.refuse("", fmt.Sprintf("The line has not as many cells as the first one, which has %d.", len(c.columns)))
		return r
	}
	r.refuse("", "A quotation mark is not where it belongs.")
	c.broken = fmt.Errorf("after line %d a quotation mark is not where it belongs, and what follows can't be told apart", wrong.StartLine-1)
	return r
}

// setCell takes a cell. MySQL writes NULL as \N.
func (r *Record) setCell(field, cell string) {
	switch kept := r.text(field); {
	case cell == "" || cell == `\N`:
	case !utf8.ValidString(cell):
		r.refuse(field, "This is not UTF-8.")
	case kept != nil:
		*kept = &cell
	case field == "disabled":
		r.setDisabled(cell)
	default:
		r.setTime(cell)
	}
}

var errRecordTooLong = errors.New("a record is longer than 64 KiB: is a quotation mark not closed?")

// bounded lets through one record at a time: a quotation mark that is never closed would bring all of the file into memory.
type bounded struct {
	from io.Reader
	left int
}

// more allows for another record, and for what a bufio.Reader reads ahead.
func (b *bounded) more() { b.left = maxRecord + 4096 }

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRecordTooLong
	}
	n, err := b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
