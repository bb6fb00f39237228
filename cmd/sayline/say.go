package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
)

// say says something to any brand that speaks the protocol.
func say(ctx context.Context, c *call) error {
	f := c.flags("say")
	m := cx.Moment{Context: &cx.Context{Source: "api"}, Contact: &cx.Contact{}}
	f.IntVar(&m.Feeling, "feeling", 0, "from 1 (awful) to 5 (wonderful); 0 says none")
	f.StringVar(&m.Topic, "topic", "", "one of the brand's topics, by its `id`")
	f.StringVar(&m.Kind, "kind", "", "praise, problem, idea, question or request")
	f.StringVar(&m.Lang, "lang", "", "`language` of the words, and of the answers, such as en")
	f.StringVar(&m.Context.Ref, "ref", "", "an order, a seat, a room")
	f.StringVar(&m.Class, "class", "", "unidentified (default), or identified with --name or --email")
	f.StringVar(&m.Contact.Name, "name", "", "your `name`; makes you identified")
	f.StringVar(&m.Contact.Email, "email", "", "your `address`; makes you identified")
	var photos, voices []string
	f.Func("photo", "`file` with a photo; may be given again", func(s string) error { photos = append(photos, s); return nil })
	f.Func("voice", "`file` with a recording; may be given again", func(s string) error { voices = append(voices, s); return nil })
	watch := f.Bool("watch", false, "stay, and tell what becomes of it as it happens")
	operands, err := c.parse(f)
	if err != nil {
		return err
	}
	if len(operands) < 1 || len(operands) > 2 {
		return sayline.Errorf(sayline.Invalid, `say needs a brand and what to say: sayline say sparkle.example "It tastes of metal."`)
	}
	if len(operands) == 2 {
		m.Text = operands[1]
	}
	switch {
	case *m.Contact == cx.Contact{} && m.Class == "identified":
		return sayline.Errorf(sayline.Invalid, "identified needs --name or --email")
	case *m.Contact == cx.Contact{}:
		m.Contact = nil
	case m.Class == "unidentified":
		return sayline.Errorf(sayline.Invalid, "with --name or --email you are identified; leave them out to stay unidentified")
	default:
		m.Class = "identified"
	}
	media, err := readMedia(photos, voices)
	if err != nil {
		return err
	}
	if m.Text == "" && m.Feeling == 0 && m.Topic == "" && len(media) == 0 {
		return sayline.Errorf(sayline.Invalid, "there is nothing to say: give words, --feeling, --topic, --photo or --voice")
	}
	now := time.Now()
	m.OccurredAt = &now
	client := &cx.Client{Languages: m.Lang, Agent: "sayline/" + version, Trying: func(_ int, err error, again time.Duration) {
		fmt.Fprintf(c.err, "no answer yet (%v); again in %v\n", err, again)
	}}
	found, err := client.Discover(ctx, operands[0])
	if err != nil {
		return c.notHere(err, m.Text)
	}
	accepted, err := client.Say(ctx, found.Discovery, m, media...)
	if errors.Is(err, cx.ErrNoAPI) {
		fmt.Fprintf(c.out, "%s takes nothing from programs.\n", found.Brand.Name)
		c.otherWays(append([]string{found.ScreenURL(map[string][]string{"text": {m.Text}})}, found.Fallback...), m.Text)
		return sayline.Errorf(sayline.Unavailable, "nothing was sent")
	}
	if err != nil {
		return c.refused(err, found.Discovery, m.Text)
	}
	c.said(found.Discovery, accepted)
	if !*watch || accepted.Receipt == "" {
		return nil
	}
	return c.watch(ctx, client.Answer(accepted.Receipt))
}

