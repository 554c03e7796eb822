package graph

import (
	"net/http"
	"strings"
	"time"
	"unicode"

	"latchkey/internal/auth"
)

// cookieName keeps the cookie to this host, path / and TLS: a sibling subdomain can't set it (RFC 6265bis §4.1.3.2).
const cookieName = "__Host-latchkey_refresh"

// maxUserAgent is how much of a User-Agent is kept, in characters.
const maxUserAgent = 256

// request collects what the rules need to know about r.
func (h *Handler) request(r *http.Request) *auth.Request {
	request := &auth.Request{
		AccessToken: bearerToken(r.Header),
		UserAgent:   userAgent(r.Header.Get("User-Agent")),
		IPAddress:   h.proxies.client(r),
		Cookies:     h.origins.trust(r.Header),
	}
	if cookies := r.CookiesNamed(cookieName); len(cookies) == 1 { // of two, one is not ours
		request.RefreshToken = cookies[0].Value
	}
	return request
}

// setCookie does to the cookie what the operation wants.
func setCookie(w http.ResponseWriter, request *auth.Request) {
	wanted := request.SetCookie()
	if wanted == nil {
		return
	}
	cookie := &http.Cookie{
		Name: cookieName, Value: wanted.Token, Path: "/", MaxAge: int(wanted.MaxAge / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if cookie.MaxAge <= 0 {
		cookie.MaxAge = -1 // in net/http: at once
	}
	http.SetCookie(w, cookie)
}

// userAgent returns what a client calls itself, without what could not be shown.
func userAgent(raw string) string {
	shown := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(raw, ""))
	if runes := []rune(shown); len(runes) > maxUserAgent {
		shown = string(runes[:maxUserAgent])
	}
	return strings.TrimSpace(shown)
}
