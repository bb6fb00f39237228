package check

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
)

func privacyChecks() []check {
	return []check{
		{"P01", "a contact of somebody unidentified is refused (422)", p01},
		{"P02", "who says who they are is identified, by their own word only", p02},
		{"P03", "the position of somebody unidentified is kept no finer than 100 m", p03},
		{"P04", "the serial number of somebody unidentified is not kept", p04},
		{"P05", "the export holds all that was said", p05},
		{"P06", "a withdrawal erases: the receipt, the export, the words", p06},
		{"P07", "no answer has set a cookie", p07},
		{"P08", "nothing is stored on the device before the person acts", func(context.Context, *probe) error {
			return hand("open the screen in a browser and look at its storage, cookies and service workers")
		}},
	}
}

func p01(ctx context.Context, p *probe) error {
	for _, class := range []string{"", `"class":"unidentified",`} {
		a, err := p.post(ctx, p.key(), moment(`{"feeling":3,`+class+`"contact":{"email":"check@not-the-brand.example"}}`))
		if err != nil {
			return err
		}
		if err := a.refused(422); err != nil {
			return err
		}
	}
	return nil
}

func p02(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3,"more":true}`)
	if err != nil {
		return err
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if rec.Moment.Class == "identified" || rec.Moment.Contact != nil {
		return errors.New("a moment without a contact is identified")
	}
	a, err := p.change(ctx, "PATCH", said.Receipt, `{"contact":{"name":"Conformance Check","email":"check@not-the-brand.example"}}`)
	if err != nil {
		return err
	}
	if rec, err = a.receipt(); err != nil {
		return err
	}
	if c := rec.Moment.Contact; rec.Moment.Class != "identified" || c == nil || c.Email != "check@not-the-brand.example" {
		return fmt.Errorf("with a contact its class is %q, its contact %v", rec.Moment.Class, c)
	}
	return nil
}

func p03(ctx context.Context, p *probe) error {
	const lat, long = 0.1234567, -0.7654321 // in the sea, where no brand is
	said, err := p.say(ctx, fmt.Sprintf(`{"feeling":3,"context":{"place":{"lat":%v,"long":%v,"accuracy":3},"ref":"%s","source":"api"}}`, lat, long, ref))
	if err != nil {
		return err
	}
	rec, a, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	for _, exact := range []string{"0.12345", "0.76543"} {
		if strings.Contains(string(a.body), exact) {
			return errors.New("the exact position is kept")
		}
	}
	if c := rec.Moment.Context; c != nil && c.Place != nil && c.Place.Lat != nil && c.Place.Long != nil {
		if math.Abs(*c.Place.Lat-lat) > 0.01 || math.Abs(*c.Place.Long-long) > 0.01 {
			return fmt.Errorf("the position is kept as %v, %v, somewhere else", *c.Place.Lat, *c.Place.Long)
		}
	}
	return nil
}

func p04(ctx context.Context, p *probe) error {
	const serial = "CHECK7788990"
	said, err := p.say(ctx, `{"feeling":3,"context":{"gs1":"https://id.example/01/09506000134352/10/LOT7/21/`+serial+`","ref":"`+ref+`","source":"api"}}`)
	if err != nil {
		return err
	}
	for _, path := range []string{"", "/export"} {
		a, err := p.ask(ctx, call{url: said.Receipt + path, headers: []string{"Accept", "application/json"}})
		if err != nil {
			return err
		}
		if err := a.want(200); err != nil {
			return err
		}
		if strings.Contains(string(a.body), serial) {
			return errors.New("the serial number is kept")
		}
		if !strings.Contains(string(a.body), "LOT7") {
			return errors.New("the lot, which is no person's, is not kept")
		}
	}
	return nil
}

func p05(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"kind":"idea","feeling":4,"text":"`+mark+`exported","lang":"en"}`)
	if err != nil {
		return err
	}
	if _, err := p.change(ctx, "POST", said.Receipt+"/messages", `{"text":"`+mark+`exported too"}`); err != nil {
		return err
	}
	a, err := p.ask(ctx, call{url: said.Receipt + "/export", headers: []string{"Accept", "application/json"}})
	if err != nil {
		return err
	}
	if err := a.want(200); err != nil {
		return err
	}
	for _, what := range []string{said.ID, said.Reference, mark + "exported", mark + "exported too", `"idea"`, ref} {
		if !strings.Contains(string(a.body), what) {
			return fmt.Errorf("the export does not hold %q", what)
		}
	}
	return nil
}

func p06(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"class":"identified","text":"`+mark+`erase me","contact":{"email":"check@not-the-brand.example"}}`)
	if err != nil {
		return err
	}
	a, err := p.change(ctx, "DELETE", said.Receipt, "")
	if err != nil {
		return err
	}
	if err := a.want(204); err != nil {
		return err
	}
	for _, path := range []string{"", "/export"} {
		if a, err = p.ask(ctx, call{url: said.Receipt + path, headers: []string{"Accept", "application/json"}}); err != nil {
			return err
		}
		if err := a.want(404, 410); err != nil {
			return err
		}
		if strings.Contains(string(a.body), "erase me") {
			return errors.New("the words are still told")
		}
	}
	if a, err = p.change(ctx, "DELETE", said.Receipt, ""); err != nil {
		return err
	}
	return a.want(404, 410)
}

func p07(ctx context.Context, p *probe) error {
	if p.doc.Screen != "" {
		if _, err := p.ask(ctx, call{url: p.doc.Screen, headers: []string{"Accept", "text/html"}}); err != nil {
			return err
		}
	}
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	if _, err := p.ask(ctx, call{url: said.Receipt, headers: []string{"Accept", "text/html"}}); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.cookies) > 0 {
		return fmt.Errorf("cookies were set by %s", strings.Join(p.cookies, ", "))
	}
	return nil
}
