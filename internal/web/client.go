package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose forwarded headers are believed. The zero
// value believes nobody.
type Proxies []netip.Prefix

// ParseProxies reads networks (CIDR, or single addresses) separated by commas.
func ParseProxies(s string) (Proxies, error) {
	var list Proxies
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if a, err := netip.ParseAddr(part); err == nil {
			a = a.Unmap()
			list = append(list, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("expected networks such as 10.0.0.0/8, got %q", part)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

func (p Proxies) has(a netip.Addr) bool {
	for _, n := range p {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// Trusted says whether the request came straight from a trusted proxy.
func (p Proxies) Trusted(r *http.Request) bool { return p.has(peer(r)) }

// Client is the address of who asks: the nearest hop that is no trusted proxy.
// The zero Addr when it can't be known.
func (p Proxies) Client(r *http.Request) netip.Addr {
	at := peer(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.has(at); i-- {
		next, err := parseHop(strings.TrimSpace(hops[i]))
		if err != nil {
			break // a hop that lies or is empty: the last one believed is the answer
		}
		at = next
	}
	return at
}

// Secure says whether the person came by TLS, as far as we or a trusted proxy know.
func (p Proxies) Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	return p.Trusted(r) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

func peer(r *http.Request) netip.Addr {
	a, err := parseHop(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// parseHop reads an address with or without a port.
func parseHop(s string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone(""), nil
	}
	host, _, err := net.SplitHostPort(s)
	if err != nil {
		return netip.Addr{}, err
	}
	a, err := netip.ParseAddr(host)
	return a.Unmap().WithZone(""), err
}
