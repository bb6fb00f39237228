package site

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

var at = &url.URL{Scheme: "https", Host: "www.sparkle.example", Path: "/a/b"}

func TestWhatAPageSays(t *testing.T) {
	now := time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC)
	for body, want := range map[string]string{
		`<meta property="article:modified_time" content="2020-02-03T04:05:06Z"><meta itemprop="dateModified" content="2021-01-01">`:     "2021-01-01 schema",
		`<time itemprop="dateModified" datetime="2018-05">May</time>`:                                                                   "2018-05-01 schema",
		`<script type="application/ld+json">{"@graph":[{"a":[{"dateModified":"2019-07-08"}]},{"datePublished":"2025-01-01"}]}</script>`: "2019-07-08 schema",
		`<script type="application/ld+json">{"dateModified":"2031-01-01"}</script>`:                                                     "2024-01-01 sitemap",
		`<script type="application/ld+json">{"dateModified":</script><script>{"dateModified":"2019-07-08"}</script>`:                    "2024-01-01 sitemap",
		``: "2024-01-01 sitemap",
	} {
		got, how := readPage(at, "text/html", []byte(body)).changed(when("2024"), http.Header{"Last-Modified": {"Tue, 01 Jan 2019 00:00:00 GMT"}}, now)
		if s := got.Format(time.DateOnly) + " " + how; s != want {
			t.Errorf("%s changed %s, want %s", body, s, want)
		}
	}
	f := readPage(at, "text/html; charset=iso-8859-1", []byte("<base href='/x/'><title>Caf\xe9\n &amp; more</title><a href=y?utm_source=z#a>1</a><a href=y>2</a><a href='HTTP://www.sparkle.example:80'>3</a>"))
	if f.Title != "Café & more" || len(f.Links) != 2 || f.Links[0].String() != "https://www.sparkle.example/x/y" || f.Links[1].String() != "http://www.sparkle.example/" || f.WayIn {
		t.Errorf("it says %+v", f)
	}
	for body, way := range map[string]bool{
		`<a href="https://sparkle.example/cx">say it</a>`: true, `<a href=/cx/t/k7f3>`: true, `<script src="https://house.example/@sparkle/cx/button.js">`: true, `<a data-cx href="#">`: true, `<form action="/cx/moments">`: true,
		`<a href="/cxo">`: false, `<a href="/about/cx">`: false, `<!-- <a href="/cx"> -->`: false, `<p>/cx</p>`: false,
	} {
		if got := readPage(at, "text/html", []byte(body)).WayIn; got != way {
			t.Errorf("%s has a way in: %v", body, got)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add("text/html", []byte(`<base href="//["><title>a</title><a href="b" rel="cx"><script type="application/ld+json">[[{"dateModified":"2019"}]]</script>`))
	f.Add("text/html; charset=utf-16", []byte("<\x00a\x00"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		got := readPage(at, contentType, body)
		if len([]rune(got.Title)) > mostTitle || len(got.Links) > mostLinks {
			t.Errorf("a title of %d, %d links", len(got.Title), len(got.Links))
		}
		for _, u := range got.Links {
			if again := tidy(u); again == nil || again.String() != u.String() || u.Fragment != "" || u.User != nil {
				t.Errorf("%q is not tidy", u)
			}
		}
	})
}

func FuzzMap(f *testing.F) {
	f.Add([]byte("<urlset><url><loc>/a</loc><lastmod>2019</lastmod></url><sitemap><loc>b"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, body []byte) {
		pages, maps := readMap(body, 10)
		if len(pages)+len(maps) > 10 {
			t.Errorf("%d lines", len(pages)+len(maps))
		}
		for _, l := range pages {
			if !l.Changed.IsZero() && l.Changed.Year() < 1990 {
				t.Errorf("changed %v", l.Changed)
			}
		}
	})
}
