package graph

import (
	"net/http"
	"strings"
	"testing"
)

func TestParseAccept(t *testing.T) {
	t.Parallel()
	const oldFirst, newFirst = oldType + "," + newType, newType + "," + oldType
	for _, c := range []struct {
		name                  string
		values                []string
		prefersNew, allowsNew bool
	}{
		{"no header", nil, false, true},
		{"an empty header", []string{""}, false, true},
		{"anything", []string{"*/*"}, false, true},
		{"any application", []string{"application/*"}, false, true},
		{"the older type", []string{oldType}, false, false},
		{"the newer type", []string{newType}, true, true},
		{"the newer type in capitals", []string{strings.ToUpper(newType)}, true, true},
		{"the newer type with a parameter", []string{newType + "; charset=utf-8"}, true, true},
		{"both, the newer first", []string{newFirst}, true, true},
		{"both, the older first", []string{oldFirst}, true, true},
		{"both in two headers", []string{oldType, newType}, true, true},
		{"the newer liked better", []string{newType + ", " + oldType + ";q=0.9"}, true, true},
		{"the older liked better", []string{newType + ";q=0.8, " + oldType}, false, true},
		{"both liked equally little", []string{newType + ";q=0.1," + oldType + ";q=0.1"}, true, true},
		{"the older, and else anything", []string{oldType + ", */*;q=0.1"}, false, true},
		{"what Apollo Client sends", []string{newType + "," + oldType + ";q=0.9"}, true, true},
		{"what urql sends", []string{newType + ", application/graphql+json, " + oldType + ", text/event-stream, multipart/mixed"}, true, true},
		{"what a browser sends", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, false, true},
		{"other types only", []string{"text/html"}, false, false},
		{"any text", []string{"text/*"}, false, false},
		{"the newer excluded", []string{newType + ";q=0"}, false, false},
		{"the newer excluded, the older allowed", []string{newType + ";q=0, " + oldType}, false, false},
		{"the newer excluded, anything else allowed", []string{newType + ";q=0, */*"}, false, false},
		{"all applications excluded, anything else allowed", []string{"application/*;q=0, */*"}, false, false},
		{"anything excluded", []string{"*/*;q=0"}, false, false},
		{"the older liked better as one of anything", []string{newType + ";q=0.5, */*"}, false, true},
		{"a weight that is no number", []string{newType + ";q=best"}, true, true},
		{"the longest header that is read", []string{newType + strings.Repeat(",", maxAccept-len(newType))}, true, true},
		{"one that is longer", []string{newType + strings.Repeat(",", maxAccept-len(newType)+1)}, false, true},
		{"commas and nothing", []string{",, ,"}, false, true},
		{"something that is no type beside one that is", []string{"; ;, " + newType}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := parseAccept(http.Header{"Accept": c.values})
			if want := (accepts{prefersNew: c.prefersNew, allowsNew: c.allowsNew}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}
