package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"
	"time"

	"github.com/sayline/sayline/cx"
)

func mediaChecks() []check {
	return []check{
		{"M01", "a photo of each type it takes is a whole moment, and comes back as a photo", m01},
		{"M02", "a voice of each type it takes is a whole moment, and comes back as a voice", m02},
		{"M03", "a photo can be added to an open moment, and not to a sealed one (409)", m03},
		{"M04", "what is something else than its content type is refused (415)", m04},
		{"M05", "what a camera writes into a photo (EXIF, GPS, comments) is gone", m05},
		{"M06", "a photo is shown upright", m06},
		{"M07", "HTML and SVG are never shown as a page", m07},
		{"M08", "media is served with nosniff, as an attachment or in a sandbox", m08},
		{"M09", "a photo that unpacks to far too much is refused (4xx), and fast", m09},
		{"M10", "a photo too many, and one too large, are refused", m10},
		{"M11", "the same key and photo are one moment, with another photo it is refused (422)", m11},
		{"M12", "the export holds the media, and a withdrawal erases it", m12},
	}
}

// medium is a part of what is sent.
type medium struct {
	media, kind string // photo or voice, and its declared type
	bytes       []byte
}

// takes are the types of a medium the brand takes.
func (p *probe) takes(media string) ([]string, error) {
	a, ok := p.doc.Taken(media)
	if !ok || len(a.Types) == 0 {
		return nil, absent("it takes no %s", media)
	}
	return a.Types, nil
}

// photoKind is a type of photo that it takes, and that this package can write.
func (p *probe) photoKind() (string, error) {
	types, err := p.takes(cx.Photo)
	if err != nil {
		return "", err
	}
	for _, t := range []string{"image/jpeg", "image/png"} {
		if slices.Contains(types, t) {
			return t, nil
		}
	}
	return "", hand("it takes neither JPEG nor PNG")
}

// send says a marked moment with media.
func (p *probe) send(ctx context.Context, key, members string, media ...medium) (*answer, error) {
	body, kind := parts(append([]medium{{"moment", "application/json", []byte(moment(members))}}, media...))
	a, err := p.ask(ctx, call{method: "POST", url: p.doc.API.Submit, body: body, kind: kind, headers: []string{"Idempotency-Key", key, "Accept", "application/json"}})
	if err == nil {
		p.remember(a)
	}
	return a, err
}

// add sends one photo or voice to a receipt, as the body itself.
func (p *probe) add(ctx context.Context, receipt string, m medium) (*answer, error) {
	return p.ask(ctx, call{method: "POST", url: receipt + "/media", body: string(m.bytes), kind: m.kind, headers: []string{"Accept", "application/json"}})
}

