package site

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// tidy is an address as pages are told apart by: without what does not change
// the page. Nil for what is no page's address.
func tidy(u *url.URL) *url.URL {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil
	}
	out := &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: u.Path, RawPath: u.RawPath}
	if out.Scheme == "http" {
		out.Host = strings.TrimSuffix(out.Host, ":80")
	} else {
		out.Host = strings.TrimSuffix(out.Host, ":443")
	}
	if out.Path == "" {
		out.Path = "/"
	}
	q := u.Query()
	for name := range q {
		if strings.HasPrefix(name, "utm_") {
			q.Del(name)
		}
	}
	out.RawQuery = q.Encode()
	if len(out.String()) > mostAddress {
		return nil
	}
	return out
}

// mostAddress is how long an address may be, in bytes.
const mostAddress = 1000

// resolve is where a link on a page leads, tidied; nil for nowhere.
func resolve(at *url.URL, link string) *url.URL {
	u, err := at.Parse(strings.TrimSpace(link))
	if err != nil {
		return nil
	}
	return tidy(u)
}

// same says whether two addresses are of one site: its www is no other.
func same(a, b *url.URL) bool {
	return strings.TrimPrefix(a.Host, "www.") == strings.TrimPrefix(b.Host, "www.")
}

// notPages are the ends of names of what is no page.
var notPages = strings.Fields(".jpg .jpeg .png .gif .svg .webp .avif .ico .pdf .zip .gz .mp3 .mp4 .webm .css .js .mjs .json .xml .rss .txt .woff .woff2 .ttf .doc .docx .xls .xlsx .ppt .pptx .csv .apk .dmg .exe")

// worth says whether a link found on a page is worth following: a page of the
// site, and no question asked of it (a calendar's next month never ends).
func worth(site, u *url.URL) bool {
	return u != nil && same(site, u) && u.RawQuery == "" && !slices.Contains(notPages, strings.ToLower(path.Ext(u.Path))) && !toScreen(u)
}

// toScreen says whether an address is a brand's touch screen, by its path.
func toScreen(u *url.URL) bool {
	p := u.Path
	if rest, ok := strings.CutPrefix(p, "/@"); ok { // a brand's place at an operator's
		_, after, _ := strings.Cut(rest, "/")
		p = "/" + after
	}
	return p == "/cx" || strings.HasPrefix(p, "/cx/")
}
