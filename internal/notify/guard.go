package notify

import (
	"net"
	"net/netip"
	"syscall"
	"time"
)

// connectTimeout is how long a connection may take to stand, TLS not included.
const connectTimeout = 4 * time.Second

// Guard is the dialer for addresses that others gave us. It looks at the very
// address of each connection, after the name was resolved and before the first
// packet, so no answer of a name server can lead it elsewhere; it refuses all
// that is not the public Internet, unless allowPrivate. A nil resolver is the
// machine's.
func Guard(allowPrivate bool, resolver *net.Resolver) *net.Dialer {
	if allowPrivate {
		return &net.Dialer{Timeout: connectTimeout, Resolver: resolver}
	}
	return guard(Public, resolver)
}

func guard(allowed func(netip.Addr) bool, resolver *net.Resolver) *net.Dialer {
	return &net.Dialer{
		Timeout:  connectTimeout,
		Resolver: resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !allowed(to.Addr()) {
				return refusedError{}
			}
			return nil
		},
	}
}

// notPublic are the blocks that do not lead to one host of the public Internet
// (IANA special-purpose address registries, RFC 6890 and its updates). IPv6
// needs only those inside 2000::/3, for nothing outside of it is public.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	nat64         = netip.MustParsePrefix("64:ff9b::/96")
)

// Public says whether an address is one of the public Internet. An IPv4 address
// inside an IPv6 one (mapped, behind the well-known NAT64 prefix, or the host of an
// ISATAP link, RFC 5214, section 6.1) is judged as itself; those of 6to4, Teredo and
// a network's own NAT64 prefix (RFC 8215) are refused with their blocks. What an
// operator's translator makes of a prefix of its own, nobody can know here.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" {
		return false
	}
	if a.Is6() {
		b := a.As16()
		host := netip.AddrFrom4([4]byte(b[12:]))
		switch isatap := b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe; {
		case nat64.Contains(a):
			a = host
		case isatap && !Public(host):
			return false
		}
	}
	if !a.IsValid() || a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func prefixes(list ...string) []netip.Prefix {
	p := make([]netip.Prefix, len(list))
	for i, s := range list {
		p[i] = netip.MustParsePrefix(s)
	}
	return p
}
