package anywhere

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// maxDomain is the longest name of a host, RFC 1035.
const maxDomain = 253

// asciiDomain reads a domain as people type it and gives it as the network
// writes it: lower case, in punycode. ok is false for what is none. private
// allows addresses and ports of this machine's network too.
func asciiDomain(s string, private bool) (_ string, ok bool) {
	s = strings.TrimSuffix(strings.Trim(s, " \t"), ".")
	host, port := s, ""
	if private {
		if h, p, err := net.SplitHostPort(s); err == nil {
			host, port = h, ":"+p
		}
		if _, err := netip.ParseAddr(host); err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") {
			return strings.ToLower(host) + port, true
		}
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || len(ascii) > maxDomain || strings.ContainsAny(ascii, "_:/@ ") {
		return "", false
	}
	dot := strings.LastIndexByte(ascii, '.')
	if dot <= 0 || !topLevel(ascii[dot+1:]) {
		return "", false
	}
	return ascii + port, true
}

// topLevel says whether a label can stand last: letters, or punycode. Numbers
// ("3.5") and single letters ("e.g") are no domains.
func topLevel(label string) bool {
	if strings.HasPrefix(label, "xn--") {
		return true
	}
	if len(label) < 2 {
		return false
	}
	return !strings.ContainsFunc(label, func(r rune) bool { return r < 'a' || r > 'z' })
}

// spelled is a domain as people read it, and, where that differs, as the
// network does: a look-alike letter shows itself in the second.
func spelled(ascii string) (shown, network string) {
	shown, err := idna.Display.ToUnicode(ascii)
	if err != nil || shown == ascii {
		return ascii, ""
	}
	return shown, ascii
}

// webAddress reads an http(s) address that was scanned or pasted.
func webAddress(s string) (*url.URL, bool) {
	if strings.ContainsAny(s, " \n\t") {
		return nil, false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, false
	}
	return u, true
}
