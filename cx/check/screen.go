package check

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/sayline/sayline/cx"
)

func screenChecks() []check {
	return []check{
		{"H01", "the address people type (/cx) answers or leads to the screen", h01},
		{"H02", "the screen is one response that fits the first flight: at most 14,600 bytes", h02},
		{"H03", "it works without script: a form of its own, with a key", h03},
		{"H04", "one tap is a whole moment: pressing a button leads to a receipt for people", h04},
		{"H05", "it loads nothing from anybody else", h05},
		{"H06", "what its address fills in is shown, and nothing is sent by opening it", h06},
		{"H07", "it is in the person's language, and says which, and which way it runs", h07},
		{"H08", "it can be enlarged, and is not kept by anybody in between", h08},
		{"H09", "axe finds nothing; keyboard alone; 400 % zoom; offline", func(context.Context, *probe) error {
			return hand("try the screen in a browser: axe, keyboard only, 400 %% zoom, without a network")
		}},
	}
}

// page asks for the screen, as a browser does.
func (p *probe) page(ctx context.Context, at string, headers ...string) (*answer, error) {
	for range 4 {
		a, err := p.ask(ctx, call{url: at, headers: append([]string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}, headers...)})
		if err != nil {
			return nil, err
		}
		to := a.header.Get("Location")
		if a.status < 300 || a.status > 399 || to == "" {
			return a, nil
		}
		base, err := url.Parse(at)
		if err != nil {
			return nil, err
		}
		if base, err = base.Parse(to); err != nil {
			return nil, err
		}
		at = base.String()
	}
	return nil, errors.New("it leads on and on")
}

// screen is the screen's answer, which must be a page.
func (p *probe) screen(ctx context.Context, query string, headers ...string) (*answer, error) {
	a, err := p.page(ctx, p.doc.Screen+query, headers...)
	if err != nil {
		return nil, err
	}
	if a.status != 200 || a.kind() != "text/html" {
		return nil, fmt.Errorf("the screen is no page: %s", a)
	}
	return a, nil
}

func h01(ctx context.Context, p *probe) error {
	before, _, _ := strings.Cut(p.url, cx.WellKnown)
	a, err := p.page(ctx, before+"/cx")
	if err != nil {
		return err
	}
	if a.status != 200 || a.kind() != "text/html" {
		return fmt.Errorf("/cx is no page: %s", a)
	}
	return nil
}

func h02(ctx context.Context, p *probe) error {
	a, err := p.screen(ctx, "", "Accept-Encoding", "gzip")
	if err != nil {
		return err
	}
	size := len(a.body)
	if a.header.Get("Content-Encoding") == "" { // what a proxy in front could still do
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(a.body)
		_ = z.Close()
		size = min(size, b.Len())
	}
	for name, values := range a.header {
		for _, v := range values {
			size += len(name) + len(v) + 4
		}
	}
	if size > 14_600 {
		return fmt.Errorf("head and body are %d bytes", size)
	}
	return nil
}

