package bulk_test

import (
	"strings"
	"testing"

	"latchkey/internal/bulk"
)

// No file makes a reader panic or go on for ever, and lines only go forward.
func forward(t *testing.T, r bulk.Reader, file string) {
	t.Helper()
	last := 0
	for range len(file) + 1 {
		record, err := r.Next()
		if err != nil {
			return
		}
		if record.Line <= last || record.Line > strings.Count(file, "\n")+1 {
			t.Fatalf("line %d after line %d", record.Line, last)
		}
		last = record.Line
	}
	t.Fatal("there is no end")
}

func FuzzNDJSON(f *testing.F) {
	for _, seed := range []string{
		"", "{}\n{", `{"email":"a@example.org","name":null,"disabled":1}`, "\ufeff\n\n{\"a\":{\"b\":[]}}", `{"name":"\ud800","name":1}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if r, err := bulk.NDJSON(strings.NewReader(file)); err == nil {
			forward(t, r, file)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, seed := range [][2]string{
		{"email,password\na,b\n", ""}, {"mail,password\n\"a\n\",b\n\nc,\"", "email=mail"}, {"\ufeffusername,password,createdAt,disabled\r\na,b,2020-01-01 00:00:00,t", "name=x"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, file, mapping string) {
		var mappings []string
		if mapping != "" {
			mappings = []string{mapping}
		}
		r, err := bulk.CSV(strings.NewReader(file), mappings)
		if err == nil {
			forward(t, r, file)
		}
	})
}
