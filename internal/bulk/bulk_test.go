package bulk_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"latchkey/internal/bulk"
)

// read returns the records of a file, each on a line, and the error at its end.
func read(r bulk.Reader) (string, error) {
	var all strings.Builder
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all.String(), nil
		}
		if err != nil {
			return all.String(), err
		}
		all.WriteString(describe(record) + "\n")
	}
}

func describe(r *bulk.Record) string {
	text := fmt.Sprint(r.Line)
	for _, member := range []struct {
		name  string
		value *string
	}{{"email", r.Email}, {"username", r.Username}, {"name", r.Name}, {"role", r.Role}, {"hash", r.PasswordHash}, {"password", r.Password}} {
		if member.value != nil {
			text += fmt.Sprintf(" %s=%q", member.name, *member.value)
		}
	}
	if r.Disabled != nil {
		text += fmt.Sprint(" disabled=", *r.Disabled)
	}
	if r.CreatedAt != nil {
		text += " at=" + r.CreatedAt.Format(time.RFC3339Nano)
	}
	for _, problem := range r.Problems {
		text += " [" + problem.Field + ": " + problem.Message + "]"
	}
	return text
}

const (
	noObject = " [: This is not one JSON object.]"
	noTime   = " [createdAt: This is not a time like 2006-01-02T15:04:05Z or 2006-01-02 15:04:05 (UTC).]"
	noBool   = " [disabled: This is not true or false.]"
	noText   = ": This is not a text in quotation marks.]"
)

