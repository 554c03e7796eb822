package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"latchkey/internal/cli"
	"latchkey/internal/config"
	"latchkey/internal/testleak"
)

// secret is the password in LATCHKEY_DATABASE_URL.
const secret = "hunter2-SECRET"

// result is what a command did.
type result struct {
	code           int
	stdout, stderr string
	events         []string       // of the audit trail, which is not in stderr then
	served         *config.Config // nil if no server was started
}

// noon is when commands run, unless a test says otherwise.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// run runs a command. The server it starts writes one line to its log and ends with serverError.
func run(t *testing.T, serverError error, args ...string) result {
	t.Helper()
	return runAt(t, noon, serverError, args...)
}

func runAt(t *testing.T, now time.Time, serverError error, args ...string) result {
	t.Helper()
	return runWith(t, strings.NewReader(""), now, serverError, args...)
}

func runWith(t *testing.T, stdin io.Reader, now time.Time, serverError error, args ...string) result {
	t.Helper()
	var stdout, stderr, typed bytes.Buffer
	var r result
	stdin = io.TeeReader(stdin, &typed)
	r.code = cli.Main(t.Context(), args, stdin, &stdout, &stderr, func(_ context.Context, c config.Config, log *slog.Logger) error {
		r.served = &c
		log.Info("serving", "a", "b c")
		return serverError
	}, "type Query", func() time.Time { return now })
	r.stdout = stdout.String()
	testleak.Secret("a password", secret)
	testleak.Typed(args, typed.String())
	testleak.Command(t, databaseOf(args), r.stdout, stderr.String())
	for line := range strings.Lines(stderr.String()) {
		if strings.Contains(line, `"msg":"audit"`) {
			r.events = append(r.events, line)
		} else {
			r.stderr += line
		}
	}
	return r
}

// databaseOf is the database that a command works on.
func databaseOf(args []string) string {
	for _, arg := range args {
		if url, given := strings.CutPrefix(arg, "--database-url="); given {
			return url
		}
	}
	return os.Getenv("LATCHKEY_DATABASE_URL")
}

// misused fails the test unless the command did nothing but complain in one line with all of these words, and exit with 2.
func (r result) misused(t *testing.T, words ...string) {
	t.Helper()
	if r.code != 2 || r.stdout != "" || r.served != nil {
		t.Errorf("code %d, stdout %q, served %v", r.code, r.stdout, r.served)
	}
	r.complains(t, words...)
}

func (r result) complains(t *testing.T, words ...string) {
	t.Helper()
	if strings.Count(r.stderr, "\n") != 1 || !strings.HasPrefix(r.stderr, "latchkey: ") || !strings.HasSuffix(r.stderr, "\n") {
		t.Errorf("stderr is not one line: %q", r.stderr)
	}
	for _, word := range words {
		if !strings.Contains(r.stderr, word) {
			t.Errorf("stderr does not tell %q: %q", word, r.stderr)
		}
	}
	if strings.Contains(r.stderr, secret) {
		t.Errorf("stderr tells the password: %q", r.stderr)
	}
}

// flags are those of the configuration, by their variables.
func flags() map[string]reflect.StructField {
	all := map[string]reflect.StructField{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		all[field.Tag.Get("env")] = field
	}
	return all
}

func flagOf(variable string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, "LATCHKEY_"), "_", "-"))
}

func TestServeIsWhatHappensWithoutACommand(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"serve"}} {
		r := run(t, nil, args...)
		want := config.Config{
			Addr: ":8080", MetricsAddr: "127.0.0.1:9090", DatabaseURL: "sqlite:data/latchkey.db", KeysDir: "data/keys", JWTAlg: "ES256",
			Issuer: "http://localhost:8080", Audience: "latchkey", AccessTTL: 15 * time.Minute, RefreshTTL: 720 * time.Hour,
			SessionTTL: 2160 * time.Hour, RefreshGrace: 30 * time.Second, PasswordMin: 8, RateLimit: "on", Signup: "open",
			Introspection: true, Playground: true, AutoMigrate: true, LogFormat: "auto", LogLevel: "info",
		}
		if r.code != 0 || r.served == nil || *r.served != want {
			t.Errorf("%v: code %d, served\n%+v, want\n%+v", args, r.code, r.served, want)
		}
	}
}

