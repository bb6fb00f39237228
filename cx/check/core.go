package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

func coreChecks() []check {
	return []check{
		{"C01", "a feeling alone is a whole moment", c01},
		{"C02", "text alone is a whole moment", c02},
		{"C03", "an empty moment is refused (422)", c03},
		{"C04", "without an Idempotency-Key, or with a short one, it is refused (400)", c04},
		{"C05", "unknown members are ignored", c05},
		{"C06", "an unknown kind, topic and touchpoint are kept as sent", c06},
		{"C07", "occurred_at may be five days ago", c07},
		{"C08", "a preflight allows every method and header of the protocol", c08},
		{"C09", "every answer is open to every origin, and exposes what a page must read", c09},
		{"C10", "refusals are problem documents, titled in the caller's language", c10},
		{"C11", "a receipt's address cannot be guessed", c11},
		{"C12", "a wrong receipt is 404 and looks like any unknown one", c12},
		{"C13", "a wrong receipt takes no longer than any unknown one", c13},
		{"C14", "a receipt has an ETag, and is not sent again to whoever has it", c14},
		{"C15", "a receipt is kept by nobody in between, and not told to other sites", c15},
		{"C16", "an open moment can be changed until it is sealed, and then not (409)", c16},
		{"C17", "a plain form works, and the same button twice is one moment", c17},
	}
}

func c01(ctx context.Context, p *probe) error {
	a, err := p.post(ctx, p.key(), moment(`{"feeling":3}`))
	if err != nil {
		return err
	}
	return whole(a)
}

// whole says whether an answer is all that a 201 must be.
func whole(a *answer) error {
	if err := a.want(201); err != nil {
		return err
	}
	var doc cx.Accepted
	if err := json.Unmarshal(a.body, &doc); err != nil {
		return err
	}
	u, err := url.Parse(doc.Receipt)
	switch {
	case doc.ID == "" || doc.Reference == "" || doc.ReceivedAt.IsZero() || doc.RetainUntil.IsZero():
		return fmt.Errorf("id, reference, received_at or retain_until is missing: %s", a)
	case doc.Status != cx.Received:
		return fmt.Errorf("its status is %q, expected received", doc.Status)
	case err != nil || !u.IsAbs():
		return errors.New("the receipt is not an absolute address")
	case a.header.Get("Location") != doc.Receipt:
		return errors.New("the Location header is not the receipt")
	}
	return nil
}

func c02(ctx context.Context, p *probe) error {
	a, err := p.post(ctx, p.key(), moment(`{"text":"`+mark+`text alone"}`))
	if err != nil {
		return err
	}
	return whole(a)
}

func c03(ctx context.Context, p *probe) error {
	a, err := p.post(ctx, p.key(), moment(`{}`))
	if err != nil {
		return err
	}
	return a.refused(422)
}

func c04(ctx context.Context, p *probe) error {
	for _, headers := range [][]string{nil, {"Idempotency-Key", "123456789012345678901"}} {
		a, err := p.ask(ctx, call{method: "POST", url: p.doc.API.Submit, body: moment(`{"feeling":3}`), kind: "application/json", headers: headers})
		if err != nil {
			return err
		}
		p.remember(a)
		if err := a.refused(400); err != nil {
			return err
		}
	}
	return nil
}

func c05(ctx context.Context, p *probe) error {
	_, err := p.say(ctx, `{"feeling":3,"x_unknown":{"a":[1,2,{"b":null}]},"context":{"ref":"`+ref+`","source":"api","x":true}}`)
	return err
}

func c06(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"kind":"x-wonder","topic":"x-no-such-topic","text":"`+mark+`unknown","context":{"touchpoint":"x-no-such-touchpoint","ref":"`+ref+`","source":"api"}}`)
	if err != nil {
		return err
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	m := rec.Moment
	if m.Kind != "x-wonder" || m.Topic != "x-no-such-topic" || m.Context == nil || m.Context.Touchpoint != "x-no-such-touchpoint" {
		return fmt.Errorf("kept as kind %q, topic %q, context %+v", m.Kind, m.Topic, m.Context)
	}
	return nil
}

func c07(ctx context.Context, p *probe) error {
	then := p.o.Now().Add(-5 * 24 * time.Hour).Truncate(time.Second)
	said, err := p.say(ctx, `{"feeling":3,"occurred_at":"`+then.Format(time.RFC3339)+`"}`)
	if err != nil {
		return err
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if at := rec.Moment.OccurredAt; at == nil || !at.Equal(then) {
		return fmt.Errorf("kept as %v, expected %v", at, then)
	}
	return nil
}

func c08(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	for _, at := range []string{p.doc.API.Submit, said.Receipt} {
		a, err := p.ask(ctx, call{method: "OPTIONS", url: at, headers: []string{"Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "idempotency-key,content-type"}})
		if err != nil {
			return err
		}
		if err := errors.Join(openTo(a), a.want(204, 200)); err != nil {
			return err
		}
		if err := lists(a, "Access-Control-Allow-Methods", "GET", "HEAD", "POST", "PATCH", "DELETE"); err != nil {
			return err
		}
		if err := lists(a, "Access-Control-Allow-Headers", "Idempotency-Key", "Content-Type", "Accept-Language", "If-None-Match", "Last-Event-ID"); err != nil {
			return err
		}
	}
	return nil
}

// lists says whether a header lists all of these.
func lists(a *answer, header string, names ...string) error {
	var got []string
	for _, v := range a.header.Values(header) {
		for name := range strings.SplitSeq(v, ",") {
			got = append(got, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	for _, name := range names {
		if !slices.Contains(got, strings.ToLower(name)) {
			return fmt.Errorf("%s does not list %s", header, name)
		}
	}
	return nil
}

func c09(ctx context.Context, p *probe) error {
	good, err := p.post(ctx, p.key(), moment(`{"feeling":3}`))
	if err != nil {
		return err
	}
	bad, err := p.post(ctx, p.key(), moment(`{"feeling":9}`))
	if err != nil {
		return err
	}
	rec, err := p.ask(ctx, call{url: good.header.Get("Location"), headers: []string{"Accept", "application/json"}})
	if err != nil {
		return err
	}
	for _, a := range []*answer{good, bad, rec} {
		if err := errors.Join(openTo(a), lists(a, "Access-Control-Expose-Headers", "Location", "Retry-After", "ETag")); err != nil {
			return err
		}
	}
	return nil
}

func c10(ctx context.Context, p *probe) error {
	titles := map[string]string{}
	for _, lang := range p.doc.Languages {
		a, err := p.post(ctx, p.key(), moment(`{"feeling":9}`), "Accept-Language", lang)
		if err != nil {
			return err
		}
		if err := a.refused(422); err != nil {
			return err
		}
		var doc cx.Problem
		if err := json.Unmarshal(a.body, &doc); err != nil {
			return err
		}
		titles[doc.Title] = lang
	}
	if len(p.doc.Languages) < 2 {
		return absent("the brand speaks one language")
	}
	if len(titles) < 2 {
		return fmt.Errorf("the title is the same in %v", p.doc.Languages)
	}
	return nil
}