// readMedia reads files of photos and voices, typed by their content.
func readMedia(photos, voices []string) (media []cx.Medium, err error) {
	for i, name := range append(photos[:len(photos):len(photos)], voices...) {
		kind := cx.Photo
		if i >= len(photos) {
			kind = cx.Voice
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		media = append(media, cx.Medium{Media: kind, Type: mediaType(kind, name, b), Name: filepath.Base(name), Bytes: b})
	}
	return media, nil
}

// mediaType says what a file is; a recording's container is also used for films.
func mediaType(kind, name string, b []byte) string {
	t := http.DetectContentType(b)
	if kind == cx.Voice {
		switch strings.ToLower(filepath.Ext(name)) {
		case ".webm":
			return "audio/webm"
		case ".ogg", ".oga", ".opus":
			return "audio/ogg"
		case ".mp4", ".m4a":
			return "audio/mp4"
		}
		return strings.Replace(strings.Replace(t, "video/", "audio/", 1), "application/ogg", "audio/ogg", 1)
	}
	return t
}

// notHere tells that a brand was not found, what is left, and keeps the words.
func (c *call) notHere(err error, words string) error {
	var why *cx.DiscoverError
	if !errors.As(err, &why) {
		return err
	}
	switch why.Kind {
	case cx.ErrNotHere:
		fmt.Fprintf(c.out, "%s is not here yet.\n", why.Address)
	case cx.ErrInvalid:
		fmt.Fprintf(c.out, "%s has a document, and it is not valid:\n", why.Address)
		for _, f := range why.Faults {
			fmt.Fprintf(c.out, "  %s %s\n", cmp.Or(f.Pointer, "the document"), f.Detail)
		}
	case cx.ErrUnreachable:
		fmt.Fprintf(c.out, "Nobody answers at %s.\n", why.Address)
	}
	c.otherWays(why.Fallback, words)
	return err
}

// refused tells why a brand did not take it.
func (c *call) refused(err error, d *cx.Discovery, words string) error {
	var p *cx.Problem
	if errors.As(err, &p) {
		fmt.Fprintf(c.out, "%s: %s\n", d.Brand.Name, p.Title)
		c.otherWays(append(p.Fallback, d.Fallback...), words)
		return err
	}
	fmt.Fprintf(c.out, "Nobody knows whether %s has it. Nothing will be sent again by itself.\n", d.Brand.Name)
	c.otherWays(d.Fallback, words)
	return err
}

func (c *call) otherWays(ways []string, words string) {
	told := map[string]bool{"": true}
	for _, way := range ways {
		if !told[way] {
			fmt.Fprintf(c.out, "  other way: %s\n", way)
			told[way] = true
		}
	}
	if words != "" {
		fmt.Fprintf(c.out, "  your words: %s\n", words)
	}
}

// said tells with whom it is, and the receipt's link.
func (c *call) said(d *cx.Discovery, a *cx.Accepted) {
	fmt.Fprintf(c.out, "%s has it, %s\n", d.Brand.Name, a.Reference)
	if a.SentTo != nil {
		with := "  with " + a.SentTo.Team
		if a.SentTo.LookBy != nil {
			with += ", who look at it by " + a.SentTo.LookBy.Local().Format("15:04")
		}
		fmt.Fprintln(c.out, with)
	}
	if a.AnswerBy != nil {
		fmt.Fprintln(c.out, "  answer by", a.AnswerBy.Local().Format("2006-01-02 15:04"))
	}
	if a.Receipt != "" {
		fmt.Fprintf(c.out, "  your answer (a secret: whoever has it is you): %s\n", a.Receipt)
	}
}

// watch tells what becomes of it, each step and each word once, until it ends.
func (c *call) watch(ctx context.Context, answer *cx.Answer) error {
	steps, words := 0, 0
	for r, err := range answer.Watch(ctx) {
		if err != nil {
			if cx.Gone(err) {
				fmt.Fprintln(c.out, "it is gone")
				return nil
			}
			return err
		}
		for _, e := range r.History[min(steps, len(r.History)):] {
			line := "  " + e.At.Local().Format("15:04:05") + " " + strings.ReplaceAll(e.Status, "_", " ")
			for _, more := range []string{e.By, e.Label} {
				if more != "" {
					line += ", " + more
				}
			}
			fmt.Fprintln(c.out, line)
		}
		for _, m := range r.Messages[min(words, len(r.Messages)):] {
			if m.From == "brand" {
				fmt.Fprintf(c.out, "  %s %s: %s\n", m.At.Local().Format("15:04:05"), cmp.Or(m.By, "the brand"), m.Text)
			}
		}
		steps, words = len(r.History), len(r.Messages)
		if r.Status == cx.Resolved || r.Status == cx.Closed {
			return nil
		}
	}
	return nil // interrupted
}
