// Package web serves the playground: a GraphiQL page with the operations of an account's whole life, ready to run. Its
// files are part of the binary and it talks to its own origin only, so it works without internet and under a tight
// Content-Security-Policy. The sources are in src; README.md tells how to rebuild dist.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed dist/*.gz
var dist embed.FS

// policy needs no 'unsafe-inline', because the build keeps dialogs from adding style elements. The images at data:
// addresses are the editor's marks for mistakes.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at / and its assets at /playground.js, /playground.css and /favicon.svg; everything else is
// not found. The page sends its operations to /graphql. These files have a Content-Security-Policy of their own;
// the other headers that browsers go by are the server's.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", load("index.html", "text/html; charset=utf-8"))
	mux.Handle("GET /playground.js", load("playground.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET /playground.css", load("playground.css", "text/css; charset=utf-8"))
	mux.Handle("GET /favicon.svg", load("favicon.svg", "image/svg+xml"))
	return mux
}

type asset struct {
	contentType string
	etag        string
	gzipped     []byte
	plain       func() ([]byte, error) // once for all who ask for it: else each slow client would hold a copy
}

// load panics if the file is missing, because then the binary was built wrong.
func load(name, contentType string) asset {
	gzipped, err := dist.ReadFile("dist/" + name + ".gz")
	if err != nil {
		panic(err)
	}
	// Weak, as one tag stands for the compressed and the plain bytes.
	etag := fmt.Sprintf(`W/"%.16x"`, sha256.Sum256(gzipped))
	return asset{contentType, etag, gzipped, sync.OnceValues(func() ([]byte, error) { return gunzip(gzipped) })}
}

func (a asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content := a.gzipped
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
	} else {
		plain, err := a.plain()
		if err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		content = plain
	}
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", a.contentType)
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, parameter, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		weight, weighted := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q=")
		if !weighted {
			return true
		}
		q, err := strconv.ParseFloat(weight, 64)
		return err == nil && q > 0
	}
	return false
}

func gunzip(gzipped []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(gzipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