func TestNDJSON(t *testing.T) {
	t.Parallel()
	long := `{"name":"` + strings.Repeat("x", 70<<10) + `"}`
	for name, c := range map[string]struct{ file, want string }{
		"every field":             {`{"email":"e","username":"u","name":"n","role":"r","disabled":true,"createdAt":"2020-01-02T03:04:05.678+01:00","passwordHash":"h","password":"p"}`, `1 email="e" username="u" name="n" role="r" hash="h" password="p" disabled=true at=2020-01-02T02:04:05.678Z`},
		"null is absent":          {`{"email":null,"disabled":null,"createdAt":null,"name":""}`, `1 name=""`},
		"blank lines":             {"\n \r\n{\"name\":\"n\"}\r\n\n", `3 name="n"`},
		"a byte order mark":       {"\ufeff{\"name\":\"n\"}\n{}", "1 name=\"n\"\n2"},
		"another mark":            {"{}\n\ufeff{}", "1\n2" + noObject},
		"times":                   {`{"createdAt":"2020-01-02 03:04:05"}` + "\n" + `{"createdAt":"2020-01-02 03:04:05.123456"}` + "\n" + `{"createdAt":"2020-01-02 03:04:05.5+02"}` + "\n" + `{"createdAt":"2020-01-02 03:04:05+00:00"}` + "\n" + `{"createdAt":"2020-01-02T03:04:05.5"}`, "1 at=2020-01-02T03:04:05Z\n2 at=2020-01-02T03:04:05.123456Z\n3 at=2020-01-02T01:04:05.5Z\n4 at=2020-01-02T03:04:05Z\n5 at=2020-01-02T03:04:05.5Z"},
		"dates and other zones":   {`{"createdAt":"2020-01-02"}` + "\n" + `{"createdAt":"2020-01-02T03:04:05+0530"}` + "\n" + `{"createdAt":"2020-01-02 03:04:05.5-0530"}` + "\n" + `{"createdAt":"2020-01-02 03:04:05 +0000"}`, "1 at=2020-01-02T00:00:00Z\n2 at=2020-01-01T21:34:05Z\n3 at=2020-01-02T08:34:05.5Z\n4 at=2020-01-02T03:04:05Z"},
		"no dates":                {`{"createdAt":"2020-02-30"}` + "\n" + `{"createdAt":"02/01/2020"}`, "1" + noTime + "\n2" + noTime},
		"no times":                {`{"createdAt":"0000-00-00 00:00:00"}` + "\n" + `{"createdAt":"yesterday"}` + "\n" + `{"createdAt":1577934245}`, "1" + noTime + "\n2" + noTime + "\n3 [createdAt" + noText},
		"booleans as numbers":     {`{"disabled":1}` + "\n" + `{"disabled":0}`, "1 disabled=true\n2 disabled=false"},
		"no booleans":             {`{"disabled":"true"}` + "\n" + `{"disabled":2}` + "\n" + `{"disabled":[]}`, "1" + noBool + "\n2" + noBool + "\n3" + noBool},
		"wrong types":             {`{"email":1,"name":{"a":"b"},"password":["x"],"role":true}`, "1 [email" + noText + " [name" + noText + " [password" + noText + " [role" + noText},
		"twice":                   {`{"email":"a","email":"b"}`, `1 email="a" [email: The field is there twice.]`},
		"a slip":                  {`{"lastname":"x","name":"n"}`, `1 name="n" [: The field lastname is not known.]`},
		"another case":            {`{"Email":"x"}`, `1 [: The field Email is not known.]`},
		"a field that is no name": {`{"hunter2\u001b[2J":{"a":[1,2]}}`, `1 [: There is a field that is not known.]`},
		"not JSON":                {"hunter2\n{}", "1" + noObject + "\n2"},
		"half an object":          {`{"name":"n"` + "\n{}", "1" + noObject + "\n2"},
		"two objects":             {`{} {}`, "1" + noObject},
		"an array in a line":      {"{}\n[{}]", "1\n2" + noObject},
		"a text":                  {`"hunter2"`, "1" + noObject},
		"not UTF-8":               {"{\"name\":\"\xff\"}\n{}", "1 [: The line is not UTF-8.]\n2"},
		"a lone surrogate":        {`{"name":"\ud800"}`, `1 name="` + "\ufffd" + `"`},
		"a long line":             {long + "\n{}\n" + long, "1 [: The line is longer than 64 KiB.]\n2\n3 [: The line is longer than 64 KiB.]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := bulk.NDJSON(iotest.HalfReader(strings.NewReader(c.file)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(r)
			if strings.TrimSuffix(got, "\n") != c.want || err != nil {
				t.Errorf("%v\n%swant\n%s", err, got, c.want)
			}
			if strings.Contains(got, "hunter2") {
				t.Errorf("repeats a value: %s", got)
			}
		})
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file    string
		mapping []string
		want    string
	}{
		"every field":             {"email,username,name,role,disabled,createdAt,passwordHash,password\ne,u,n,r,T,2020-01-02 03:04:05,h,p\n", nil, `2 email="e" username="u" name="n" role="r" hash="h" password="p" disabled=true at=2020-01-02T03:04:05Z`},
		"an empty cell is absent": {"email,name,disabled,createdAt,password\n,,,,\n\"\",\\N,\\N,\\N,p", nil, "2\n3 password=\"p\""},
		"other names":             {"mail,id,hash,full name\ne,1,h,n\n", []string{"email=mail", "passwordHash=hash", "name=full name"}, `2 email="e" name="n" hash="h"`},
		"a mapping wins":          {"email,mail,password\nold,new,p\n", []string{"email=mail"}, `2 email="new" password="p"`},
		"a mark and CRLF":         {"\ufeffemail, password \r\ne,p\r\n\r\nf,q\r\n", nil, "2 email=\"e\" password=\"p\"\n4 email=\"f\" password=\"q\""},
		"line breaks in cells":    {"email,name,password\na,\"x\ny\",p\nb,z,q\n", nil, "2 email=\"a\" name=\"x\\ny\" password=\"p\"\n4 email=\"b\" name=\"z\" password=\"q\""},
		"a cell too few":          {"email,password\na\nb,c", nil, "2 [: The line has not as many cells as the first one, which has 2.]\n3 email=\"b\" password=\"c\""},
		"not UTF-8":               {"email,password\na,\xffhunter2\nb,c", nil, "2 email=\"a\" [password: This is not UTF-8.]\n3 email=\"b\" password=\"c\""},
		"no time, no boolean":     {"email,password,createdAt,disabled\na,b,1577934245,yes\n", nil, `2 email="a" password="b"` + noTime + noBool},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := bulk.CSV(iotest.HalfReader(strings.NewReader(c.file)), c.mapping)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(r)
			if strings.TrimSuffix(got, "\n") != c.want || err != nil {
				t.Errorf("%v\n%swant\n%s", err, got, c.want)
			}
			if strings.Contains(got, "hunter2") {
				t.Errorf("repeats a value: %s", got)
			}
		})
	}
}

