package throttle

import "net/netip"

// Network is what counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is the least that a household gets
// (RFC 6177 §2). What is no address is a network of its own.
func Network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	parsed = parsed.Unmap().WithZone("")
	if parsed.Is4() {
		return parsed.String()
	}
	network, _ := parsed.Prefix(64) // IPv6 has that many bits
	return network.String()
}
