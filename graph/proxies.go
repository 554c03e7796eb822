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
	forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if !p.trust(address) {
		if forwarded != "" {
			p.warn(r.Context())
		}
		return address.String()
	}
	for _, entry := range slices.Backward(strings.Split(forwarded, ",")) {
		next, known := parseAddress(strings.TrimSpace(entry))
		if !known || !p.trust(address) {
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

// parseAddress reads an address with or without a port; connections have one, and some proxies add one.
func parseAddress(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap().WithZone(""), err == nil
}
