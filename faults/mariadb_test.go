//go:build faults

package faults_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// mariadb is a server of its own, because it is frozen, killed and started again. It keeps what it has committed, as they do.
type mariadb struct {
	URL string // of the database in it

	t       testing.TB
	dir     string
	port    int
	process *exec.Cmd
	ended   chan struct{}
}

// newMariaDB starts a server with an empty database, that ends with the test.
func newMariaDB(t testing.TB) *mariadb {
	t.Helper()
	m := &mariadb{t: t, dir: t.TempDir()}
	install := exec.Command("mariadb-install-db", "--no-defaults", "--user="+userName(t), "--datadir="+m.data(),
		"--tmpdir="+m.dir, // at its start it removes what it finds in there of others, which may be another one that starts
		"--auth-root-authentication-method=normal", "--skip-test-db")
	if output, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: run this with `make faults`\n%s", err, output)
	}
	t.Cleanup(func() { m.end(syscall.SIGKILL) })
	for range 20 {
		// Not a port that the system gives to outgoing connections: one of those could take it while the server is away.
		m.port = 10000 + rand.IntN(10000)
		if m.start() {
			m.exec("CREATE DATABASE latchkey")
			m.URL = fmt.Sprintf("mysql://root@127.0.0.1:%d/latchkey", m.port)
			return m
		}
	}
	t.Fatal("MariaDB does not start")
	return nil
}

func userName(t testing.TB) string {
	t.Helper()
	current, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return current.Username
}

func (m *mariadb) data() string { return filepath.Join(m.dir, "data") }

// Start starts it again at the same address, and returns when it answers.
func (m *mariadb) Start() {
	m.t.Helper()
	if !m.start() {
		log, _ := os.ReadFile(filepath.Join(m.dir, "log"))
		m.t.Fatalf("MariaDB does not start again:\n%s", log)
	}
}

func (m *mariadb) start() bool {
	m.t.Helper()
	log, err := os.OpenFile(filepath.Join(m.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		m.t.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the server has it
	m.process = exec.Command("mariadbd", "--no-defaults", "--user="+userName(m.t), "--datadir="+m.data(), "--tmpdir="+m.dir, "--socket="+filepath.Join(m.dir, "s"),
		"--pid-file="+filepath.Join(m.dir, "pid"), fmt.Sprintf("--port=%d", m.port), "--bind-address=127.0.0.1",
		"--innodb-buffer-pool-size=512M") // for those tests that fill it
	m.process.Stdout, m.process.Stderr = log, log
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.process.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait()
		close(ended)
	}(m.process, m.ended)
	for over := time.Now().Add(startLimit); time.Now().Before(over); time.Sleep(20 * time.Millisecond) {
		select {
		case <-m.ended: // the port is taken, perhaps
			return false
		default:
		}
		if m.try("SELECT 1") == nil {
			return true
		}
	}
	return false
}

// end sends a signal that ends it, and waits for that.
func (m *mariadb) end(signal syscall.Signal) {
	_ = m.process.Process.Signal(signal)
	if signal == syscall.SIGKILL {
		_ = m.process.Process.Signal(syscall.SIGCONT)
	}
	<-m.ended
}

func (m *mariadb) signal(signal syscall.Signal) {
	m.t.Helper()
	if err := m.process.Process.Signal(signal); err != nil {
		m.t.Fatal(err)
	}
}

// open is a connection past everything; through its socket, because on the port another server might answer.
func (m *mariadb) open(database string) *sql.DB {
	m.t.Helper()
	db, err := sql.Open("mysql", "root@unix("+filepath.Join(m.dir, "s")+")/"+database+"?parseTime=true")
	if err != nil {
		m.t.Fatal(err)
	}
	return db
}

func (m *mariadb) try(statement string) error {
	db := m.open("")
	defer db.Close() //nolint:errcheck // the statement counts
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := db.ExecContext(ctx, statement)
	return err
}

func (m *mariadb) exec(statement string) {
	m.t.Helper()
	if err := m.try(statement); err != nil {
		m.t.Fatalf("%s: %v", statement, err)
	}
}

// connections is how many others are connected to the database.
func (m *mariadb) connections() (n int) {
	m.t.Helper()
	db := m.open("")
	defer db.Close() //nolint:errcheck // read
	if err := db.QueryRow("SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'latchkey'").Scan(&n); err != nil {
		m.t.Fatal(err)
	}
	return n
}

// awaitNobody waits until what a killed server has left behind has been rolled back or committed.
func (m *mariadb) awaitNobody() {
	m.t.Helper()
	for range 1000 {
		if m.connections() == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	m.t.Fatal("connections of a killed server are still there: " + strings.TrimSpace(m.URL))
}
