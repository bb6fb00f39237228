package site

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestWhatASitemapLists(t *testing.T) {
	for src, want := range map[string]string{
		`<?xml version="1.0" encoding="UTF-8"?><!-- by hand --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a.example/x?a=1&amp;b=2 </loc><lastmod>2023-06-01</lastmod></url></urlset>`: "https://a.example/x?a=1&b=2 2023-06-01",
		`<urlset><url><loc><![CDATA[https://a.example/x?a=1&b=2]]></loc></url>`:                                                                        "https://a.example/x?a=1&b=2 ",
		`<urlset><url><loc>/a</loc><image:image><image:loc>/b.png</image:loc><image:title>B</image:title></image:image></url><url><loc>/c</loc></url>`: "/a  /c ",
		`<urlset><url><image:loc>/b.png</image:loc><loc>/a</loc></url>`:                                                                                "/a ",
		`<sm:urlset xmlns:sm="x"><sm:url><sm:loc>/a</sm:loc><sm:lastmod>2020</sm:lastmod></sm:url></sm:urlset>`:                                        "/a 2020-01-01",
		`<sitemapindex><sitemap><loc>/s.xml</loc></sitemap></sitemapindex>`:                                                                            "map /s.xml ",
		`<urlset><url><loc>/a</loc></url><url><loc>/b`:                                                                                                 "/a ",
		`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&x;</loc></url></urlset>`:                                            "/&x; ",
		"\x1f\x8bno": "",
	} {
		pages, maps := readMap([]byte(src), 100)
		var got []string
		for _, l := range pages {
			got = append(got, l.Loc+" "+date(l.Changed))
		}
		for _, l := range maps {
			got = append(got, "map "+l.Loc+" "+date(l.Changed))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s lists %q, want %q", src, s, want)
		}
	}
	if pages, _ := readMap([]byte(strings.Repeat("<url><loc>/a</loc></url>", 99)), 7); len(pages) != 7 {
		t.Errorf("of 7 at most it gave %d", len(pages))
	}
}

func date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

// TestASitemapTakesLittleMemory: a few bytes that unpack to what is as deep, as wide or
// as long as it may be hold no more than a line of it.
func TestASitemapTakesLittleMemory(t *testing.T) {
	for name, repeated := range map[string][2]string{
		"deep":       {"<urlset><url>", "<a>"},
		"attributes": {"<urlset ", "a='b' "},
		"one text":   {"<urlset><url><loc>", "aaaa"},
		"comment":    {"<!--", "xxxx"},
		"entities":   {"<!DOCTYPE a [", "<!ENTITY a 'b'>"},
		"texts":      {"<url><loc>", "aaaa<!-- -->"},
	} {
		var body bytes.Buffer
		z := gzip.NewWriter(&body)
		fmt.Fprint(z, repeated[0])
		for range 8 {
			fmt.Fprint(z, strings.Repeat(repeated[1], 1<<20/len(repeated[1])))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		pages, maps := readMap(body.Bytes(), 100)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 || len(pages)+len(maps) > 0 { // with a tree of it, 200 MiB
			t.Errorf("%s: it took %d MiB and lists %d", name, took>>20, len(pages)+len(maps))
		}
	}
}