var (
	formTag    = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	inputTag   = regexp.MustCompile(`(?is)<(input|button|textarea)\b([^>]*)>`)
	attribute  = regexp.MustCompile(`(?is)([a-z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)
	loading    = regexp.MustCompile(`(?is)<(script|img|iframe|link|source|video|audio|embed|object)\b([^>]*)>`)
	importing  = regexp.MustCompile(`(?is)(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)`)
	htmlTag    = regexp.MustCompile(`(?is)<html\b([^>]*)>`)
	viewport   = regexp.MustCompile(`(?is)<meta\b[^>]*name=["']?viewport["']?[^>]*>`)
	unscalable = regexp.MustCompile(`(?i)user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*1`)
)

// attributes of a tag, names in small letters.
func attributes(tag string) map[string]string {
	m := map[string]string{}
	for _, a := range attribute.FindAllStringSubmatch(tag, -1) {
		m[strings.ToLower(a[1])] = html.UnescapeString(strings.Trim(a[2], `"'`))
	}
	return m
}

// form is the screen's own: where it is sent to and what it holds.
type form struct {
	action string
	fields url.Values
	button [2]string // a named button, as pressed
}

// momentForm finds the form with which a moment is said without script.
func (p *probe) momentForm(page []byte) (*form, error) {
	for _, m := range formTag.FindAllStringSubmatch(string(page), -1) {
		attrs := attributes(m[1])
		f := &form{fields: url.Values{}}
		if !strings.EqualFold(attrs["method"], "post") {
			continue
		}
		for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
			a := attributes(in[2])
			switch {
			case strings.EqualFold(in[1], "button") && (a["name"] == "feeling" || a["name"] == "topic") && f.button[0] == "":
				f.button = [2]string{a["name"], a["value"]}
			case strings.EqualFold(a["type"], "hidden"):
				f.fields.Add(a["name"], a["value"])
			}
		}
		if len(f.fields.Get("key")) < 22 || f.button[0] == "" {
			continue
		}
		base, err := url.Parse(p.doc.Screen)
		if err != nil {
			return nil, err
		}
		to, err := base.Parse(attrs["action"])
		if err != nil {
			return nil, err
		}
		f.action = to.String()
		return f, nil
	}
	return nil, errors.New("no form with method post, a hidden key and a button named feeling or topic")
}

func h03(ctx context.Context, p *probe) error {
	a, err := p.screen(ctx, "")
	if err != nil {
		return err
	}
	one, err := p.momentForm(a.body)
	if err != nil {
		return err
	}
	if a, err = p.screen(ctx, ""); err != nil {
		return err
	}
	other, err := p.momentForm(a.body)
	if err != nil {
		return err
	}
	if one.fields.Get("key") == other.fields.Get("key") {
		return errors.New("two visits have the same key: two people's taps would be one moment")
	}
	return nil
}

func h04(ctx context.Context, p *probe) error {
	a, err := p.screen(ctx, "?ref="+url.QueryEscape(ref))
	if err != nil {
		return err
	}
	f, err := p.momentForm(a.body)
	if err != nil {
		return err
	}
	f.fields.Add(f.button[0], f.button[1])
	f.fields.Set("ref", ref)
	if a, err = p.ask(ctx, call{method: "POST", url: f.action, body: f.fields.Encode(), kind: "application/x-www-form-urlencoded", headers: []string{"Accept", "text/html"}}); err != nil {
		return err
	}
	p.remember(a)
	if err := a.want(303); err != nil {
		return err
	}
	if a, err = p.page(ctx, a.header.Get("Location")); err != nil {
		return err
	}
	if a.status != 200 || a.kind() != "text/html" {
		return fmt.Errorf("the receipt is no page: %s", a)
	}
	return nil
}

func h05(ctx context.Context, p *probe) error {
	a, err := p.screen(ctx, "")
	if err != nil {
		return err
	}
	base, err := url.Parse(p.doc.Screen)
	if err != nil {
		return err
	}
	var loaded []string
	for _, m := range loading.FindAllStringSubmatch(string(a.body), -1) {
		attrs := attributes(m[2])
		if strings.EqualFold(m[1], "link") && !slices.ContainsFunc(strings.Fields(strings.ToLower(attrs["rel"])), func(r string) bool {
			return slices.Contains([]string{"stylesheet", "icon", "preload", "modulepreload", "preconnect", "prefetch", "dns-prefetch", "manifest", "apple-touch-icon"}, r)
		}) {
			continue
		}
		loaded = append(loaded, or(attrs["src"], or(attrs["href"], attrs["data"])))
	}
	for _, m := range importing.FindAllStringSubmatch(string(a.body), -1) {
		loaded = append(loaded, m[1])
	}
	for _, at := range loaded {
		if u, err := base.Parse(at); err == nil && u.Host != "" && u.Host != base.Host {
			return fmt.Errorf("it loads %s", u)
		}
	}
	return nil
}

func h06(ctx context.Context, p *probe) error {
	words := "filled in " + p.key()[:8]
	a, err := p.screen(ctx, "?text="+url.QueryEscape(words))
	if err != nil {
		return err
	}
	if !strings.Contains(string(a.body), words) {
		return errors.New("the text of the address is not shown")
	}
	if a, err = p.screen(ctx, "?text="+url.QueryEscape("<img src=x onerror=alert(1)>")); err != nil {
		return err
	}
	if strings.Contains(string(a.body), "<img src=x onerror") {
		return errors.New("the text of the address becomes part of the page")
	}
	return nil
}

// rightToLeft are languages whose lines begin at the right.
var rightToLeft = []string{"ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv"}

func h07(ctx context.Context, p *probe) error {
	for _, lang := range p.doc.Languages {
		a, err := p.screen(ctx, "?lang="+url.QueryEscape(lang))
		if err != nil {
			return err
		}
		attrs := map[string]string{}
		if m := htmlTag.FindStringSubmatch(string(a.body)); m != nil {
			attrs = attributes(m[1])
		}
		base, _, _ := strings.Cut(strings.ToLower(lang), "-")
		got, _, _ := strings.Cut(strings.ToLower(attrs["lang"]), "-")
		if got != base {
			return fmt.Errorf("asked for %q its lang is %q", lang, attrs["lang"])
		}
		if slices.Contains(rightToLeft, base) && attrs["dir"] != "rtl" {
			return fmt.Errorf("in %q its dir is %q, expected rtl", lang, attrs["dir"])
		}
	}
	return nil
}

func h08(ctx context.Context, p *probe) error {
	a, err := p.screen(ctx, "")
	if err != nil {
		return err
	}
	tag := viewport.Find(a.body)
	switch {
	case tag == nil:
		return errors.New("it has no viewport: a phone shows it tiny")
	case unscalable.Match(tag):
		return errors.New("it forbids enlarging")
	}
	return lists(a, "Cache-Control", "private", "no-cache")
}
