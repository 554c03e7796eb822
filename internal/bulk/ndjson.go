package bulk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

type ndjson struct {
	lines *bufio.Reader
	line  int
	any   bool // whether there was a record
}

// NDJSON reads one JSON object a line. Blank lines are skipped, null is absent, and a field that is not known is refused: it
// is more likely a slip than something to lose. The error is a WrongFile, or that of reading.
func NDJSON(file io.Reader) (Reader, error) {
	lines, begin, err := start(file, gzipped+" (with --format=csv if it is CSV)")
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(begin), []byte("[")) {
		return nil, WrongFile("this is one JSON array: jq -c '.[]' FILE | latchkey users import -")
	}
	return &ndjson{lines: lines}, nil
}

// Next implements Reader.
func (n *ndjson) Next() (*Record, error) {
	for {
		text, tooLong, err := n.readLine()
		if errors.Is(err, io.EOF) && !n.any {
			return nil, ErrEmpty
		}
		if err != nil {
			return nil, err
		}
		r := &Record{Line: n.line}
		switch text = bytes.TrimSpace(text); {
		case tooLong:
			r.refuse("", "The line is longer than 64 KiB.")
		case len(text) == 0:
			continue
		case !utf8.Valid(text):
			r.refuse("", "The line is not UTF-8.")
		default:
			r.readObject(text)
		}
		n.any = true
		return r, nil
	}
}

// readLine returns the next line, which is good until the following one is read.
func (n *ndjson) readLine() (text []byte, tooLong bool, err error) {
	n.line++
	text, err = n.lines.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = n.lines.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && (len(text) > 0 || tooLong) {
		err = nil // the last line need not end
	}
	return text, tooLong, err
}

func (r *Record) readObject(text []byte) {
	if !json.Valid(text) || text[0] != '{' {
		r.refuse("", "This is not one JSON object.")
		return
	}
	seen := make([]string, 0, len(Fields))
	members := json.NewDecoder(bytes.NewReader(text))
	_, _ = members.Token() // the brace; that all of it is JSON is known
	for members.More() {
		token, _ := members.Token()
		name, _ := token.(string)
		var value json.RawMessage
		if err := members.Decode(&value); err != nil {
			r.refuse("", "This is not one JSON object.")
			return
		}
		switch {
		case !slices.Contains(Fields, name):
			r.refuse("", unknown(name))
		case slices.Contains(seen, name):
			r.refuse(name, "The field is there twice.")
		default:
			seen = append(seen, name)
			r.set(name, value)
		}
	}
}

// set takes a member of the object. Databases write booleans as 0 and 1.
func (r *Record) set(field string, value json.RawMessage) {
	literal := string(value)
	var text string
	isText := value[0] == '"' && json.Unmarshal(value, &text) == nil
	switch kept := r.text(field); {
	case literal == "null":
	case field == "disabled" && slices.Contains([]string{"true", "false", "0", "1"}, literal):
		r.setDisabled(literal)
	case field == "disabled":
		r.refuse(field, "This is not true or false.")
	case !isText:
		r.refuse(field, "This is not a text in quotation marks.")
	case kept != nil:
		*kept = &text
	default:
		r.setTime(text)
	}
}

// unknown names a field, if it looks like one: a file that is wrong altogether has anything in its place.
func unknown(name string) string {
	if !isName(name) {
		return "There is a field that is not known."
	}
	return "The field " + name + " is not known."
}

// isName tells whether text can be shown as the name of a field or column.
func isName(text string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. "
	foreign := func(r rune) bool { return !strings.ContainsRune(letters, r) }
	return text != "" && len(text) <= 40 && !strings.ContainsFunc(text, foreign)
}
