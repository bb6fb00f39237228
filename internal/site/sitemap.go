package site

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"strings"
	"time"
)

// mostMap is how much of one sitemap is read, unpacked: that is what the protocol
// of sitemaps allows and a fifth of it again.
const mostMap = 60 << 20

// listed is a line of a sitemap.
type listed struct {
	Loc     string
	Changed time.Time
}

// readMap reads a sitemap, or an index of sitemaps: plain or packed, at most so
// many lines and [mostMap] bytes. What can't be read any further ends it: what was read stands.
func readMap(body []byte, most int) (pages, maps []listed) {
	var in io.Reader = bytes.NewReader(body)
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil
		}
		in = packed
	}
	d := xml.NewDecoder(io.LimitReader(in, mostMap))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for len(pages)+len(maps) < most {
		t, err := d.Token()
		if err != nil {
			break
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "url" && start.Name.Local != "sitemap" {
			continue
		}
		var line struct {
			Loc     string `xml:"loc"`
			LastMod string `xml:"lastmod"`
		}
		if err := d.DecodeElement(&line, &start); err != nil {
			break
		}
		l := listed{strings.TrimSpace(line.Loc), when(line.LastMod)}
		if start.Name.Local == "url" {
			pages = append(pages, l)
		} else {
			maps = append(maps, l)
		}
	}
	return pages, maps
}
