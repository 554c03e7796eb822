package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"latchkey/internal/keys"
	"latchkey/internal/token"
)

// jwks publishes the public keys of all signing keys (RFC 7517 §5), the next one included, for services that verify tokens
// themselves. They may keep them for keys.MaxAge, and pages of any origin may read them.
func jwks(ring *keys.Ring) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		public := ring.Public()
		if len(public) == 0 {
			say(w, http.StatusServiceUnavailable, "there are no keys")
			return
		}
		body, err := json.Marshal(struct {
			Keys []token.JWK `json:"keys"`
		}{public})
		if err != nil {
			panic(err) // strings can be marshalled
		}
		sum := sha256.Sum256(body)
		header.Set("Content-Type", "application/jwk-set+json")
		header.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(keys.MaxAge.Seconds())))
		header.Set("ETag", `"`+base64.RawURLEncoding.EncodeToString(sum[:])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}
}
