package server

import (
	"fmt"
	"log/slog"
	"net"
)

// greeting says where everything is, in one line.
type greeting struct {
	playground bool
	metrics    string // "" for nowhere
}

func (g greeting) say(log *slog.Logger, addr net.Addr) {
	url := atHome(addr)
	where := []any{"graphql", url + "/graphql"}
	if g.playground {
		where = append([]any{"playground", url + "/"}, where...)
	}
	if g.metrics != "" {
		where = append(where, "metrics", g.metrics)
	}
	log.Info("ready", where...)
}

// atHome is a URL that works on this machine.
func atHome(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok && (tcp.IP.IsUnspecified() || tcp.IP.IsLoopback()) {
		return fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	return "http://" + addr.String()
}
