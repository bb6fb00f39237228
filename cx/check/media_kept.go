package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

func m08(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	_, list, err := p.shown(ctx, medium{cx.Photo, kind, picture(kind, 5)})
	if err != nil {
		return err
	}
	for _, at := range []string{list[0].URL, list[0].Thumb} {
		if at == "" {
			continue
		}
		a, err := p.file(ctx, at)
		if err != nil {
			return err
		}
		how, _, _ := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		sandboxed := slices.ContainsFunc(strings.Split(a.header.Get("Content-Security-Policy"), ";"), func(s string) bool { return strings.TrimSpace(s) == "sandbox" })
		switch {
		case a.header.Get("X-Content-Type-Options") != "nosniff":
			return errors.New("it comes without X-Content-Type-Options: nosniff")
		case how != "attachment" && !sandboxed:
			return errors.New("it is neither an attachment nor in a sandbox")
		}
	}
	return nil
}

// fast is how long a bomb may take, the network included.
const fast = 5 * time.Second

func m09(ctx context.Context, p *probe) error {
	types, err := p.takes(cx.Photo)
	if err != nil {
		return err
	}
	for _, kind := range types {
		b := bomb(kind)
		if b == nil {
			continue
		}
		a, err := p.send(ctx, p.key(), `{"feeling":3}`, medium{cx.Photo, kind, b})
		if err != nil {
			return err
		}
		if err := a.refused(400, 413, 415, 422); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		if a.took > fast {
			return fmt.Errorf("%s: it took %s", kind, a.took.Round(time.Millisecond))
		}
	}
	return nil
}

func m10(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	limits, _ := p.doc.Taken(cx.Photo)
	if limits.MaxCount > 0 && limits.MaxCount < 4 || limits.MaxBytes > 0 && limits.MaxBytes < 10<<20 {
		return fmt.Errorf("it takes %d photos of %d bytes, every server takes 4 of 10 MiB", limits.MaxCount, limits.MaxBytes)
	}
	if n := limits.MaxCount; n > 0 && n < 20 {
		var media []medium
		for i := range n + 1 {
			media = append(media, medium{cx.Photo, kind, picture(kind, uint8(10+i))})
		}
		a, err := p.send(ctx, p.key(), `{"feeling":3}`, media...)
		if err != nil {
			return err
		}
		if err := a.refused(413, 422); err != nil {
			return fmt.Errorf("%d photos: %w", n+1, err)
		}
	}
	if n := limits.MaxBytes; n > 0 && n <= 20<<20 {
		a, err := p.send(ctx, p.key(), `{"feeling":3}`, medium{cx.Photo, kind, append(picture(kind, 9), make([]byte, n)...)})
		if err != nil {
			return err
		}
		return a.refused(413)
	}
	return nil
}

func m11(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	key := p.key()
	var docs [2]cx.Accepted
	for i := range docs {
		a, err := p.send(ctx, key, `{"feeling":3}`, medium{cx.Photo, kind, picture(kind, 6)})
		if err != nil {
			return err
		}
		if err := a.want(201); err != nil {
			return err
		}
		if err := json.Unmarshal(a.body, &docs[i]); err != nil {
			return err
		}
	}
	if err := same(&docs[0], &docs[1]); err != nil {
		return err
	}
	rec, _, err := p.read(ctx, docs[0].Receipt)
	if err != nil {
		return err
	}
	if len(rec.Media) != 1 {
		return fmt.Errorf("one photo was sent twice, the receipt has %d", len(rec.Media))
	}
	a, err := p.send(ctx, key, `{"feeling":3}`, medium{cx.Photo, kind, picture(kind, 7)})
	if err != nil {
		return err
	}
	return a.refused(422)
}

func m12(ctx context.Context, p *probe) error {
	kind, err := p.photoKind()
	if err != nil {
		return err
	}
	said, list, err := p.shown(ctx, medium{cx.Photo, kind, picture(kind, 8)})
	if err != nil {
		return err
	}
	a, err := p.ask(ctx, call{url: said.Receipt + "/export", headers: []string{"Accept", "application/json"}})
	if err != nil {
		return err
	}
	if err := a.want(200); err != nil {
		return err
	}
	if files := exported(a.body); len(files) != 1 || sniff(files[0]) == "" {
		return fmt.Errorf("the export holds %d photos, one was sent", len(files))
	}
	if a, err = p.change(ctx, http.MethodDelete, said.Receipt, ""); err != nil {
		return err
	}
	if err := a.want(204); err != nil {
		return err
	}
	for _, at := range []string{list[0].URL, list[0].Thumb} {
		if at == "" {
			continue
		}
		if a, err = p.ask(ctx, call{url: at}); err != nil {
			return err
		}
		if err := a.want(404, 410); err != nil {
			return fmt.Errorf("after the withdrawal: %w", err)
		}
	}
	return nil
}
