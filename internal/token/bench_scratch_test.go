package token_test
import (
"testing"
"latchkey/internal/token"
)
func BenchmarkVerify(b *testing.B) {
	s := newServer(b)
	raw, _ := s.Issue(token.Claims{UserID: someUser, SessionID: someSession, ID: someID, ExpiresAt: noon.Add(ttl)})
	b.ReportAllocs()
	for b.Loop() { if _, err := s.Verify(b.Context(), raw); err != nil { b.Fatal(err) } }
}
