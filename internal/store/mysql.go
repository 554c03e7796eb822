package store

import (
	"database/sql"
	"strconv"
	"time"

	"entgo.io/ent/dialect"
	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// connections is how many one server opens at most for requests: four servers fit into MySQL's default of 151.
const connections = 32

// answerLimit is how long MySQL may take to answer one statement before the connection is given up, as long as it answers others
// (see Watch). Migrations have no limit.
const answerLimit = 5 * time.Second

func openMySQL(config *mysql.Config) (*DB, error) {
	config.ParseTime = true
	config.Loc = time.UTC
	config.Collation = "utf8mb4_bin"
	config.InterpolateParams = true // one round trip a statement instead of two
	config.ClientFoundRows = true   // an UPDATE that changes nothing has still found its row
	config.Timeout = answerLimit
	config.ReadTimeout = answerLimit
	config.WriteTimeout = answerLimit
	config.Logger = &mysql.NopLogger{} // its lines repeat what the errors say
	config.Params = map[string]string{
		"sql_mode": "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", // cut off nothing silently, whatever the server's default
		// MariaDB would rather sort what two indexes have in common, a million rows perhaps, than read the first of one in order.
		"optimizer_switch": "'index_merge_intersection=off'",
	}
	pool, err := openPool(config)
	if err != nil {
		return nil, err
	}
	unlimited := config.Clone()
	unlimited.ReadTimeout, unlimited.WriteTimeout = 0, 0
	unlimited.Params["lock_wait_timeout"] = strconv.Itoa(int(tableWait.Seconds()))
	migrating, err := openPool(unlimited)
	if err != nil {
		return nil, err
	}
	migrating.SetMaxOpenConns(4) // goose, its lock and the lock's heartbeat; and whoever asks for its state meanwhile
	asked, err := openPool(config)
	if err != nil {
		return nil, err
	}
	asked.SetMaxOpenConns(1)
	asked.SetConnMaxLifetime(0) // it is never idle, and a new one might fail where the others go on
	// A table instead of GET_LOCK, which a cluster does not share. Migrations are short, so the second server asks often.
	locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(250*time.Millisecond, 1200))
	if err != nil {
		return nil, err
	}
	db := newDB(dialect.MySQL, pool, pool, map[string]*sql.DB{"requests": pool, "migrations": migrating, "watch": asked})
	db.asked = asked
	db.answers.Store(newAnswers())
	db.migrations, err = newProvider(goose.DialectMySQL, migrating, locker)
	return db, err
}

func openPool(config *mysql.Config) (*sql.DB, error) {
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(causal{connector})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxLifetime(3 * time.Minute) // shorter than what closes idle connections in between
	return pool, nil
}
