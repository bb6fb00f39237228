package check

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

func replyChecks() []check {
	return []check{
		{"R01", "a person's further words stand in the receipt, also after the seal", r01},
		{"R02", "solved, or not, is the author's to say", r02},
		{"R03", "the brand's reply stands in the receipt, and its status says so", r03},
		{"R04", "the history only grows", r04},
		{"R05", "who watches gets the receipt as a stream, or as JSON to ask again", r05},
		{"R06", "after a withdrawal nothing can be added or read", r06},
	}
}

// byAuthor are the words of the author in a receipt.
func byAuthor(rec *cx.Receipt) (texts []string) {
	for _, m := range rec.Messages {
		if m.From == "author" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func r01(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3,"more":false}`)
	if err != nil {
		return err
	}
	const words = mark + "and one more thing"
	a, err := p.change(ctx, "POST", said.Receipt+"/messages", `{"text":"`+words+`","lang":"en"}`)
	if err != nil {
		return err
	}
	if a.status >= 300 {
		return a.want(200)
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if !slices.Equal(byAuthor(rec), []string{words}) {
		return fmt.Errorf("the receipt shows the author's words as %q", byAuthor(rec))
	}
	if a, err = p.change(ctx, "POST", said.Receipt+"/messages", `{}`); err != nil {
		return err
	}
	return a.refused(422)
}

func r02(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":2}`)
	if err != nil {
		return err
	}
	for body, want := range map[string]string{`{"solved":false,"text":"` + mark + `not solved"}`: "no", `{"solved":true,"feeling":5}`: "yes"} {
		a, err := p.change(ctx, "POST", said.Receipt+"/messages", body)
		if err != nil {
			return err
		}
		if a.status >= 300 {
			return a.want(200)
		}
		rec, _, err := p.read(ctx, said.Receipt)
		if err != nil {
			return err
		}
		if rec.Solved != want {
			return fmt.Errorf("after %s solved is %q", body, rec.Solved)
		}
	}
	return nil
}

// answered makes somebody of the brand answer, and waits until it shows.
func (p *probe) answered(ctx context.Context, text string) (before, after *cx.Receipt, err error) {
	if p.o.Reply == nil {
		return nil, nil, hand("somebody of the brand must answer: give a command with --reply-with, or answer one by hand and look")
	}
	said, err := p.say(ctx, `{"feeling":2,"text":"`+mark+`please answer this"}`)
	if err != nil {
		return nil, nil, err
	}
	if before, _, err = p.read(ctx, said.Receipt); err != nil {
		return nil, nil, err
	}
	if err := p.o.Reply(ctx, said.Reference, text); err != nil {
		return nil, nil, hand("nobody answered %s: %v", said.Reference, err)
	}
	for end := p.o.Now().Add(15 * time.Second); ; {
		if after, _, err = p.read(ctx, said.Receipt); err != nil {
			return nil, nil, err
		}
		if len(after.Messages) > len(before.Messages) || p.o.Now().After(end) {
			return before, after, nil
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func r03(ctx context.Context, p *probe) error {
	const text = "This is the answer of a conformance check. «ä»"
	_, rec, err := p.answered(ctx, text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rec.Messages, func(m cx.Message) bool { return m.From == "brand" })
	switch {
	case i < 0:
		return errors.New("the brand answered, and the receipt does not show it")
	case rec.Messages[i].Text != text:
		return fmt.Errorf("the answer has come as %q", rec.Messages[i].Text)
	case !slices.Contains([]string{cx.Answered, cx.NeedsInfo, cx.Resolved, cx.Closed}, rec.Status):
		return fmt.Errorf("the brand answered, and the status is %q", rec.Status)
	}
	return nil
}

func r04(ctx context.Context, p *probe) error {
	before, after, err := p.answered(ctx, "The answer of another conformance check.")
	var needs handError
	if errors.As(err, &needs) { // without a reply, the author's own steps must do
		said, sayErr := p.say(ctx, `{"feeling":2}`)
		if sayErr != nil {
			return sayErr
		}
		if before, _, err = p.read(ctx, said.Receipt); err != nil {
			return err
		}
		if _, err = p.change(ctx, "POST", said.Receipt+"/messages", `{"solved":false}`); err != nil {
			return err
		}
		after, _, err = p.read(ctx, said.Receipt)
	}
	if err != nil {
		return err
	}
	if len(before.History) > len(after.History) || !slices.EqualFunc(before.History, after.History[:min(len(before.History), len(after.History))], func(a, b cx.Entry) bool { return a.Status == b.Status && a.At.Equal(b.At) }) {
		return fmt.Errorf("the history was %v and is %v", before.History, after.History)
	}
	for i := 1; i < len(after.History); i++ {
		if after.History[i].At.Before(after.History[i-1].At) {
			return errors.New("the history is not in its order")
		}
	}
	return nil
}

func r05(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, said.Receipt, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := p.client.Do(r)
	if err != nil {
		return withoutURL(err)
	}
	defer res.Body.Close()
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if res.StatusCode == 200 && kind == "application/json" {
		return nil
	}
	if res.StatusCode != 200 || kind != "text/event-stream" {
		return fmt.Errorf("a watcher gets %d %s", res.StatusCode, kind)
	}
	name := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "event:"); ok {
			name = strings.TrimSpace(v)
		}
		if v, ok := strings.CutPrefix(lines.Text(), "data:"); ok && name == "receipt" {
			var rec cx.Receipt
			if json.Unmarshal([]byte(v), &rec) != nil || rec.ID != said.ID {
				return errors.New("the stream's first receipt is another document")
			}
			return nil
		}
	}
	return errors.New("the stream did not begin with an event receipt")
}

func r06(ctx context.Context, p *probe) error {
	said, err := p.say(ctx, `{"feeling":3,"more":true}`)
	if err != nil {
		return err
	}
	if a, err := p.change(ctx, "DELETE", said.Receipt, ""); err != nil {
		return err
	} else if err := a.want(204); err != nil {
		return err
	}
	for _, c := range []call{
		{url: said.Receipt, headers: []string{"Accept", "application/json"}},
		{method: "PATCH", url: said.Receipt, body: `{"feeling":1}`, kind: "application/json"}, {method: "POST", url: said.Receipt + "/messages", body: `{"text":"late"}`, kind: "application/json"},
	} {
		a, err := p.ask(ctx, c)
		if err != nil {
			return err
		}
		if err := a.want(404, 410); err != nil {
			return fmt.Errorf("%s %s: %w", or(c.method, "GET"), pathOnly(c.url), err)
		}
	}
	return nil
}