// A mark opens or closes a cell, so that after a wrong one nobody knows where the next record begins.
func TestCSVEndsWithTheFirstQuotationMarkThatIsWrong(t *testing.T) {
	t.Parallel()
	const quote = " [: A quotation mark is not where it belongs.]\n"
	for name, c := range map[string]struct{ file, want, err string }{
		"a stray one":              {"email,password\na,b\na,hun\"ter2\nb,c", "2 email=\"a\" password=\"b\"\n3" + quote, "after line 2 a quotation mark is not"},
		"an open one":              {"email,password\na,b\n\nc,\"hunter2\ne,f\n", "2 email=\"a\" password=\"b\"\n4" + quote, "after line 3 a quotation mark is not"},
		"one that another closes":  {"email,password\nc,\"hunter2\ne,\"f\"\ng,h\n", "2" + quote, "after line 1 a quotation mark is not"},
		"a record that is no end":  {"email,password\nc,\"" + strings.Repeat("hunter2\n", 10_000), "", "after line 1: a record is longer than 64 KiB"},
		"one after a short record": {"email,password\na\nc,\"" + strings.Repeat("hunter2\n", 10_000), "2 [: The line has not as many cells as the first one, which has 2.]\n", "after line 2: a record is longer than 64 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := bulk.CSV(iotest.HalfReader(strings.NewReader(c.file)), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(r)
			if got != c.want || err == nil || !strings.HasPrefix(err.Error(), c.err) || strings.Contains(got+err.Error(), "hunter2") {
				t.Errorf("%v\n%swant\n%s", err, got, c.want)
			}
			if _, again := r.Next(); again == nil || again.Error() != err.Error() {
				t.Errorf("then %v", again)
			}
		})
	}
}

func TestCSVHeaderAndMappingThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file    string
		mapping []string
		want    string
	}{
		"an open quotation mark":     {"\"" + strings.Repeat("hunter2,\n", 10000), nil, "not a header"},
		"data instead of a header":   {"ada@example.org,hunter2\n", nil, "has to name a column"},
		"nobody to be found":         {"name,password\n", nil, "email or username"},
		"no password":                {"email,name\n", nil, "passwordHash or password"},
		"a column that is not there": {"email,password\n", []string{"name=hunter2"}, "for the field name is not in the first line"},
		"a field that is not there":  {"email,password\n", []string{"hunter2=email"}, "one of the fields email, username"},
		"half a mapping":             {"email,password\n", []string{"hunter2"}, "FIELD=COLUMN"},
		"two columns for a field":    {"a,b,password\n", []string{"email=a", "email=b"}, "two columns are given for the field email"},
		"two fields from a column":   {"login,password\n", []string{"email=login", "username=login"}, "one column is given for the fields email and username"},
		"two columns with one name":  {"email,email,password\n", nil, "two columns have the name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bulk.CSV(strings.NewReader(c.file), c.mapping)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCSVTellsWhichColumnsItLeavesOut(t *testing.T) {
	t.Parallel()
	r, err := bulk.CSV(strings.NewReader("id,email,password,last name,\x1b[2J\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.Ignored(), "|"); got != "id|last name|number 5" {
		t.Error(got)
	}
}

func TestAnErrorOfTheFileIsPassedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	file := func() io.Reader {
		return io.MultiReader(strings.NewReader("email,password\na,b\n"), iotest.ErrReader(broken))
	}
	table, err := bulk.CSV(file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := bulk.NDJSON(file())
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]bulk.Reader{"CSV": table, "NDJSON": lines} {
		if _, err := read(r); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileThatCanNotBeReadAtAllIsNotAWrongOne(t *testing.T) {
	t.Parallel()
	broken := errors.New("unplugged")
	var wrong bulk.WrongFile
	if _, err := bulk.CSV(iotest.ErrReader(broken), nil); !errors.Is(err, broken) || errors.As(err, &wrong) {
		t.Errorf("CSV: %v", err)
	}
	if _, err := bulk.NDJSON(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.As(err, &wrong) {
		t.Errorf("NDJSON: %v", err)
	}
}

func TestAFileWithoutARecord(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "\n", "\n \r\n", "\ufeff", "\ufeff\n\n"} {
		r, err := bulk.NDJSON(strings.NewReader(file))
		if err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, bulk.ErrEmpty) {
			t.Errorf("NDJSON %q: %v", file, err)
		}
	}
	for _, file := range []string{"", "\n", "\r\n\n", "\ufeff", "\ufeff\n\n", "email,password", "\ufeffemail,password\n\n"} {
		r, err := bulk.CSV(strings.NewReader(file), nil)
		if err == nil {
			_, err = r.Next()
		}
		if !errors.Is(err, bulk.ErrEmpty) {
			t.Errorf("CSV %q: %v", file, err)
		}
	}
}

func TestFilesOfAnotherKind(t *testing.T) {
	t.Parallel()
	const semicolons = "the first line has semicolons: the names of the columns, and the cells, have to be separated by commas"
	for name, c := range map[string]struct{ file, lines, table string }{
		"gzip":                           {"\x1f\x8b\x08\x00hunter2", "gunzip -c FILE | latchkey users import -", "gunzip -c FILE | latchkey users import - --format=csv"},
		"a spreadsheet":                  {"PK\x03\x04hunter2", "save it as CSV", "save it as CSV"},
		"UTF-16":                         {"\xff\xfe{\x00", "the file is UTF-16: save it as UTF-8", "the file is UTF-16: save it as UTF-8"},
		"UTF-16 the other way":           {"\xfe\xff\x00{", "the file is UTF-16: save it as UTF-8", "the file is UTF-16: save it as UTF-8"},
		"an array":                       {"[]", "this is one JSON array: jq -c '.[]' FILE | latchkey users import -", "to name a column"},
		"an array after a mark":          {"\ufeff[\n{}]", "this is one JSON array", "to name a column"},
		"an array after blank lines":     {"\n  [{\"name\":\"hunter2\"}]", "this is one JSON array", "not a header"},
		"semicolons":                     {"email;password\na;hunter2", "", semicolons},
		"semicolons and quotation marks": {"\ufeff\"email\";\"password\"\na;\"hunter2\"", "", semicolons},
		"a file that begins like gzip":   {"\x1fx\n", "", "to name a column"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bulk.NDJSON(strings.NewReader(c.file))
			matches(t, err, c.lines)
			_, err = bulk.CSV(strings.NewReader(c.file), nil)
			matches(t, err, c.table)
		})
	}
	t.Run("that come byte by byte", func(t *testing.T) {
		t.Parallel()
		_, err := bulk.NDJSON(iotest.OneByteReader(strings.NewReader("PK\x03\x04")))
		matches(t, err, "save it as CSV")
	})
}

// matches wants a WrongFile with this in it, or none for "".
func matches(t *testing.T, err error, want string) {
	t.Helper()
	var wrong bulk.WrongFile
	if want == "" && err == nil {
		return
	}
	if want == "" || !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want %q", err, want)
	}
}

// The first line of a file without a header is somebody's, perhaps with a password in clear.
func TestCSVWithOtherColumnsSaysHowToNameThem(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"id,mail,full name", "bob,hunter2"} {
		const want = "the first line has to name a column for email or username, and one for passwordHash or password; others are given as in `--column email=mail`"
		if _, err := bulk.CSV(strings.NewReader(header+"\n"), nil); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// endless is a line, or a cell, without end.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	e.left -= len(p)
	return len(p), nil
}

func TestALineWithoutEndDoesNotFillTheMemory(t *testing.T) { // not parallel: it looks at the memory of the process
	const size = 256 << 20
	readers := map[string]func() bulk.Reader{
		"NDJSON": func() bulk.Reader {
			r, err := bulk.NDJSON(&endless{size})
			if err != nil {
				t.Fatal(err)
			}
			return r
		},
		"CSV": func() bulk.Reader {
			r, err := bulk.CSV(io.MultiReader(strings.NewReader("email,password\na,\""), &endless{size}), nil)
			if err != nil {
				t.Fatal(err)
			}
			return r
		},
	}
	for name, open := range readers {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := read(open())
		runtime.ReadMemStats(&after)
		if !strings.Contains(fmt.Sprint(got, err), "longer than 64 KiB") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4<<20 {
			t.Errorf("%s: %d bytes allocated", name, allocated)
		}
	}
}
