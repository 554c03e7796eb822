package password

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the list
	"io"
	"strings"
	"sync"
)

// commonGzip are passwords that many people have: for every n from 8 the 100,000 most common of at least n characters, as
// far as a public list of a million has as many. Folded, sorted, a line each. NOTICE names the source,
// scripts/common-passwords makes it.
//
//go:embed common.txt.gz
var commonGzip []byte

// common is the text in commonGzip: 2.5 MB, unpacked when the first password is checked.
var common = sync.OnceValue(unpack)

func unpack() string {
	unpacked, err := gzip.NewReader(bytes.NewReader(commonGzip))
	if err != nil {
		panic(err) // the program itself is damaged
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// isCommon tells whether a folded password is in the list.
func isCommon(folded string) bool {
	list := common()
	for list != "" {
		middle := strings.LastIndexByte(list[:len(list)/2], '\n') + 1
		end := middle + strings.IndexByte(list[middle:], '\n')
		switch strings.Compare(folded, list[middle:end]) {
		case -1:
			list = list[:middle]
		case 1:
			list = list[end+1:]
		default:
			return true
		}
	}
	return false
}
