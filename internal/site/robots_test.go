package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestWhatASiteAsksFor: the groups that are meant are obeyed, whatever else stands in
// the file; one line that can't be read takes nothing from the others.
func TestWhatASiteAsksFor(t *testing.T) {
	for src, want := range map[string]string{ // path, then whether it may be read
		"":                                       "/ yes",
		"User-agent: *\nDisallow: /":             "/ no /a no",
		"User-agent: *\nDisallow:":               "/ yes",
		"\ufeffUSER-AGENT : *\r\ndisallow: /a#b": "/ yes /a no /ab no /b yes",
		"Disallow: /a\nUser-agent: *\nDisallow: /b":                                                                 "/a yes /b no",
		"User-agent: *\nCrawl-delay: 5s\nDisallow: /a\nnonsense\n\x00: %\nDisallow: /b":                             "/a no /b no",
		"User-agent: *\nDisallow: /\nUser-agent: sayline/2\nDisallow: /a":                                           "/ yes /a no",
		"User-agent: *\nDisallow: /\n\nUser-agent: Sayline":                                                         "/ yes",
		"User-agent: SaylineElse\nDisallow: /":                                                                      "/ yes",
		"User-agent: a\nUser-agent: sayline\nSitemap: /s\nUser-agent: b\nDisallow: /a\nUser-agent: c\nDisallow: /b": "/a no /b yes",
		"User-agent: Sayline\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: Sayline\nDisallow: /b":         "/a no /b no /c yes",
		"User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c":                                                "/a no /a/b yes /a/b/c no",
		"User-agent: *\nDisallow: /a\nAllow: /a":                                                                    "/a yes",
		"User-agent: *\nDisallow: /*.pdf$\nDisallow: /*/print\nDisallow: /q$":                                       "/x.pdf no /x.pdf.html yes /.pdf no /a/print no /print yes /q no /qq yes",
		"User-agent: *\nDisallow: /*?sort=\nDisallow: *x*$":                                                         "/l?sort=1 no /l?page=1 yes /ax no",
		"User-agent: *\nDisallow: /año\nDisallow: /%7Ejoe\nDisallow: /a%2fb\nDisallow: /st*r\nDisallow: /p%2Aq":     "/a%C3%B1o no /a%c3%b1o no /~joe no /a%2Fb no /a/b yes /st*r no /p%2aq no /p%2a yes",
	} {
		w := readWishes(src)
		fields := strings.Fields(want)
		for i := 0; i < len(fields); i += 2 {
			u, err := url.Parse("https://www.sparkle.example" + fields[i])
			if err != nil {
				t.Fatal(err)
			}
			if w.lets(u) != (fields[i+1] == "yes") {
				t.Errorf("%q: %s may be read: %v, want %s", src, fields[i], w.lets(u), fields[i+1])
			}
		}
	}
	w := readWishes("Sitemap: https://a.example/s.xml\nUser-agent: *\nCrawl-delay: 2.5\nsitemap:/t.xml")
	if w.pause != 2500*time.Millisecond || len(w.maps) != 2 || w.maps[1] != "/t.xml" {
		t.Errorf("it asks for %+v", w)
	}
	for says, want := range map[string]time.Duration{"1e300": mostPause, "NaN": pause, "-5": pause, "0": pause, "Inf": mostPause} {
		if got := readWishes("User-agent: *\nCrawl-delay: " + says).after(); got != want {
			t.Errorf("a delay of %s is %v", says, got)
		}
	}
}

// TestWishesCostLittle: what a page costs to look up does not depend on how a site
// words what it asks for.
func TestWishesCostLittle(t *testing.T) {
	u := &url.URL{Scheme: "https", Host: "www.sparkle.example", Path: "/" + strings.Repeat("aab", 300)}
	for name, src := range map[string]string{
		"stars": "User-agent: *\nDisallow: /" + strings.Repeat("*a", 250_000) + "c\n",
		"rules": "User-agent: *\n" + strings.Repeat("Disallow: /*a*a*a*a*a*a*a*c\n", 17_000),
	} {
		start := time.Now()
		if !readWishes(src).lets(u) {
			t.Errorf("%s: it may be read", name)
		}
		if took := time.Since(start); took > 5*time.Second { // with a pattern compiled for each, 20
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestHeadersThatAskNotToFollow are obeyed where they speak to everybody, or to this reader.
func TestHeadersThatAskNotToFollow(t *testing.T) {
	for says, want := range map[string]bool{
		"nofollow": true, "noindex, NoFollow": true, "none": true, "noindex": false, "": false,
		"googlebot: nofollow": false, "sayline: noindex, nofollow": true, "otherbot: noindex, nofollow": false,
		"max-image-preview:none": false, "unavailable_after: 25 Jun 2030 15:00:00 PST, nofollow": true,
	} {
		if got := silent(http.Header{"X-Robots-Tag": {says}}); got != want {
			t.Errorf("%q asks not to follow: %v", says, got)
		}
	}
	if f := readPage(at, "text/html", []byte(`<meta name="robots" content="index,follow,max-image-preview:none"><a href="/b">b</a>`)); len(f.Links) != 1 {
		t.Error("a page that asks for no pictures is not followed")
	}
}
