package store

import (
	"cmp"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/go-sql-driver/mysql"
)

// URL is a database address that has been understood.
type URL struct {
	dialect string
	path    string        // SQLite's file
	mysql   *mysql.Config // MySQL's
}

// ParseURL understands sqlite:PATH and mysql://user:password@host:port/name?tls=MODE (MODE: true, preferred or
// skip-verify; none by default). Its errors never repeat the address, which may hold a password.
func ParseURL(raw string) (URL, error) {
	if path, ok := strings.CutPrefix(raw, "sqlite:"); ok {
		switch {
		case path == "" || path == ":memory:":
			return URL{}, errors.New("the path of a file is missing")
		case strings.HasPrefix(path, "//"):
			return URL{}, errors.New("the path follows sqlite: directly, without //")
		}
		return URL{dialect: dialect.SQLite, path: path}, nil
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return URL{}, errors.New("not a URL (special characters in a password are written %XX)")
	case u.Scheme != "mysql":
		return URL{}, errors.New("unknown kind of database")
	case u.Hostname() == "":
		return URL{}, errors.New("the host is missing")
	case u.Port() != "" && !isPort(u.Port()):
		return URL{}, errors.New("the port is not a number from 1 to 65535")
	case len(u.Path) < 2 || strings.Contains(u.EscapedPath()[1:], "/"):
		return URL{}, errors.New("after the host comes the name of the database, and nothing else")
	}
	config, err := mysqlConfig(u)
	return URL{dialect: dialect.MySQL, mysql: config}, err
}

// Exists returns an error if it is an SQLite file that does not exist. Open would make it.
func (u URL) Exists() error {
	if u.dialect != dialect.SQLite {
		return nil
	}
	_, err := os.Stat(u.path)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no database at " + u.path + ": start the server once, or run `latchkey migrate up`")
	}
	return err
}

func isPort(s string) bool {
	port, err := strconv.ParseUint(s, 10, 16)
	return err == nil && port > 0
}

func mysqlConfig(u *url.URL) (*mysql.Config, error) {
	config := mysql.NewConfig()
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.Net = "tcp"
	config.Addr = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "3306"))
	config.DBName = u.Path[1:]
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, errors.New("the options can't be read")
	}
	config.TLSConfig = options.Get("tls")
	switch config.TLSConfig {
	case "", "true", "preferred", "skip-verify":
	default:
		return nil, errors.New("tls is one of true, preferred and skip-verify")
	}
	for option := range options {
		if option != "tls" {
			return nil, errors.New("the only option is tls")
		}
	}
	return config, nil
}
