package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Limits of one sitemap: how much of it is read, unpacked, which is what the protocol of
// sitemaps allows and a fifth of it again; how long one element or text may be; and how
// many of them there may be, or millions of nothing would keep the reader busy.
const (
	mostMap    = 60 << 20
	mostToken  = 1 << 20
	mostTokens = 2_000_000
)

// listed is a line of a sitemap.
type listed struct {
	Loc     string
	Changed time.Time
}

// readMap reads a sitemap, or an index of sitemaps: plain or packed, at most so
// many lines and [mostMap] bytes. What can't be read any further ends it: what was
// read stands. It is read element by element, and nothing but the line it is at is
// kept: a few packed bytes can unpack to a document that is as deep as it is long.
func readMap(body []byte, most int) (pages, maps []listed) {
	var in io.Reader = bytes.NewReader(body)
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil
		}
		in = packed
	}
	z := html.NewTokenizer(io.LimitReader(in, mostMap))
	z.SetMaxBuf(mostToken)
	z.AllowCDATA(true)
	var line listed
	var of, inside string // the element of the line, and the one in it whose text is read
	var text strings.Builder
	for n := 0; n < mostTokens && len(pages)+len(maps) < most; n++ {
		switch z.Next() {
		case html.ErrorToken: // the end, or what can't be read any further
			return pages, maps
		case html.StartTagToken:
			name, _ := z.TagName()
			prefix, local := namespaced(string(name))
			text.Reset()
			inside = ""
			switch {
			case local == "url" || local == "sitemap":
				line, of = listed{}, string(name)
			case of != "" && (local == "loc" || local == "lastmod") && strings.HasPrefix(of, prefix) && !strings.Contains(of[len(prefix):], ":"):
				inside = local
			}
		case html.TextToken:
			if inside != "" && text.Len() < mostAddress*4 {
				text.Write(z.Text())
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			said := strings.TrimSpace(text.String())
			switch _, local := namespaced(string(name)); {
			case inside != "" && local == inside && inside == "loc":
				line.Loc = said
			case inside != "" && local == inside:
				line.Changed = when(said)
			case string(name) == of && line.Loc != "":
				if strings.HasSuffix(of, "sitemap") {
					maps = append(maps, line)
				} else {
					pages = append(pages, line)
				}
				of = ""
			}
			inside = ""
		}
	}
	return pages, maps
}

// namespaced parts an element's name: "sm:loc" is "sm:" and "loc".
func namespaced(name string) (prefix, local string) {
	at := strings.IndexByte(name, ':') + 1
	return name[:at], name[at:]
}