func TestFlagWinsOverVariableOverDefault(t *testing.T) {
	const url = "mysql://u:$" + secret + "%24$x@h:3306/n" // nothing in it is expanded
	for variable, value := range map[string]string{
		"LATCHKEY_ADDR": ":1", "LATCHKEY_DATABASE_URL": url, "LATCHKEY_AUDIENCE": "of the variable", "LATCHKEY_ACCESS_TTL": "1h",
		"LATCHKEY_PASSWORD_MIN": "15", "LATCHKEY_INTROSPECTION": "false", "LATCHKEY_PLAYGROUND": "no", "LATCHKEY_AUTO_MIGRATE": "0",
	} {
		t.Setenv(variable, value)
	}
	r := run(t, nil, "serve", "--addr=:2", "--access-ttl", "90s", "--playground", "--log-level=warn")
	want := config.Config{
		Addr: ":2", MetricsAddr: "127.0.0.1:9090", DatabaseURL: url, KeysDir: "data/keys", JWTAlg: "ES256", Issuer: "http://localhost:8080",
		Audience: "of the variable", AccessTTL: 90 * time.Second, RefreshTTL: 720 * time.Hour, SessionTTL: 2160 * time.Hour,
		RefreshGrace: 30 * time.Second, PasswordMin: 15, RateLimit: "on", Signup: "open",
		Introspection: false, Playground: true, AutoMigrate: false, LogFormat: "auto", LogLevel: "warn",
	}
	if r.code != 0 || r.served == nil || *r.served != want {
		t.Errorf("code %d, %s, served\n%+v, want\n%+v", r.code, r.stderr, r.served, want)
	}
	if r := run(t, nil, "--no-playground", "--introspection"); r.served == nil || r.served.Playground || !r.served.Introspection {
		t.Errorf("served %+v", r.served)
	}
}

// bad values for every flag: one that can't be read or used. None at all is bad too, unless it is the default.
var bad = map[string]string{
	"LATCHKEY_ADDR": "8080", "LATCHKEY_METRICS_ADDR": "on", "LATCHKEY_DATABASE_URL": "mysql://u:" + secret + "@", "LATCHKEY_KEYS_DIR": "", "LATCHKEY_ISSUER": "example.org",
	"LATCHKEY_AUDIENCE": "", "LATCHKEY_ACCESS_TTL": "an hour", "LATCHKEY_PASSWORD_MIN": "seven", "LATCHKEY_PASSWORD_WORDS": "at", "LATCHKEY_SIGNUP": "maybe",
	"LATCHKEY_TRUSTED_PROXIES": "10.0.0.0/8,proxy", "LATCHKEY_RATE_LIMIT": "maybe", "LATCHKEY_INTROSPECTION": "maybe", "LATCHKEY_PLAYGROUND": "maybe", "LATCHKEY_AUTO_MIGRATE": "a\nb", "LATCHKEY_LOG_FORMAT": "xml",
	"LATCHKEY_LOG_LEVEL": "loud", "LATCHKEY_REDIS_URL": "localhost:6379", "LATCHKEY_JWT_ALG": "HS256", "LATCHKEY_REFRESH_TTL": "1s",
	"LATCHKEY_SESSION_TTL": "1h", "LATCHKEY_REFRESH_GRACE": "-1s", "LATCHKEY_ALLOWED_ORIGINS": "app.example.org",
	"LATCHKEY_TLS_CERT": "a/certificate/alone.pem", "LATCHKEY_TLS_KEY": "a/key/alone.pem",
}

func TestBadValueIsOneLineThatNamesIt(t *testing.T) {
	for variable, field := range flags() {
		value, known := bad[variable]
		if !known {
			t.Errorf("this test has no bad value for %s", variable)
		}
		for _, value := range []string{value, ""} {
			if value == field.Tag.Get("default") {
				continue
			}
			t.Run(variable+"="+value, func(t *testing.T) {
				t.Setenv("LATCHKEY_DATABASE_URL", "mysql://u:"+secret+"@127.0.0.1:1/n")
				t.Setenv(variable, value)
				for _, command := range [][]string{nil, {"serve"}, {"migrate", "up"}, {"version"}} {
					run(t, nil, command...).misused(t, variable, "--"+flagOf(variable))
				}
			})
		}
		t.Run("--"+flagOf(variable)+"="+value, func(t *testing.T) {
			run(t, nil, "--"+flagOf(variable)+"="+value).misused(t, "--"+flagOf(variable))
		})
	}
}

func TestWhatIsCalledWronglyIsOneLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":              {[]string{"--bogus"}, "--bogus"},
		"a flag that is almost known":  {[]string{"--adr=:80"}, "--addr"},
		"an unknown command":           {[]string{"bogus"}, "bogus"},
		"half a command":               {[]string{"migrate"}, "up"},
		"an unknown half of a command": {[]string{"migrate", "sideways"}, "sideways"},
		"more than a command":          {[]string{"serve", "now"}, "now"},
		"a flag without its value":     {[]string{"--password-min"}, "--password-min"},
		"a flag with another's value":  {[]string{"--password-min=8.5"}, "--password-min"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, nil, c.args...).misused(t, c.want)
		})
	}
}

func TestHelpShowsEveryFlagWithVariableAndDefault(t *testing.T) {
	t.Setenv("LATCHKEY_DATABASE_URL", "mysql://u:"+secret+"@h/n")
	t.Setenv("LATCHKEY_ADDR", ":4711")
	for _, args := range [][]string{{"--help"}, {"-h"}, {"serve", "--help"}, {"migrate", "up", "--help"}} {
		r := run(t, nil, args...)
		if r.code != 0 || r.stderr != "" || r.served != nil {
			t.Errorf("%v: code %d, stderr %q, served %v", args, r.code, r.stderr, r.served)
		}
		text := strings.Join(strings.Fields(r.stdout), " ")
		for variable, field := range flags() {
			flag, fallback := "--"+flagOf(variable), field.Tag.Get("default")
			shown := flag + `="` + fallback + `"`
			switch field.Type.Kind() {
			case reflect.Bool:
				flag = "--[no-]" + flagOf(variable)
				shown = "(default " + fallback + ") ($" + variable + ")"
			case reflect.String:
			default:
				shown = flag + "=" + fallback
			}
			for _, want := range []string{flag, "($" + variable + ")", shown} {
				if !strings.Contains(text, want) {
					t.Errorf("%v does not show %s", args, want)
				}
			}
		}
		if strings.Contains(text, secret) || strings.Contains(text, "4711") {
			t.Errorf("%v shows values of the environment", args)
		}
	}
	text := run(t, nil, "--help").stdout
	for _, command := range []string{"serve", "migrate up", "migrate down", "migrate status", "keys list", "keys rotate", "keys remove",
		"users create", "users list", "users show", "users update", "users delete", "users export", "schema", "version"} {
		if !strings.Contains(text, "\n  "+command+" ") {
			t.Errorf("the command %s is not in\n%s", command, text)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	r := run(t, nil, "version")
	if r.code != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "latchkey ") || strings.Count(r.stdout, "\n") != 1 {
		t.Errorf("code %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
	}
}

func TestSchemaIsPrintedAsItIs(t *testing.T) {
	t.Parallel()
	if r := run(t, nil, "schema"); r.code != 0 || r.stderr != "" || r.stdout != "type Query" {
		t.Errorf("code %d, stdout %q, stderr %q", r.code, r.stdout, r.stderr)
	}
}

func TestLogFormat(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"auto", "json"} {
		t.Run(format+" is JSON where nobody looks on", func(t *testing.T) {
			t.Parallel()
			var line struct{ Msg, A string }
			r := run(t, nil, "--log-format="+format)
			if err := json.Unmarshal([]byte(r.stderr), &line); err != nil || line.Msg != "serving" || line.A != "b c" {
				t.Errorf("logged %q", r.stderr)
			}
		})
	}
	t.Run("text is text", func(t *testing.T) {
		t.Parallel()
		if r := run(t, nil, "--log-format=text"); !strings.HasSuffix(r.stderr, `level=INFO msg=serving a="b c"`+"\n") {
			t.Errorf("logged %q", r.stderr)
		}
	})
	t.Run("below the level, nothing is logged", func(t *testing.T) {
		t.Parallel()
		if r := run(t, nil, "--log-level=warn"); r.code != 0 || r.stderr != "" {
			t.Errorf("code %d, logged %q", r.code, r.stderr)
		}
	})
}

func TestServerThatFailsIsOneLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		words []string
	}{
		"for one reason":   {errors.New("no room"), []string{"no room"}},
		"for two reasons":  {errors.Join(errors.New("no room"), errors.New("no door")), []string{"no room", "no door"}},
		"in several lines": {errors.New("no room\nat all"), []string{"no room", "at all"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, c.err, "--log-level=error")
			if r.code != 1 || r.stdout != "" {
				t.Errorf("code %d, stdout %q", r.code, r.stdout)
			}
			r.complains(t, c.words...)
		})
	}
}
