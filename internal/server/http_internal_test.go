package server

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What operators are told in docs/operations.md. That the limits hold is tested with shorter ones.
func TestLimitsAreThoseThatAreDocumented(t *testing.T) {
	t.Parallel()
	s := newServer(http.NotFoundHandler(), Host{Log: slog.New(slog.DiscardHandler), Timeout: 10 * time.Second})
	for what, equal := range map[string]bool{
		"header":       s.ReadHeaderTimeout == 10*time.Second,
		"read":         s.ReadTimeout == 30*time.Second,
		"write":        s.WriteTimeout == (30+10+30)*time.Second,
		"idle":         s.IdleTimeout == 2*time.Minute,
		"header bytes": s.MaxHeaderBytes == 32<<10,
		"connections":  Limits{}.orDefault().Connections == 10_000,
		"streams":      s.HTTP2.MaxConcurrentStreams == 20,
		"clear text":   !s.Protocols.UnencryptedHTTP2(),
	} {
		if !equal {
			t.Errorf("%s: not as documented", what)
		}
	}
}

// Strangers can't fill the log with warnings, and a defect is not played down.
func TestOnlyWhatStrangersCauseIsLoggedQuietly(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"http: TLS handshake error from 192.0.2.1:1: EOF":                           "DEBUG",
		"http2: server connection error from 192.0.2.1:1: PROTOCOL_ERROR":           "DEBUG",
		"http2: server: error reading preface from client 192.0.2.1:1: bad preface": "DEBUG",
		"timeout waiting for SETTINGS frames from 192.0.2.1:1":                      "DEBUG",
		"http2: panic serving 192.0.2.1:1: boom":                                    "WARN",
		"http: panic serving 192.0.2.1:1: boom":                                     "WARN",
		"http: Accept error: too many open files; retrying in 1s":                   "WARN",
	} {
		var got strings.Builder
		newServer(http.NotFoundHandler(), Host{Log: slog.New(slog.NewTextHandler(&got, &slog.HandlerOptions{Level: slog.LevelDebug}))}).ErrorLog.Print(message)
		if !strings.Contains(got.String(), "level="+want+" ") {
			t.Errorf("%s: logged as %s, want %s", message, got.String(), want)
		}
	}
	var got strings.Builder
	newServer(http.NotFoundHandler(), Host{Log: slog.New(slog.NewTextHandler(&got, nil))}).ErrorLog.Print("http: TLS handshake error from 192.0.2.1:1: EOF")
	if got.Len() > 0 {
		t.Errorf("logged at the default level: %s", got.String())
	}
}
