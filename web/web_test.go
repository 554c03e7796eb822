package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"latchkey/web"
)

var assets = []struct{ path, contentType, contains string }{
	{"/", "text/html; charset=utf-8", "<title>Latchkey playground</title>"},
	{"/playground.js", "text/javascript; charset=utf-8", "mutation SignUp"},
	{"/playground.css", "text/css; charset=utf-8", ".graphiql-container"},
	{"/favicon.svg", "image/svg+xml", "<svg"},
}

// serve takes headers as name, value, name, value.
func serve(t *testing.T, method, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, response *http.Response) []byte {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAssets(t *testing.T) {
	for _, asset := range assets {
		t.Run("plain "+asset.path, func(t *testing.T) {
			response := serve(t, "GET", asset.path)
			content := body(t, response)
			if response.StatusCode != http.StatusOK || !bytes.Contains(content, []byte(asset.contains)) {
				t.Errorf("got %s without %q", response.Status, asset.contains)
			}
			for name, want := range map[string]string{
				"Content-Type":     asset.contentType,
				"Content-Encoding": "",
				"Cache-Control":    "no-cache",
				"Vary":             "Accept-Encoding",
			} {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})

		t.Run("gzipped "+asset.path, func(t *testing.T) {
			response := serve(t, "GET", asset.path, "Accept-Encoding", "br, gzip")
			if got := response.Header.Get("Content-Encoding"); got != "gzip" {
				t.Fatalf("Content-Encoding is %q", got)
			}
			reader, err := gzip.NewReader(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(reader)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(content, body(t, serve(t, "GET", asset.path))) {
				t.Error("differs from the plain content")
			}
			if !reader.ModTime.IsZero() {
				t.Error("carries a time, so the build is not reproducible")
			}
		})

		t.Run("HEAD "+asset.path, func(t *testing.T) {
			response := serve(t, "HEAD", asset.path)
			if response.StatusCode != http.StatusOK || len(body(t, response)) != 0 {
				t.Errorf("got %s, or a body", response.Status)
			}
		})

		t.Run("not modified "+asset.path, func(t *testing.T) {
			etag := serve(t, "GET", asset.path).Header.Get("ETag")
			for _, tags := range []string{etag, `"other", ` + etag, "*"} {
				response := serve(t, "GET", asset.path, "If-None-Match", tags)
				if response.StatusCode != http.StatusNotModified || len(body(t, response)) != 0 {
					t.Errorf("If-None-Match: %s gets %s, or a body", tags, response.Status)
				}
			}
			if got := serve(t, "GET", asset.path, "If-None-Match", `"other"`).StatusCode; got != http.StatusOK {
				t.Errorf("another tag gets %d", got)
			}
		})
	}
}

func TestCompressionIsNegotiated(t *testing.T) {
	for header, want := range map[string]string{
		"gzip":              "gzip",
		"GZIP":              "gzip",
		"deflate, gzip":     "gzip",
		"gzip;q=0.5":        "gzip",
		"gzip ; q=1":        "gzip",
		"gzip;q=0":          "",
		"gzip; q=0.000, br": "",
		"gzip;q=nonsense":   "",
		"x-gzip":            "",
		"br":                "",
		"":                  "",
	} {
		if got := serve(t, "GET", "/", "Accept-Encoding", header).Header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding: %s gets %q, want %q", header, got, want)
		}
	}
}

func TestOtherMethodsAreNotAllowed(t *testing.T) {
	for _, asset := range assets {
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
			response := serve(t, method, asset.path)
			if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s gets %s, Allow: %s", method, asset.path, response.Status, response.Header.Get("Allow"))
			}
		}
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	for _, path := range []string{"/index.html", "/graphql", "/playground.js.gz", "/playground.js/", "/dist/"} {
		if got := serve(t, "GET", path).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s gets %d", path, got)
		}
	}
}

func TestFilesHaveTheirPolicy(t *testing.T) {
	for name, response := range map[string]*http.Response{
		"page":         serve(t, "GET", "/"),
		"script":       serve(t, "GET", "/playground.js"),
		"not modified": serve(t, "GET", "/", "If-None-Match", "*"),
	} {
		const want = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
			"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
		if got := response.Header.Get("Content-Security-Policy"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPageLoadsItsOwnFilesOnly(t *testing.T) {
	for _, path := range []string{"/", "/playground.css"} {
		content := string(body(t, serve(t, "GET", path)))
		for _, address := range []string{"http:", "https:", "data:font"} {
			if strings.Contains(content, address) {
				t.Errorf("%s mentions %s", path, address)
			}
		}
	}
}
