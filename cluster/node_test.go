//go:build cluster

package cluster_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// node is one MariaDB of a cluster.
type node struct {
	galera                             *galera
	name, dir                          string
	port, group, transfer, incremental int
	alone                              bool // in no cluster

	process *exec.Cmd
	ended   chan struct{}
}

func (n *node) url(database string) string {
	return fmt.Sprintf("mysql://root@127.0.0.1:%d/%s", n.port, database)
}

func (n *node) makeDir() error {
	for _, dir := range []string{n.dir, n.data()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		if as := n.galera.account; as != nil {
			if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
				return err
			}
		}
	}
	return nil
}

// install makes what a database begins with.
func (n *node) install() error {
	output, err := n.command("mariadb-install-db", "--no-defaults", "--datadir="+n.data(), "--tmpdir="+n.dir,
		"--auth-root-authentication-method=normal", "--skip-test-db").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
}

func (n *node) command(name string, args ...string) *exec.Cmd {
	command := exec.Command(name, args...)
	command.Dir = n.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: n.galera.account, Pdeathsig: syscall.SIGKILL}
	return command
}

func (n *node) data() string   { return filepath.Join(n.dir, "data") }
func (n *node) socket() string { return filepath.Join(n.dir, "s") }

// start starts it, the first one with a cluster of its own, and returns when it is in step with the others.
func (n *node) start(first bool) error {
	from, err := n.position()
	if err != nil {
		return err
	}
	args := append(n.args(), from...)
	if first && !n.alone {
		args = append(args, "--wsrep-new-cluster")
	}
	log, err := os.OpenFile(filepath.Join(n.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the node has it
	n.process = n.command("mariadbd", args...)
	n.process.Stdout, n.process.Stderr = log, log
	if err := n.process.Start(); err != nil {
		return err
	}
	n.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait()
		close(ended)
	}(n.process, n.ended)
	for over := time.Now().Add(startLimit); time.Now().Before(over) && n.running(); time.Sleep(50 * time.Millisecond) {
		if n.alone && n.status("Uptime") != "" || n.state() == "Synced" {
			return nil
		}
	}
	n.kill()
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("%s does not start:\n%s", n.name, text[max(0, len(text)-10_000):])
}

func (n *node) args() []string {
	args := []string{
		"--defaults-file=" + n.galera.config, "--datadir=" + n.data(), "--tmpdir=" + n.dir, "--socket=" + n.socket(),
		"--pid-file=" + filepath.Join(n.dir, "pid"), fmt.Sprintf("--port=%d", n.port), "--bind-address=127.0.0.1",
		"--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M", "--max-connections=500",
	}
	if n.alone {
		return append(args, "--wsrep-on=OFF", "--wsrep-provider=none")
	}
	local := func(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
	return append(args,
		"--wsrep-cluster-address="+n.galera.address(), "--wsrep-node-name="+n.name, "--wsrep-node-address=127.0.0.1",
		"--wsrep-sst-receive-address="+local(n.transfer),
		"--wsrep-provider-options="+n.galera.options+";gcache.size=64M;gmcast.listen_addr=tcp://"+local(n.group)+
			";ist.recv_addr="+local(n.incremental))
}

var recovered = regexp.MustCompile(`WSREP: Recovered position: (\S+)`)

// position tells a node that was killed how far it had come, so that it gets what it has missed instead of everything. Debian's service
// does this with galera_recovery.
func (n *node) position() ([]string, error) {
	if _, err := os.Stat(filepath.Join(n.data(), "grastate.dat")); os.IsNotExist(err) {
		return nil, nil
	}
	text, err := n.command("mariadbd", append(n.args(), "--wsrep-recover")...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	found := recovered.FindAllSubmatch(text, -1)
	if found == nil {
		return nil, fmt.Errorf("no position in:\n%s", text)
	}
	return []string{"--wsrep-start-position=" + string(found[len(found)-1][1])}, nil
}

func (n *node) running() bool {
	if n.process == nil {
		return false
	}
	select {
	case <-n.ended:
		return false
	default:
		return true
	}
}

func (n *node) kill() {
	if n.running() {
		_ = n.process.Process.Kill()
		<-n.ended
	}
}

func (n *node) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := n.process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// empty loses all that it has.
func (n *node) empty(t testing.TB) {
	t.Helper()
	err := os.RemoveAll(n.dir)
	if err == nil {
		err = n.makeDir()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// open is a connection past everything; through its socket, because on the port another server might answer.
func (n *node) open(database string) (*sql.DB, error) {
	return sql.Open("mysql", "root@unix("+n.socket()+")/"+database+"?parseTime=true&interpolateParams=true&timeout=2s")
}

// state is Synced, Donor/Desynced, Joining, Initialized, and so on; "" if it does not answer.
func (n *node) state() string { return n.status("wsrep_local_state_comment") }

func (n *node) status(name string) string {
	db, err := n.open("")
	if err != nil {
		return ""
	}
	defer db.Close() //nolint:errcheck // read
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var value string
	_ = db.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE '"+name+"'").Scan(new(string), &value)
	return value
}

// exec runs a statement past everything.
func (n *node) exec(t testing.TB, database, statement string) {
	t.Helper()
	db, err := n.open(database)
	if err == nil {
		defer db.Close()                                         //nolint:errcheck // the statement counts
		_, err = db.ExecContext(context.Background(), statement) // also in a cleanup
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", n.name, statement, err)
	}
}

// database makes one that is on all nodes, and returns its name.
func (g *galera) database(t testing.TB) string {
	t.Helper()
	g.made++
	name := fmt.Sprintf("latchkey%d", g.made)
	g.nodes[0].exec(t, "", "CREATE DATABASE "+name)
	return name
}