// shown says a moment with media, and waits until each can be seen.
func (p *probe) shown(ctx context.Context, media ...medium) (*cx.Accepted, []cx.Media, error) {
	a, err := p.send(ctx, p.key(), `{}`, media...)
	if err != nil {
		return nil, nil, err
	}
	said := new(cx.Accepted)
	if err := a.want(201); err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(a.body, said); err != nil {
		return nil, nil, err
	}
	for end := p.o.Now().Add(30 * time.Second); ; {
		rec, _, err := p.read(ctx, said.Receipt)
		if err != nil {
			return nil, nil, err
		}
		if len(rec.Media) != len(media) {
			return nil, nil, fmt.Errorf("%d were sent, the receipt has %d", len(media), len(rec.Media))
		}
		waiting := false
		for i, m := range rec.Media {
			switch {
			case m.State == "broken" || m.Kind != media[i].media:
				return nil, nil, fmt.Errorf("a %s (%s) has become a %s %s", media[i].media, media[i].kind, m.State, m.Kind)
			case m.State != "clean" || m.URL == "":
				waiting = true
			}
		}
		switch {
		case !waiting:
			return said, rec.Media, nil
		case p.o.Now().After(end):
			return nil, nil, errors.New("after half a minute it is not ready to be seen")
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// file reads what is served of a photo or voice.
func (p *probe) file(ctx context.Context, at string) (*answer, error) {
	a, err := p.ask(ctx, call{url: at})
	if err != nil {
		return nil, err
	}
	return a, a.want(200)
}

// each says something with a sample of each type, and looks at what is served.
func (p *probe) each(ctx context.Context, media string) error {
	types, err := p.takes(media)
	if err != nil {
		return err
	}
	for _, kind := range types {
		b := sample(kind)
		if b == nil {
			continue // of a type this package has no sample of
		}
		_, list, err := p.shown(ctx, medium{media, kind, b})
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		a, err := p.file(ctx, list[0].URL)
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if is := sniff(a.body); is != list[0].Type || a.kind() != is {
			return fmt.Errorf("%s: the receipt says %q, it is served as %q and is %q", kind, list[0].Type, a.kind(), is)
		}
	}
	return nil
}

func m01(ctx context.Context, p *probe) error { return p.each(ctx, cx.Photo) }
func m02(ctx context.Context, p *probe) error { return p.each(ctx, cx.Voice) }

func m03(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	said, err := p.say(ctx, `{"feeling":3,"more":true}`)
	if err != nil {
		return err
	}
	a, err := p.add(ctx, said.Receipt, medium{cx.Photo, kind, picture(kind, 1)})
	if err != nil {
		return err
	}
	if err := a.want(201); err != nil {
		return fmt.Errorf("as the body: %w", err)
	}
	body, form := parts([]medium{{cx.Photo, kind, picture(kind, 2)}})
	if a, err = p.ask(ctx, call{method: "POST", url: said.Receipt + "/media", body: body, kind: form, headers: []string{"Accept", "application/json"}}); err != nil {
		return err
	}
	if err := a.want(201); err != nil {
		return fmt.Errorf("as a part: %w", err)
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if len(rec.Media) != 2 {
		return fmt.Errorf("two were added, the receipt has %d", len(rec.Media))
	}
	if a, err = p.change(ctx, "PATCH", said.Receipt, `{"more":false}`); err != nil {
		return err
	}
	if err := a.want(200); err != nil {
		return err
	}
	if a, err = p.add(ctx, said.Receipt, medium{cx.Photo, kind, picture(kind, 3)}); err != nil {
		return err
	}
	return a.refused(409)
}

// refuses says whether what is sent is refused, with the moment and added to one.
func (p *probe) refuses(ctx context.Context, what string, m medium, statuses ...int) error {
	a, err := p.send(ctx, p.key(), `{"feeling":3}`, m)
	if err != nil {
		return err
	}
	if err := a.refused(statuses...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	said, err := p.say(ctx, `{"feeling":3,"more":true}`)
	if err != nil {
		return err
	}
	if a, err = p.add(ctx, said.Receipt, m); err != nil {
		return err
	}
	if err := a.refused(statuses...); err != nil {
		return fmt.Errorf("%s, added: %w", what, err)
	}
	return nil
}

func m04(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	other := map[string]string{"image/jpeg": "image/png", "image/png": "image/jpeg"}[kind]
	for what, m := range map[string]medium{
		"HTML": {cx.Photo, kind, []byte("<!doctype html><script>alert(1)</script>")}, "words": {cx.Photo, kind, []byte("just words")},
		"a photo of another type": {cx.Photo, kind, picture(other, 1)}, "a voice": {cx.Photo, kind, sample("audio/ogg")},
	} {
		if err := p.refuses(ctx, what+" called "+kind, m, 415); err != nil {
			return err
		}
	}
	return nil
}

func m05(ctx context.Context, p *probe) error {
	types, err := p.takes(cx.Photo)
	if err != nil {
		return err
	}
	for _, kind := range types {
		b := telling(kind)
		if b == nil {
			continue
		}
		said, list, err := p.shown(ctx, medium{cx.Photo, kind, b})
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		at := []string{list[0].URL, list[0].Thumb}
		for _, u := range at {
			if u == "" {
				continue
			}
			a, err := p.file(ctx, u)
			if err != nil {
				return err
			}
			if bytes.Contains(a.body, []byte(canary)) || bytes.Contains(a.body, []byte("Exif\x00")) {
				return fmt.Errorf("%s: what the camera wrote is served", kind)
			}
		}
		a, err := p.ask(ctx, call{url: said.Receipt + "/export", headers: []string{"Accept", "application/json"}})
		if err != nil {
			return err
		}
		for _, file := range exported(a.body) {
			if bytes.Contains(file, []byte(canary)) {
				return fmt.Errorf("%s: what the camera wrote is in the export", kind)
			}
		}
	}
	return nil
}

func m06(ctx context.Context, p *probe) error {
	types, err := p.takes(cx.Photo)
	if err != nil {
		return err
	}
	if !slices.Contains(types, "image/jpeg") {
		return absent("it takes no JPEG")
	}
	_, list, err := p.shown(ctx, medium{cx.Photo, "image/jpeg", telling("image/jpeg")})
	if err != nil {
		return err
	}
	a, err := p.file(ctx, list[0].URL)
	if err != nil {
		return err
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(a.body))
	if err != nil {
		return hand("%s is not read here: look whether it stands upright", a.kind())
	}
	if c.Width != photoHeight || c.Height != photoWidth {
		return fmt.Errorf("it was to be turned by a quarter, and is %d by %d", c.Width, c.Height)
	}
	return nil
}

func m07(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	const script = `<script>document.title='run'</script>`
	svg := []byte(`<svg xmlns="http://www.w3.org/2000/svg">` + script + `</svg>`)
	page := append(picture(kind, 4), "<!doctype html><html>"+script...)
	for what, m := range map[string]medium{
		"SVG": {cx.Photo, "image/svg+xml", svg}, "HTML": {cx.Photo, "text/html", []byte("<!doctype html>" + script)}, "XHTML": {cx.Photo, "application/xhtml+xml", svg},
		"a photo that is HTML, too": {cx.Photo, kind, page}, "the same, of no type": {cx.Photo, "application/octet-stream", page},
	} {
		a, err := p.send(ctx, p.key(), `{"feeling":3}`, m)
		if err != nil {
			return err
		}
		if a.status >= 400 && a.status < 500 {
			continue
		}
		if err := a.want(201); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		rec, _, err := p.read(ctx, a.header.Get("Location"))
		if err != nil {
			return err
		}
		for _, f := range rec.Media {
			if f.URL == "" {
				continue
			}
			if a, err = p.ask(ctx, call{url: f.URL, headers: []string{"Accept", "text/html"}}); err != nil {
				return err
			}
			if a.status == 200 && (sniff(a.body) == "" || sniff(a.body) != a.kind() || bytes.Contains(a.body, []byte(script))) {
				return fmt.Errorf("%s is served as %s", what, a)
			}
		}
	}
	return nil
}
