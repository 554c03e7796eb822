package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// WrongFile is the error of a file that is not of the kind, or does not have the columns, that were asked for. Nothing of it
// has been read as a record.
type WrongFile string

func (w WrongFile) Error() string { return string(w) }

// ErrEmpty is the error of a file without a record: more likely one that was not written than nobody to bring in.
var ErrEmpty = errors.New("there is no record in it")

var byteOrderMark = []byte("\ufeff")

// kinds are known by their first bytes. Read as text, each of their lines would be refused for a reason that helps nobody.
var kinds = []struct {
	begin  string
	reason WrongFile
}{
	{"PK\x03\x04", "the file is a spreadsheet or a zip archive: save it as CSV"},
	{"\xff\xfe", "the file is UTF-16: save it as UTF-8"},
	{"\xfe\xff", "the file is UTF-16: save it as UTF-8"},
}

const gzipped = "the file is compressed: gunzip -c FILE | latchkey users import -"

// start returns the file as text, from after its byte order mark, and what of it has come already. compressed is what to
// say of a gzip file.
func start(file io.Reader, compressed WrongFile) (text *bufio.Reader, begin []byte, err error) {
	text = bufio.NewReaderSize(file, maxRecord)
	const longest = 4
	if begin, err = text.Peek(longest); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if bytes.HasPrefix(begin, []byte("\x1f\x8b")) {
		return nil, nil, compressed
	}
	for _, kind := range kinds {
		if bytes.HasPrefix(begin, []byte(kind.begin)) {
			return nil, nil, kind.reason
		}
	}
	if bytes.HasPrefix(begin, byteOrderMark) {
		_, _ = text.Discard(len(byteOrderMark)) // they are there
	}
	begin, _ = text.Peek(text.Buffered())
	return text, begin, nil
}
