package check

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

func c11(ctx context.Context, p *probe) error {
	one, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	other, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	a, b := one.Receipt, other.Receipt
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] { // what is the same in both is no secret
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	differ := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			differ++
		}
	}
	// 128 bits are 22 characters of 64, or 32 of 16; a sixteenth of them may agree by chance.
	if differ < 20 {
		return fmt.Errorf("two receipts differ in %d characters: that is less than 128 bits", differ)
	}
	if strings.Contains(one.Receipt, one.Reference) {
		return errors.New("the reference, which is read aloud, stands in the receipt's address")
	}
	return nil
}

// wrongReceipts are one that is not there, and one that is almost.
func (p *probe) wrongReceipts(ctx context.Context) (unknown, almost string, err error) {
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return "", "", err
	}
	begin := strings.LastIndex(said.Receipt, "/") + 1
	secret := []byte(said.Receipt[begin:])
	if len(secret) < 12 {
		return "", "", errors.New("the receipt's address is too short to be a secret")
	}
	turn := func(c byte) byte {
		switch {
		case '0' <= c && c < '9', 'a' <= c && c < 'f':
			return c + 1
		case c == '9':
			return '0'
		}
		return 'b'
	}
	first := slices.Clone(secret)
	for i := range first {
		first[i] = turn(turn(first[i]))
	}
	secret[4] = turn(secret[4])
	return said.Receipt[:begin] + string(first), said.Receipt[:begin] + string(secret), nil
}

func c12(ctx context.Context, p *probe) error {
	unknown, almost, err := p.wrongReceipts(ctx)
	if err != nil {
		return err
	}
	for _, c := range []call{{headers: []string{"Accept", "application/json"}}, {method: "DELETE"}, {method: "PATCH", body: `{"more":false}`, kind: "application/json"}} {
		var looks [2]string
		for i, at := range []string{unknown, almost} {
			c.url = at
			a, err := p.ask(ctx, c)
			if err != nil {
				return err
			}
			if err := a.refused(404); err != nil {
				return err
			}
			looks[i] = a.kind() + " " + string(a.body)
		}
		if looks[0] != looks[1] {
			return fmt.Errorf("%s of an almost right receipt looks different: %.150q, %.150q", or(c.method, "GET"), looks[0], looks[1])
		}
	}
	return nil
}

// rounds of timing, and what is still the network's own unrest.
const (
	rounds = 15
	unrest = 25 * time.Millisecond
)

func c13(ctx context.Context, p *probe) error {
	unknown, almost, err := p.wrongReceipts(ctx)
	if err != nil {
		return err
	}
	var took [2][]time.Duration
	for range rounds {
		for i, at := range []string{unknown, almost} {
			a, err := p.ask(ctx, call{url: at, headers: []string{"Accept", "application/json"}})
			if err != nil {
				return err
			}
			took[i] = append(took[i], a.took)
		}
	}
	slices.Sort(took[0])
	slices.Sort(took[1])
	if a, b := took[0][rounds/2], took[1][rounds/2]; (a - b).Abs() > max(unrest, a/2) {
		return fmt.Errorf("an unknown receipt takes %v, an almost right one %v", a, b)
	}
	return nil
}

func c14(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	_, a, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	tag := a.header.Get("ETag")
	if tag == "" {
		return errors.New("it has no ETag")
	}
	if a, err = p.ask(ctx, call{url: said.Receipt, headers: []string{"Accept", "application/json", "If-None-Match", tag}}); err != nil {
		return err
	}
	return a.want(304)
}

func c15(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	for _, accept := range []string{"application/json", "text/html"} {
		a, err := p.ask(ctx, call{url: said.Receipt, headers: []string{"Accept", accept}})
		if err != nil {
			return err
		}
		if err := lists(a, "Cache-Control", "no-store"); err != nil {
			return err
		}
		if got := a.header.Get("Referrer-Policy"); got != "no-referrer" {
			return fmt.Errorf("Referrer-Policy is %q, expected no-referrer", got)
		}
	}
	return nil
}

func c16(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3,"more":true}`)
	if err != nil {
		return err
	}
	if said.OpenUntil == nil {
		return errors.New("more is coming, and open_until is missing")
	}
	a, err := p.change(ctx, "PATCH", said.Receipt, `{"feeling":2,"text":"`+mark+`added"}`)
	if err != nil {
		return err
	}
	rec, err := a.receipt()
	if err != nil {
		return err
	}
	if rec.Moment.Feeling != 2 || rec.Moment.Text != mark+"added" {
		return fmt.Errorf("after the change it is feeling %d, text %q", rec.Moment.Feeling, rec.Moment.Text)
	}
	if a, err = p.change(ctx, "PATCH", said.Receipt, `{"more":false}`); err != nil {
		return err
	}
	if rec, err = a.receipt(); err != nil {
		return err
	}
	if rec.OpenUntil != nil {
		return errors.New("it is sealed, and open_until is still there")
	}
	if a, err = p.change(ctx, "PATCH", said.Receipt, `{"feeling":1}`); err != nil {
		return err
	}
	return a.refused(409)
}

func c17(ctx context.Context, p *probe) error {
	key := p.key()
	send := func(fields url.Values) (string, error) {
		fields.Set("key", key)
		a, err := p.ask(ctx, call{method: "POST", url: p.doc.API.Submit, body: fields.Encode(), kind: "application/x-www-form-urlencoded"})
		if err != nil {
			return "", err
		}
		p.remember(a)
		if err := a.want(303); err != nil {
			return "", err
		}
		link, _, _ := strings.Cut(a.header.Get("Location"), "?")
		return link, nil
	}
	fields := url.Values{"feeling": {"3"}, "text": {mark + "by form"}, "ref": {ref}}
	one, err := send(fields)
	if err != nil {
		return err
	}
	again, err := send(fields)
	if err != nil {
		return err
	}
	fields.Set("feeling", "2")
	other, err := send(fields)
	switch {
	case err != nil:
		return err
	case one != again:
		return errors.New("the same form twice has two receipts")
	case one == other:
		return errors.New("another button has the same receipt")
	}
	if _, _, err = p.read(ctx, one); err != nil {
		return fmt.Errorf("the Location header does not lead to the receipt: %w", err)
	}
	return nil
}
