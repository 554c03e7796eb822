//go:build cluster

package cluster_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// startLimit is how long anything may take to start on a busy machine.
const startLimit = 60 * time.Second

// galera is a cluster of three nodes on this machine.
type galera struct {
	nodes   []*node
	options string              // of the provider, without those that tell the nodes apart
	config  string              // a copy of galera.cnf
	account *syscall.Credential // that they run as; nil for that of the tests
	made    int                 // databases
}

// newGalera starts a cluster.
func newGalera(dir string) (*galera, error) {
	g := &galera{}
	if err := g.chooseAccount(); err != nil {
		return nil, err
	}
	file, err := os.ReadFile("galera.cnf")
	if err != nil {
		return nil, err
	}
	found := regexp.MustCompile(`(?m)^wsrep_provider_options\s*=\s*"(.*)"$`).FindSubmatch(file)
	if found == nil {
		return nil, fmt.Errorf("galera.cnf has no wsrep_provider_options")
	}
	g.options, g.config = string(found[1]), filepath.Join(dir, "galera.cnf")
	if err := os.WriteFile(g.config, file, 0o644); err != nil {
		return nil, err
	}
	for i := range 3 {
		n := &node{galera: g, dir: filepath.Join(dir, fmt.Sprintf("node%d", i)), name: fmt.Sprintf("node%d", i)}
		for _, port := range []*int{&n.port, &n.group, &n.transfer, &n.incremental} {
			*port = freePort()
		}
		g.nodes = append(g.nodes, n)
	}
	for i, n := range g.nodes {
		err := n.makeDir()
		if err == nil && i == 0 {
			err = n.install() // the others get everything from this one
		}
		if err == nil {
			err = n.start(i == 0)
		}
		if err != nil {
			g.kill()
			return nil, err
		}
	}
	return g, nil
}

// chooseAccount takes Debian's mysql where root may not do it: as root the state transfer by rsync fails.
func (g *galera) chooseAccount() error {
	if os.Getuid() != 0 {
		return nil
	}
	mysql, err := user.Lookup("mysql")
	if err != nil {
		return fmt.Errorf("a node that runs as root can't get its state from another, and there is no user mysql: install mariadb-server, or run this as another user: %w", err)
	}
	uid, err := strconv.ParseUint(mysql.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(mysql.Gid, 10, 32)
	if err != nil {
		return err
	}
	g.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return nil
}

func (g *galera) kill() {
	for _, n := range g.nodes {
		n.kill()
	}
}

func (g *galera) address() string {
	var all []string
	for _, n := range g.nodes {
		all = append(all, fmt.Sprintf("127.0.0.1:%d", n.group))
	}
	return "gcomm://" + strings.Join(all, ",")
}

var drawn sync.Map // ports: not each is taken at once, and whose owner is away looks free

// freePort is none that the system gives to outgoing connections: one of those could take it while its owner is away.
func freePort() int {
	for {
		port := 10000 + rand.IntN(20000)
		if _, before := drawn.LoadOrStore(port, true); before {
			continue
		}
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil && listener.Close() == nil {
			return port
		}
	}
}
