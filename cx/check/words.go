package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline/cx"
)

func wordChecks() []check {
	return []check{
		{"C30", "4,000 characters of emoji, right-to-left and combining marks come back byte for byte", c30},
		{"C31", "one character over the limit is refused, and the member named", c31},
		{"C32", "what is not UTF-8, U+0000 and lone surrogates are refused, not repaired", c32},
		{"C33", "another content type is refused (415)", c33},
		{"C34", "JSON 16 deep is taken, endless depth refused", c34},
	}
}

// limitCheck provokes the limit.
const limitCheck = "C40"

func limitChecks() []check {
	return []check{{limitCheck, "too much at once is 429 with Retry-After", c40}}
}

// limit is how many characters of text the brand takes.
func (p *probe) limit() int {
	if a, ok := p.doc.Taken("text"); ok && a.MaxLength > 0 {
		return a.MaxLength
	}
	return 4000
}

// difficult is n characters that careless software changes.
func difficult(n int) string {
	const few = "👩🏽‍🚒é e\u0301 שלום مَرْحَبًا \u200f\u202eabc\u202c 한글 \U0001F1EA\U0001F1F8 \u00a0ﬁ\tx\ny\r\nz <b>&amp;'\"\\ "
	runes := []rune(mark + strings.Repeat(few, n/utf8.RuneCountInString(few)+1))
	for n > 0 && strings.TrimSpace(string(runes[n-1])) == "" {
		runes[n-1] = 'x'
	}
	return string(runes[:n])
}

func c30(ctx context.Context, p *probe) error {
	if p.limit() < 4000 {
		return fmt.Errorf("text may have %d characters, every server takes 4,000", p.limit())
	}
	text := difficult(4000)
	b, err := json.Marshal(map[string]any{"text": text})
	if err != nil {
		return err
	}
	said, err := p.say(ctx, string(b))
	if err != nil {
		return err
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if rec.Moment.Text != text {
		return errors.New("the text has come back changed")
	}
	return nil
}

func c31(ctx context.Context, p *probe) error {
	b, err := json.Marshal(map[string]any{"text": difficult(p.limit() + 1)})
	if err != nil {
		return err
	}
	a, err := p.post(ctx, p.key(), moment(string(b)))
	if err != nil {
		return err
	}
	if err := a.refused(422, 413); err != nil {
		return err
	}
	var doc cx.Problem
	if err := json.Unmarshal(a.body, &doc); err != nil {
		return err
	}
	if !slices.ContainsFunc(doc.Errors, func(f cx.Fault) bool { return f.Pointer == "/text" }) {
		return errors.New("the problem does not name /text")
	}
	return nil
}

func c32(ctx context.Context, p *probe) error {
	whole := moment(`{"text":"TEXT"}`)
	for what, text := range map[string]string{
		"an invalid byte": "a\xffb", "an overlong form": "a\xc0\xaf", "half a character": "a\xe2\x82", "U+0000": `a\u0000b`,
		"a lone high surrogate": `a\ud83db`, "a lone low surrogate": `a\udc00b`, "surrogates the wrong way round": `\udc00\ud83d`,
	} {
		a, err := p.post(ctx, p.key(), strings.Replace(whole, "TEXT", text, 1))
		if err != nil {
			return err
		}
		if err := a.refused(400, 422); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func c33(ctx context.Context, p *probe) error {
	for _, kind := range []string{"text/plain", "application/xml", "image/png"} {
		a, err := p.ask(ctx, call{method: "POST", url: p.doc.API.Submit, body: moment(`{"feeling":3}`), kind: kind, headers: []string{"Idempotency-Key", p.key()}})
		if err != nil {
			return err
		}
		p.remember(a)
		if err := a.refused(415); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

func c34(ctx context.Context, p *probe) error {
	deep := func(n int) string {
		return strings.Replace(moment(`{"feeling":3,"x":"DEEP"}`), `"DEEP"`, strings.Repeat("[", n)+strings.Repeat("]", n), 1)
	}
	if _, err := p.sayAs(ctx, p.key(), deep(15)); err != nil { // and the object around it
		return err
	}
	a, err := p.post(ctx, p.key(), deep(60_000))
	if err != nil {
		return err
	}
	return a.refused(400, 413, 422)
}

// c40 sends empty moments, which store nothing, until it is too much.
func c40(ctx context.Context, p *probe) error {
	if p.doc.Limits == nil || p.doc.Limits.MomentsPerMinute == 0 {
		return absent("no limit is told")
	}
	n := p.doc.Limits.MomentsPerMinute
	if n < 10 {
		return fmt.Errorf("%d moments a minute, every server takes 10", n)
	}
	if n > 600 {
		return hand("%d moments a minute are not tried on a live brand", n)
	}
	for range n + 20 {
		a, err := p.once(ctx, call{method: "POST", url: p.doc.API.Submit, body: moment(`{}`), kind: "application/json", headers: []string{"Idempotency-Key", p.key()}})
		if err != nil {
			return err
		}
		if a.status != http.StatusTooManyRequests {
			continue
		}
		if a.header.Get("Retry-After") == "" {
			return errors.New("429 comes without Retry-After")
		}
		return a.refused(429)
	}
	return hand("%d empty moments did not count; whether real ones do was not tried", n+20)
}
