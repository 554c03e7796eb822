package graph

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// proxies know where a request comes from.
type proxies struct {
	trusted []netip.Prefix
	log     *slog.Logger
	warned  sync.Once
}

// client returns the address of whoever sent r, "" if it is not known: that of the connection, unless that is a trusted proxy's. Then
// it is what the proxy has added to X-Forwarded-For, at the right; and so on, as long as that is a trusted proxy's too. What is
// further to the left anybody may have made up.
func (p *proxies) client(r *http.Request) string {
	address, known := parseAddress(r.RemoteAddr)
	if !known {
		return ""
	}
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	if forwarded[0] != "" && !p.trust(address) {
		p.warn(r.Context())
	}
	for _, entry := range slices.Backward(forwarded) {
		next, known := parseAddress(strings.TrimSpace(entry))
		if !p.trust(address) || !known {
			break
		}
		address = next
	}
	return address.String()
}

func (p *proxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(p.trusted, func(network netip.Prefix) bool { return network.Contains(address) })
}

// warn says once what an operator may have forgotten. Any client can cause it.
func (p *proxies) warn(ctx context.Context) {
	p.warned.Do(func() {
		p.log.WarnContext(ctx, "X-Forwarded-For is ignored: it did not come from an address in LATCHKEY_TRUSTED_PROXIES; behind a proxy all clients count as one until it is set")
	})
}

// parseAddress reads an address with or without a port; some proxies add one.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}, false
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), true
}
