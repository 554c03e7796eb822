package store

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestParseURLOfSQLite(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"sqlite:latchkey.db":             "latchkey.db",
		"sqlite:data/latchkey.db":        "data/latchkey.db",
		"sqlite:/var/lib/latchkey.db":    "/var/lib/latchkey.db",
		"sqlite:a b?c=d#e%41.db":         "a b?c=d#e%41.db", // a path, not a URL
		"sqlite:mysql://root:x@host/abc": "mysql://root:x@host/abc",
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, err := ParseURL(raw)
			if err != nil || got.path != want || got.dialect != "sqlite3" || got.mysql != nil {
				t.Errorf("got %+v, %v; want %q", got, err, want)
			}
		})
	}
}

func TestParseURLOfMySQL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]mysql.Config{
		"mysql://u:p@db.example:3307/latchkey": {User: "u", Passwd: "p", Addr: "db.example:3307", DBName: "latchkey"},
		"mysql://u:p@db.example/latchkey":      {User: "u", Passwd: "p", Addr: "db.example:3306", DBName: "latchkey"},
		"mysql://u:p@db.example:/latchkey":     {User: "u", Passwd: "p", Addr: "db.example:3306", DBName: "latchkey"},
		"mysql://u@10.0.0.1/latchkey":          {User: "u", Addr: "10.0.0.1:3306", DBName: "latchkey"},
		"mysql://[::1]/latchkey":               {Addr: "[::1]:3306", DBName: "latchkey"},
		"mysql://[::1]:3307/latchkey":          {Addr: "[::1]:3307", DBName: "latchkey"},
		"mysql://u:a%3Ab%40c%2Fd%3Fe%23f%25g%20@h/n": {
			User: "u", Passwd: "a:b@c/d?e#f%g ", Addr: "h:3306", DBName: "n",
		},
		"mysql://u%40host:p%C3%A4ss@h/n":   {User: "u@host", Passwd: "päss", Addr: "h:3306", DBName: "n"},
		"mysql://u:a:b@h/n":                {User: "u", Passwd: "a:b", Addr: "h:3306", DBName: "n"},
		"mysql://u:p@h/my%2Fname":          {User: "u", Passwd: "p", Addr: "h:3306", DBName: "my/name"},
		"mysql://u:p@h/n?tls=true":         {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n", TLSConfig: "true"},
		"mysql://u:p@h/n?tls=preferred":    {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n", TLSConfig: "preferred"},
		"mysql://u:p@h/n?tls=skip-verify":  {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n", TLSConfig: "skip-verify"},
		"MYSQL://u:p@h:3306/n?tls=":        {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n"},
		"mysql://u:p@h:3306/n?":            {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n"},
		"mysql://u:p@h:3306/n#a-fragment?": {User: "u", Passwd: "p", Addr: "h:3306", DBName: "n"},
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			got, err := ParseURL(raw)
			if err != nil || got.dialect != "mysql" || got.path != "" {
				t.Fatalf("got %+v, %v", got, err)
			}
			c := got.mysql
			understood := mysql.Config{User: c.User, Passwd: c.Passwd, Addr: c.Addr, DBName: c.DBName, TLSConfig: c.TLSConfig}
			if understood.FormatDSN() != want.FormatDSN() || c.Net != "tcp" {
				t.Errorf("understood %s over %s, want %s", understood.FormatDSN(), c.Net, want.FormatDSN())
			}
		})
	}
}

func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-SECRET"
	for raw, want := range map[string]string{
		"":                                                        "unknown kind of database",
		"latchkey.db":                                             "unknown kind of database",
		"sqlite:":                                                 "the path of a file is missing",
		"sqlite://data/latchkey.db":                               "without //",
		"sqlite:///data/latchkey.db":                              "without //",
		"sqlite::memory:":                                         "the path of a file is missing",
		"postgres://u:" + secret + "@h/n":                         "unknown kind of database",
		"u:" + secret + "@tcp(h)/n":                               "", // a DSN of the driver
		"mysql:" + secret:                                         "the host is missing",
		"mysql:u:" + secret + "@h/n":                              "the host is missing",
		"mysql://":                                                "the host is missing",
		"mysql:///n":                                              "the host is missing",
		"mysql://u:" + secret + "@/n":                             "the host is missing",
		"mysql://u:" + secret + "@:3306/":                         "the host is missing",
		"mysql://u:" + secret + "@h":                              "the name of the database",
		"mysql://u:" + secret + "@h/":                             "the name of the database",
		"mysql://u:" + secret + "%zz@h/n":                         "not a URL",
		"mysql://u:" + secret + "%@h/n":                           "not a URL",
		"mysql://u:" + secret + "#@h/n":                           "not a URL",
		"mysql://u:" + secret + "/@h/n":                           "not a URL",
		"mysql://u:" + secret + "?@h/n":                           "not a URL",
		"mysql://u:" + secret + " x@h/n":                          "not a URL",
		"mysql://u:" + secret + "\n@h/n":                          "not a URL",
		"mysql://u:" + secret + "@h:x/n":                          "not a URL",
		"mysql://u:" + secret + "@h:0/n":                          "the port is not a number from 1 to 65535",
		"mysql://u:" + secret + "@h:65536/n":                      "the port is not a number from 1 to 65535",
		"mysql://u:" + secret + "@[::1/n":                         "not a URL",
		" mysql://u:" + secret + "@h/n":                           "not a URL",
		"://u:" + secret + "@h/n":                                 "not a URL",
		"mysql://u:" + secret + "@h/n?tls=" + secret:              "tls is one of true, preferred and skip-verify",
		"mysql://u:" + secret + "@h/n?tls=false":                  "tls is one of true, preferred and skip-verify",
		"mysql://u:" + secret + "@h/n?charset=" + secret:          "the only option is tls",
		"mysql://u:" + secret + "@h/n?" + secret:                  "the only option is tls",
		"mysql://u:" + secret + "@h/n?tls=true&parseTime=true":    "the only option is tls",
		"mysql://u:" + secret + "@h/n?TLS=true":                   "the only option is tls",
		"mysql://u:" + secret + "@h/n?tls=true;x=" + secret:       "",
		"mysql://u:" + secret + "@h/n?tls=true&%zz=" + secret:     "",
		"mysql://u:" + secret + "@h/n/another/" + secret + "/one": "and nothing else",
	} {
		t.Run(strings.ReplaceAll(raw, secret, "SECRET"), func(t *testing.T) {
			t.Parallel()
			got, err := ParseURL(raw)
			if err == nil {
				t.Fatalf("understood as %+v", got)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats the password: %v", err)
			}
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error is %q, want %q", err, want)
			}
		})
	}
}
