package store

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/go-sql-driver/mysql"
)

// unknownVariable is how MySQL refuses a variable that it does not have.
const unknownVariable = 1193

// causal makes connections on which a read sees all that was committed on any node of a Galera cluster before it began: a token that
// one server has taken back is refused by all others at once, whichever node they read from. A transaction waits where it
// begins. What is no cluster has the variable and does not wait (MariaDB), or has not got it (MySQL).
type causal struct{ driver.Connector }

// Connect sets it on each connection, so none that comes after a failover lacks it.
func (c causal) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.(driver.ExecerContext).ExecContext(ctx, "SET SESSION wsrep_sync_wait = 1", nil)
	if refused, is := errors.AsType[*mysql.MySQLError](err); is && refused.Number == unknownVariable {
		return conn, nil
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
