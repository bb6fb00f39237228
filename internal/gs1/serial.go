package gs1

import (
	"net/url"
	"strings"
)

// CutSerial takes the serial number out of an address or path, whether or not
// the rest of it can be read: it names one piece, and so may name the person
// who has it. Everything else stays as it was sent. Where the keys can't be told
// from their values, all from the first "21" on is cut.
func CutSerial(raw string) string {
	rest, fragment, hasFragment := strings.Cut(raw, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	out := ""
	if scheme, after, ok := strings.Cut(path, "://"); ok { // a host may look like a key
		host, _, _ := strings.Cut(after, "/")
		out = scheme + "://" + host
		path = after[len(host):]
	}
	out += cutPath(path)
	if hasQuery {
		out += "?" + cutQuery(query)
	}
	if hasFragment {
		out += "#" + fragment
	}
	return out
}

func cutPath(path string) string {
	segments := strings.Split(path, "/")
	from := keysFrom(segments)
	step := 1
	if from > 0 {
		step = 2 // keys stand at every second place from here
	}
	for i := from; i < len(segments); i += step {
		if step == 2 && !is(segments[i], aiVariant) && !is(segments[i], aiLot) && !is(segments[i], aiSerial) {
			step = 1 // out of step: keys can't be told from values any more
		}
		if is(segments[i], aiSerial) && i+1 < len(segments) {
			return strings.Join(segments[:i], "/")
		}
	}
	return path
}

// keysFrom is the place after the product's number, from which keys and values
// take turns: that of the link which the path reads as, else after the first
// that looks like a product; 0 without one.
func keysFrom(segments []string) int {
	whole := segments
	if n := len(whole); n > 0 && whole[n-1] == "" {
		whole = whole[:n-1]
	}
	for i, s := range whole {
		if s == aiGTIN {
			if _, err := parse(whole[i:], nil); err == nil {
				return i + 2
			}
		}
	}
	for i := range segments {
		if is(segments[i], aiGTIN) && i+1 < len(segments) {
			if g, err := url.PathUnescape(segments[i+1]); err == nil && digits(g) && len(g) >= 8 && i+2 < len(segments) {
				return i + 2
			}
		}
	}
	return 0
}

func cutQuery(query string) string {
	var kept []string
	for _, p := range strings.Split(query, "&") {
		key, _, _ := strings.Cut(p, "=")
		if k, err := url.QueryUnescape(key); err != nil || k != aiSerial {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "&")
}

// is says whether a segment is a key, however it is written.
func is(segment, key string) bool {
	s, err := url.PathUnescape(segment)
	return err == nil && s == key
}
