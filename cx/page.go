package cx

import (
	"net/url"
	"slices"
	"strings"
)

// pageLinks are the targets of a page's <link>s (and <a>s) with this relation,
// as absolute addresses.
func pageLinks(page string, base *url.URL, rel string) (targets []string) {
	for t := range tagsOf(page) {
		if t.name == "base" && t.attrs["href"] != "" {
			if u, err := base.Parse(t.attrs["href"]); err == nil {
				base = u
			}
		}
		if (t.name == "link" || t.name == "a") && hasRel(t.attrs["rel"], rel) {
			targets = appendResolved(targets, base, t.attrs["href"])
		}
	}
	return targets
}

// most other ways that are taken from a page.
const maxContacts = 4

// contacts are a page's own mailto: and tel: links, what remains where a brand
// does not speak the protocol.
func contacts(page string) (ways []string) {
	for t := range tagsOf(page) {
		to := strings.TrimSpace(t.attrs["href"])
		if t.name != "a" || len(ways) == maxContacts {
			continue
		}
		if u, err := url.Parse(to); err == nil && (u.Scheme == "mailto" || u.Scheme == "tel") {
			to, _, _ = strings.Cut(to, "?") // a subject or a body is somebody else's words
			if reachable(to) && !slices.Contains(ways, to) {
				ways = append(ways, to)
			}
		}
	}
	return ways
}

func tagsOf(page string) func(func(tag) bool) {
	return func(yield func(tag) bool) { tags(page, yield) }
}
