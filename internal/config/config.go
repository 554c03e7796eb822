// Package config is what an operator can set. Every flag has an environment variable, and a default with which the server
// starts.
package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"latchkey/internal/store"
)

// Config holds the flags of every command. The struct tags are what `latchkey --help` shows.
type Config struct {
	Addr           string        `env:"LATCHKEY_ADDR" default:":8080" help:"Address to listen on."`
	TLSCert        string        `env:"LATCHKEY_TLS_CERT" default:"" name:"tls-cert" help:"PEM file with the certificate, and those between it and its root: serve TLS. Read again when it changes. None by default."`
	TLSKey         string        `env:"LATCHKEY_TLS_KEY" default:"" name:"tls-key" help:"PEM file with the certificate's private key. None by default."`
	MetricsAddr    string        `env:"LATCHKEY_METRICS_ADDR" default:"127.0.0.1:9090" help:"Address to serve /metrics on, for Prometheus: HOST:PORT, or off. Anyone who reaches it can read it."`
	DatabaseURL    string        `env:"LATCHKEY_DATABASE_URL" default:"sqlite:data/latchkey.db" help:"Database: sqlite:PATH, or mysql://user:password@host:3306/name. Set the variable, not the flag, where it has a password: others on the machine can see flags."`
	RedisURL       string        `env:"LATCHKEY_REDIS_URL" default:"" help:"Redis that gets a copy of the blocked ids, for other services, and counts failed log-ins for all servers: redis://host:6379. None by default. Set the variable, not the flag, where it has a password."`
	KeysDir        string        `env:"LATCHKEY_KEYS_DIR" default:"data/keys" help:"Directory of the keys. Made on first start."`
	JWTAlg         string        `env:"LATCHKEY_JWT_ALG" default:"ES256" name:"jwt-alg" help:"Algorithm of a new signing key: ES256, RS256 or EdDSA."`
	Issuer         string        `env:"LATCHKEY_ISSUER" default:"http://localhost:8080" help:"Issuer of the tokens: the URL under which clients reach this server."`
	Audience       string        `env:"LATCHKEY_AUDIENCE" default:"latchkey" help:"Audience of the tokens."`
	AccessTTL      time.Duration `env:"LATCHKEY_ACCESS_TTL" default:"15m" help:"Life of an access token: 1s to 24h, whole seconds."`
	RefreshTTL     time.Duration `env:"LATCHKEY_REFRESH_TTL" default:"720h" help:"Life of a session that is not refreshed: at least LATCHKEY_ACCESS_TTL, whole seconds."`
	SessionTTL     time.Duration `env:"LATCHKEY_SESSION_TTL" default:"2160h" help:"Life of a session however often it is refreshed: LATCHKEY_REFRESH_TTL to 87600h, whole seconds."`
	RefreshGrace   time.Duration `env:"LATCHKEY_REFRESH_GRACE" default:"30s" help:"How long a refresh token still works after it was used, for tabs that refresh at once: 0s to 5m."`
	PasswordMin    int           `env:"LATCHKEY_PASSWORD_MIN" default:"8" help:"Fewest characters of a new password: 8 to 64. 15 is better."`
	PasswordWords  string        `env:"LATCHKEY_PASSWORD_WORDS" default:"" help:"Words that no new password may contain, such as the names of your company and its products: at least 3 characters each, separated by commas. None by default."`
	AllowedOrigins string        `env:"LATCHKEY_ALLOWED_ORIGINS" default:"" help:"Origins, beside the issuer's own, whose pages may use refresh tokens in cookies: https://app.example.org, or with any port http://localhost:*. Separated by commas. While the issuer is on this machine and this is not set: http://localhost:*."`
	TrustedProxies string        `env:"LATCHKEY_TRUSTED_PROXIES" default:"" help:"Reverse proxies whose X-Forwarded-For says where a request comes from: addresses or networks (10.0.0.0/8), separated by commas. None by default."`
	RateLimit      string        `env:"LATCHKEY_RATE_LIMIT" default:"on" help:"Slow down who guesses passwords and asks too often: on or off."`
	Signup         string        `env:"LATCHKEY_SIGNUP" default:"open" help:"Who creates accounts: open (anyone) or closed (nobody over GraphQL)."`
	Introspection  bool          `env:"LATCHKEY_INTROSPECTION" default:"true" negatable:"" help:"Let clients read the schema (default ${default})."`
	Playground     bool          `env:"LATCHKEY_PLAYGROUND" default:"true" negatable:"" help:"Serve the playground at / (default ${default})."`
	AutoMigrate    bool          `env:"LATCHKEY_AUTO_MIGRATE" default:"true" negatable:"" help:"Apply pending migrations at start (default ${default})."`
	LogFormat      string        `env:"LATCHKEY_LOG_FORMAT" default:"auto" help:"Log lines: text, json, or auto (text on a terminal, else json)."`
	LogLevel       string        `env:"LATCHKEY_LOG_LEVEL" default:"info" help:"Least severe level to log: debug, info, warn or error."`
}

