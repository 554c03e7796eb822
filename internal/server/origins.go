package server

import (
	"log/slog"
	"net"
	"net/url"
	"strings"

	"latchkey/internal/config"
)

// anyLocalOrigin are the pages that developers serve on their own machine.
const anyLocalOrigin = "http://localhost:*"

// origins returns those whose pages may use the refresh token's cookie: the issuer's own, those that are configured, and if
// there are none and the issuer is on this machine, any that is on this machine too.
func origins(c config.Config, log *slog.Logger) []string {
	issuer, _ := url.Parse(c.Issuer) // checked
	all := []string{serialized(issuer)}
	if c.AllowedOrigins != "" {
		for origin := range strings.SplitSeq(c.AllowedOrigins, ",") {
			all = append(all, normalized(strings.TrimSpace(origin)))
		}
		return all
	}
	if isLoopback(issuer.Hostname()) {
		log.Info("pages on this machine may use refresh tokens in cookies, because the issuer is on it; LATCHKEY_ALLOWED_ORIGINS changes that",
			"origins", anyLocalOrigin)
		all = append(all, anyLocalOrigin)
	}
	return all
}

// normalized returns an origin that may have the port "*" as a browser would send it.
func normalized(origin string) string {
	exact, anyPort := strings.CutSuffix(origin, ":*")
	parsed, _ := url.Parse(exact) // checked
	if anyPort {
		return serialized(parsed) + ":*"
	}
	return serialized(parsed)
}

// serialized returns the origin of u as a browser sends it (RFC 6454 §6.2): in lower case, without the scheme's own port.
func serialized(u *url.URL) string {
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	return u.Scheme + "://" + host
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
