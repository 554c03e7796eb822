package config_test

import (
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"latchkey/internal/config"
)

// good is a configuration that can be used.
func good() config.Config {
	return config.Config{
		Addr: ":8080", MetricsAddr: "127.0.0.1:9090", DatabaseURL: "sqlite:data/latchkey.db", KeysDir: "data/keys", JWTAlg: "ES256",
		Issuer: "http://localhost:8080", Audience: "latchkey", AccessTTL: 15 * time.Minute, RefreshTTL: 720 * time.Hour,
		SessionTTL: 2160 * time.Hour, RefreshGrace: 30 * time.Second, PasswordMin: 8, RateLimit: "on", Signup: "open", LogFormat: "auto", LogLevel: "info",
	}
}

func TestCheckAcceptsWhatCanBeUsed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*config.Config){
		"the defaults":                 func(*config.Config) {},
		"any free port":                func(c *config.Config) { c.Addr = "127.0.0.1:0" },
		"an address of IPv6":           func(c *config.Config) { c.Addr = "[::1]:65535" },
		"a host's name":                func(c *config.Config) { c.Addr = "localhost:80" },
		"MySQL":                        func(c *config.Config) { c.DatabaseURL = "mysql://u:p@h:3306/n?tls=true" },
		"an issuer with a path":        func(c *config.Config) { c.Issuer = "https://example.org/id" },
		"an issuer of IPv6":            func(c *config.Config) { c.Issuer = "http://[::1]:8080" },
		"the shortest life of a token": func(c *config.Config) { c.AccessTTL = time.Second },
		"the longest life of a token":  func(c *config.Config) { c.AccessTTL = 24 * time.Hour },
		"an RSA key":                   func(c *config.Config) { c.JWTAlg = "RS256" },
		"an Ed25519 key":               func(c *config.Config) { c.JWTAlg = "EdDSA" },
		"sessions as short as a token": func(c *config.Config) { c.RefreshTTL, c.SessionTTL = c.AccessTTL, c.AccessTTL },
		"sessions of ten years":        func(c *config.Config) { c.SessionTTL = 87600 * time.Hour },
		"no metrics":                   func(c *config.Config) { c.MetricsAddr = "off" },
		"no grace":                     func(c *config.Config) { c.RefreshGrace = 0 },
		"the longest grace":            func(c *config.Config) { c.RefreshGrace = 5 * time.Minute },
		"a Redis":                      func(c *config.Config) { c.RedisURL = "rediss://u:p@h:6379/1" },
		"a Redis on the default port":  func(c *config.Config) { c.RedisURL = "redis://h" },
		"TLS":                          func(c *config.Config) { c.TLSCert, c.TLSKey = "cert.pem", "key.pem" },
		"an origin":                    func(c *config.Config) { c.AllowedOrigins = "https://app.example.org" },
		"several origins": func(c *config.Config) {
			c.AllowedOrigins = "https://app.example.org, http://localhost:*,http://[::1]:3000"
		},
		"the longest shortest password": func(c *config.Config) { c.PasswordMin = 64 },
		"a word":                        func(c *config.Config) { c.PasswordWords = "ibm" },
		"several words":                 func(c *config.Config) { c.PasswordWords = "Latchkey, Müller & Söhne ,日本語" },
		"no limits":                     func(c *config.Config) { c.RateLimit = "off" },
		"a proxy":                       func(c *config.Config) { c.TrustedProxies = "10.0.0.1" },
		"networks of proxies":           func(c *config.Config) { c.TrustedProxies = "10.0.0.0/8, ::1,2001:db8::/32" },
		"no sign-up":                    func(c *config.Config) { c.Signup = "closed" },
		"logs as text":                  func(c *config.Config) { c.LogFormat = "text" },
		"logs as JSON":                  func(c *config.Config) { c.LogFormat = "json" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good()
			change(&c)
			if err := c.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCheckNamesWhatCanNotBeUsed(t *testing.T) {
	t.Parallel()
	type change = func(*config.Config)
	addr := func(s string) change { return func(c *config.Config) { c.Addr = s } }
	database := func(s string) change { return func(c *config.Config) { c.DatabaseURL = s } }
	issuer := func(s string) change { return func(c *config.Config) { c.Issuer = s } }
	ttl := func(d time.Duration) change { return func(c *config.Config) { c.AccessTTL = d } }
	refreshTTL := func(d time.Duration) change { return func(c *config.Config) { c.RefreshTTL = d } }
	sessionTTL := func(d time.Duration) change { return func(c *config.Config) { c.SessionTTL = d } }
	grace := func(d time.Duration) change { return func(c *config.Config) { c.RefreshGrace = d } }
	redis := func(s string) change { return func(c *config.Config) { c.RedisURL = s } }
	origins := func(s string) change { return func(c *config.Config) { c.AllowedOrigins = s } }
	alg := func(s string) change { return func(c *config.Config) { c.JWTAlg = s } }
	passwordMin := func(n int) change { return func(c *config.Config) { c.PasswordMin = n } }
	metrics := func(s string) change { return func(c *config.Config) { c.MetricsAddr = s } }
	words := func(s string) change { return func(c *config.Config) { c.PasswordWords = s } }
	rateLimit := func(s string) change { return func(c *config.Config) { c.RateLimit = s } }
	proxies := func(s string) change { return func(c *config.Config) { c.TrustedProxies = s } }
	signup := func(s string) change { return func(c *config.Config) { c.Signup = s } }
	format := func(s string) change { return func(c *config.Config) { c.LogFormat = s } }
	level := func(s string) change { return func(c *config.Config) { c.LogLevel = s } }
	for _, c := range []struct {
		name, variable string
		change         change
	}{
		{"no address", "LATCHKEY_ADDR", addr("")},
		{"an address without a port", "LATCHKEY_ADDR", addr("localhost")},
		{"an address with an empty port", "LATCHKEY_ADDR", addr("localhost:")},
		{"a port alone", "LATCHKEY_ADDR", addr("8080")},
		{"a port that is too high", "LATCHKEY_ADDR", addr(":65536")},
		{"a port below zero", "LATCHKEY_ADDR", addr(":-1")},
		{"a port that is a word", "LATCHKEY_ADDR", addr(":web")},
		{"a URL for the address", "LATCHKEY_ADDR", addr("http://localhost:8080")},
		{"no address of the metrics", "LATCHKEY_METRICS_ADDR", metrics("")},
		{"metrics that are neither off nor on", "LATCHKEY_METRICS_ADDR", metrics("on")},
		{"no database", "LATCHKEY_DATABASE_URL", database("")},
		{"another kind of database", "LATCHKEY_DATABASE_URL", database("postgres://u:hunter2@h/n")},
		{"a database without a name", "LATCHKEY_DATABASE_URL", database("mysql://u:hunter2@h/")},
		{"a database that is no URL", "LATCHKEY_DATABASE_URL", database("mysql://u:hunter2%@h/n")},
		{"a database with an unknown option", "LATCHKEY_DATABASE_URL", database("mysql://u:hunter2@h/n?x=hunter2")},
		{"no directory of keys", "LATCHKEY_KEYS_DIR", func(c *config.Config) { c.KeysDir = "" }},
		{"no issuer", "LATCHKEY_ISSUER", issuer("")},
		{"an issuer that is a name", "LATCHKEY_ISSUER", issuer("localhost:8080")},
		{"an issuer of another scheme", "LATCHKEY_ISSUER", issuer("ftp://example.org")},
		{"an issuer with a blank at the end", "LATCHKEY_ISSUER", issuer("https://id.example.org/ ")},
		{"an issuer with an empty port", "LATCHKEY_ISSUER", issuer("http://localhost:")},
		{"an issuer without a host", "LATCHKEY_ISSUER", issuer("https://")},
		{"an issuer with a port only", "LATCHKEY_ISSUER", issuer("http://:8080")},
		{"an issuer with a path only", "LATCHKEY_ISSUER", issuer("https:///id")},
		{"an issuer with a query", "LATCHKEY_ISSUER", issuer("https://example.org?a=b")},
		{"an issuer with a fragment", "LATCHKEY_ISSUER", issuer("https://example.org#a")},
		{"an issuer with a password", "LATCHKEY_ISSUER", issuer("https://u:hunter2@example.org")},
		{"an issuer that is no URL", "LATCHKEY_ISSUER", issuer("https://exa mple.org")},
		{"no audience", "LATCHKEY_AUDIENCE", func(c *config.Config) { c.Audience = "" }},
		{"no life", "LATCHKEY_ACCESS_TTL", ttl(0)},
		{"a life below zero", "LATCHKEY_ACCESS_TTL", ttl(-time.Minute)},
		{"a life below a second", "LATCHKEY_ACCESS_TTL", ttl(999 * time.Millisecond)},
		{"half a second more", "LATCHKEY_ACCESS_TTL", ttl(1500 * time.Millisecond)},
		{"a life beyond a day", "LATCHKEY_ACCESS_TTL", ttl(24*time.Hour + time.Second)},
		{"a certificate without its key", "LATCHKEY_TLS_CERT", func(c *config.Config) { c.TLSCert = "cert.pem" }},
		{"a key without its certificate", "LATCHKEY_TLS_KEY", func(c *config.Config) { c.TLSKey = "key.pem" }},
		{"a Redis that is an address", "LATCHKEY_REDIS_URL", redis("localhost:6379")},
		{"a Redis of another scheme", "LATCHKEY_REDIS_URL", redis("http://u:hunter2@localhost:6379")},
		{"a Redis without a host", "LATCHKEY_REDIS_URL", redis("redis://")},
		{"a Redis database with a name", "LATCHKEY_REDIS_URL", redis("redis://h:6379/hunter2")},
		{"a Redis with options", "LATCHKEY_REDIS_URL", redis("redis://h:6379?password=hunter2")},
		{"any host", "LATCHKEY_ALLOWED_ORIGINS", origins("https://*")},
		{"any subdomain", "LATCHKEY_ALLOWED_ORIGINS", origins("https://*.example.org")},
		{"an origin with an empty port", "LATCHKEY_ALLOWED_ORIGINS", origins("https://app.example.org:")},
		{"an origin with a path", "LATCHKEY_ALLOWED_ORIGINS", origins("https://app.example.org/")},
		{"an origin without a scheme", "LATCHKEY_ALLOWED_ORIGINS", origins("app.example.org")},
		{"any origin", "LATCHKEY_ALLOWED_ORIGINS", origins("*")},
		{"no origin", "LATCHKEY_ALLOWED_ORIGINS", origins("null")},
		{"any subdomain with a path", "LATCHKEY_ALLOWED_ORIGINS", origins("https://app.example.org,https://h/*")},
		{"an origin that is missing", "LATCHKEY_ALLOWED_ORIGINS", origins("https://app.example.org,")},
		{"an origin with a password", "LATCHKEY_ALLOWED_ORIGINS", origins("https://u:hunter2@app.example.org")},
		{"no algorithm", "LATCHKEY_JWT_ALG", alg("")},
		{"a symmetric algorithm", "LATCHKEY_JWT_ALG", alg("HS256")},
		{"an algorithm in lower case", "LATCHKEY_JWT_ALG", alg("es256")},
		{"refresh tokens shorter than access tokens", "LATCHKEY_REFRESH_TTL", refreshTTL(15*time.Minute - time.Second)},
		{"refresh tokens with half a second", "LATCHKEY_REFRESH_TTL", refreshTTL(time.Hour + time.Second/2)},
		{"refresh tokens without end", "LATCHKEY_REFRESH_TTL", refreshTTL(87601 * time.Hour)},
		{"sessions shorter than their refresh tokens", "LATCHKEY_SESSION_TTL", sessionTTL(720*time.Hour - time.Second)},
		{"sessions without end", "LATCHKEY_SESSION_TTL", sessionTTL(87601 * time.Hour)},
		{"a grace below zero", "LATCHKEY_REFRESH_GRACE", grace(-time.Second)},
		{"a grace beyond five minutes", "LATCHKEY_REFRESH_GRACE", grace(5*time.Minute + time.Second)},
		{"passwords of 7 characters", "LATCHKEY_PASSWORD_MIN", passwordMin(7)},
		{"passwords of 65 characters", "LATCHKEY_PASSWORD_MIN", passwordMin(65)},
		{"passwords of less than none", "LATCHKEY_PASSWORD_MIN", passwordMin(-8)},
		{"a word of two letters", "LATCHKEY_PASSWORD_WORDS", words("hunter2,HP")},
		{"a word of two letters of six bytes", "LATCHKEY_PASSWORD_WORDS", words("日本")},
		{"a blank word", "LATCHKEY_PASSWORD_WORDS", words("   ")},
		{"a word that is missing", "LATCHKEY_PASSWORD_WORDS", words("hunter2,")},
		{"limits that are neither on nor off", "LATCHKEY_RATE_LIMIT", rateLimit("true")},
		{"a proxy by its name", "LATCHKEY_TRUSTED_PROXIES", proxies("proxy.example.org")},
		{"a proxy with a port", "LATCHKEY_TRUSTED_PROXIES", proxies("10.0.0.1:80")},
		{"a network in mapped form", "LATCHKEY_TRUSTED_PROXIES", proxies("::ffff:10.0.0.0/104")},
		{"a proxy in mapped form", "LATCHKEY_TRUSTED_PROXIES", proxies("::ffff:10.0.0.1")},
		{"a network that is too wide", "LATCHKEY_TRUSTED_PROXIES", proxies("10.0.0.0/33")},
		{"a list of proxies with a gap", "LATCHKEY_TRUSTED_PROXIES", proxies("10.0.0.1,,10.0.0.2")},
		{"a sign-up that is neither", "LATCHKEY_SIGNUP", signup("invite")},
		{"a sign-up in capitals", "LATCHKEY_SIGNUP", signup("OPEN")},
		{"no sign-up", "LATCHKEY_SIGNUP", signup("")},
		{"another format", "LATCHKEY_LOG_FORMAT", format("xml")},
		{"another level", "LATCHKEY_LOG_LEVEL", level("trace")},
		{"a level in capitals", "LATCHKEY_LOG_LEVEL", level("INFO")},
		{"a level between", "LATCHKEY_LOG_LEVEL", level("info+2")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := good()
			c.change(&bad)
			err := bad.Check()
			var problem *config.Problem
			if !errors.As(err, &problem) || problem.Variable != c.variable {
				t.Fatalf("got %v, want a Problem with %s", err, c.variable)
			}
			flag := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(c.variable, "LATCHKEY_"), "_", "-"))
			for _, want := range []string{c.variable, "--" + flag, problem.Want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not tell %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %q", err)
			}
		})
	}
}

// The names of the flags come from those of the fields, those of the variables from the tags.
func TestEveryFieldHasAVariableAndHelp(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		variable := field.Tag.Get("env")
		if !strings.HasPrefix(variable, "LATCHKEY_") || seen[variable] {
			t.Errorf("%s has the variable %q", field.Name, variable)
		}
		seen[variable] = true
		if want := strings.ToUpper(field.Name); strings.ReplaceAll(strings.TrimPrefix(variable, "LATCHKEY_"), "_", "") != want {
			t.Errorf("%s has the variable %s", field.Name, variable)
		}
		if _, given := field.Tag.Lookup("default"); field.Tag.Get("help") == "" || !given {
			t.Errorf("%s has no help or no default", field.Name)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{"": nil, "acme": {"acme"}, "Acme , road runner": {"Acme", "road runner"}} {
		if got := (&config.Config{PasswordWords: text}).Words(); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	} {
		if got := (&config.Config{LogLevel: name}).Level(); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}