// maxSession is ten years. Nobody means more.
const maxSession = 10 * 365 * 24 * time.Hour

// Problem is a value that can't be used.
type Problem struct {
	Variable string // environment variable
	Flag     string
	Want     string // what is acceptable; never the value itself, which may hold a password
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%s (--%s) must be %s", p.Variable, p.Flag, p.Want)
}

// Check returns the first Problem, or nil.
func (c *Config) Check() error {
	_, databaseErr := store.ParseURL(c.DatabaseURL)
	databaseWant := "sqlite:PATH or mysql://user:password@host:3306/name"
	if databaseErr != nil {
		databaseWant += ": " + databaseErr.Error()
	}
	checks := []struct {
		ok         bool
		name, want string
	}{
		{isAddress(c.Addr), "addr", "HOST:PORT or :PORT"},
		{c.TLSCert == "" || c.TLSKey != "", "tls-cert", "set together with LATCHKEY_TLS_KEY"},
		{c.TLSKey == "" || c.TLSCert != "", "tls-key", "set together with LATCHKEY_TLS_CERT"},
		{c.MetricsAddr == "off" || isAddress(c.MetricsAddr), "metrics-addr", "HOST:PORT or :PORT, or off"},
		{databaseErr == nil, "database-url", databaseWant},
		{c.RedisURL == "" || isRedis(c.RedisURL), "redis-url", "redis://[user:password@]host:port[/database], or rediss:// for TLS"},
		{c.KeysDir != "", "keys-dir", "a directory"},
		{isIssuer(c.Issuer), "issuer", "an http or https URL without query and fragment"},
		{c.Audience != "", "audience", "a name"},
		{oneOf(c.JWTAlg, "ES256", "RS256", "EdDSA"), "jwt-alg", "ES256, RS256 or EdDSA"},
		{isSeconds(c.AccessTTL, time.Second, 24*time.Hour), "access-ttl", "whole seconds between 1s and 24h"},
		{isSeconds(c.RefreshTTL, c.AccessTTL, maxSession), "refresh-ttl", "whole seconds between LATCHKEY_ACCESS_TTL and 87600h"},
		{isSeconds(c.SessionTTL, c.RefreshTTL, maxSession), "session-ttl", "whole seconds between LATCHKEY_REFRESH_TTL and 87600h"},
		{0 <= c.RefreshGrace && c.RefreshGrace <= 5*time.Minute, "refresh-grace", "between 0s and 5m"},
		{8 <= c.PasswordMin && c.PasswordMin <= 64, "password-min", "a number from 8 to 64"},
		{areWords(c.Words()), "password-words", "words of at least 3 characters, separated by commas"},
		{areOrigins(c.AllowedOrigins), "allowed-origins", "origins as browsers send them (https://app.example.org), separated by commas; a port may be *"},
		{areNetworks(c.TrustedProxies), "trusted-proxies", "addresses or networks (10.0.0.0/8), separated by commas"},
		{oneOf(c.RateLimit, "on", "off"), "rate-limit", "on or off"},
		{oneOf(c.Signup, "open", "closed"), "signup", "open or closed"},
		{oneOf(c.LogFormat, "auto", "text", "json"), "log-format", "auto, text or json"},
		{oneOf(c.LogLevel, "debug", "info", "warn", "error"), "log-level", "debug, info, warn or error"},
	}
	for _, check := range checks {
		if !check.ok {
			variable := "LATCHKEY_" + strings.ToUpper(strings.ReplaceAll(check.name, "-", "_"))
			return &Problem{Variable: variable, Flag: check.name, Want: check.want}
		}
	}
	return nil
}

