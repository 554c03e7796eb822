package server_test

import (
	"io"
	"strings"
	"testing"
)

// The bounds are told to the client (RFC 9113 §6.5.2), and a frame that announces more than it may is refused before it comes: memory for
// all of it would be held from its first nine bytes on.
func TestHTTP2IsBounded(t *testing.T) {
	t.Parallel()
	s := startTLS(t, selfSigned(t, "first"))
	greedy := slowClient{tls: "h2", opens: preface + frame(headers, endHeaders, 1, 1<<20, "")}
	connection, err := greedy.connect(t, s.address())
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		"20 streams at a time":               "\x00\x03\x00\x00\x00\x14",
		"16 KiB in a frame":                  "\x00\x05\x00\x00\x40\x00",
		"32 KiB in a header, and some slack": "\x00\x06\x00\x00\x81\x40",
		"goodbye, for FRAME_SIZE_ERROR":      frame(7, 0, 0, 8, "\x00\x00\x00\x00\x00\x00\x00\x06"),
	} {
		if !strings.Contains(string(answer), want) {
			t.Errorf("%s: not in %q", what, answer)
		}
	}
}