// Level is LogLevel as slog knows it.
func (c *Config) Level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // checked
	return level
}

// Words are PasswordWords one by one.
func (c *Config) Words() []string {
	if c.PasswordWords == "" {
		return nil
	}
	words := strings.Split(c.PasswordWords, ",")
	for i, word := range words {
		words[i] = strings.TrimSpace(word)
	}
	return words
}

// Proxies are TrustedProxies one by one.
func (c *Config) Proxies() []netip.Prefix {
	networks, _ := parseNetworks(c.TrustedProxies) // checked
	return networks
}

func areNetworks(s string) bool {
	_, err := parseNetworks(s)
	return err == nil
}

// parseNetworks reads a list of networks. An address is a network of one. IPv4 addresses mapped to IPv6 are not understood: no request
// comes from one (graph.proxies).
func parseNetworks(s string) ([]netip.Prefix, error) {
	if s == "" {
		return nil, nil
	}
	var networks []netip.Prefix
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		network, err := netip.ParsePrefix(part)
		if err != nil {
			var address netip.Addr
			if address, err = netip.ParseAddr(part); err != nil {
				return nil, err
			}
			network = netip.PrefixFrom(address.WithZone(""), address.BitLen())
		}
		if network.Addr().Is4In6() {
			return nil, fmt.Errorf("%s is an IPv4 address in the form of IPv6", network)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// areWords refuses what is so short that it would be in nearly every passphrase.
func areWords(words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return utf8.RuneCountInString(word) < 3 })
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	number, err := strconv.Atoi(port)
	return err == nil && 0 <= number && number <= 65535
}

func isIssuer(s string) bool {
	u, err := url.Parse(s)
	return err == nil && !strings.Contains(s, " ") && oneOf(u.Scheme, "http", "https") && hasHost(u) && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func isRedis(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(strings.Trim(u.Path, "/"), 10, 16)
	return oneOf(u.Scheme, "redis", "rediss") && u.Hostname() != "" && (oneOf(u.Path, "", "/") || err == nil) &&
		u.RawQuery == "" && u.Fragment == ""
}

// hasHost refuses what reads like a pattern, and a port that was forgotten.
func hasHost(u *url.URL) bool {
	return u.Hostname() != "" && !strings.Contains(u.Hostname(), "*") && !strings.HasSuffix(u.Host, ":")
}

// areOrigins accepts a list of origins (RFC 6454 §6.2), each with a port that may be "*", or nothing.
func areOrigins(s string) bool {
	if s == "" {
		return true
	}
	for origin := range strings.SplitSeq(s, ",") {
		u, err := url.Parse(strings.Replace(strings.TrimSpace(origin), ":*", ":1", 1))
		if err != nil || !oneOf(u.Scheme, "http", "https") || !hasHost(u) || u.Scheme+"://"+u.Host != u.String() {
			return false
		}
	}
	return true
}

func isSeconds(d, least, most time.Duration) bool {
	return least <= d && d <= most && d%time.Second == 0
}

func oneOf(s string, allowed ...string) bool { return slices.Contains(allowed, s) }
