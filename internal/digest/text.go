package digest

import (
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
)

// text is the letter in plain words: all that the HTML tells.
func (l *letter) text() string {
	var parts []string
	add := func(lines ...string) {
		if lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" }); len(lines) > 0 {
			parts = append(parts, strings.Join(lines, "\n"))
		}
	}
	block := func(title string, lines ...string) {
		if len(lines) > 0 {
			add(append([]string{strings.ToUpper(title)}, lines...)...)
		}
	}
	add(l.Brand.Name, l.Heading)
	if l.Empty {
		add(l.Say("digest_nothing"))
	}
	var lines []string
	for _, t := range l.Tiles {
		lines = append(lines, house.Join(" · ", t.What+": "+t.N, t.Against))
	}
	add(append(lines, l.Chart)...)
	lines = nil
	for _, f := range l.Faces {
		lines = append(lines, house.Join(" · ", f.Name+": "+f.Share, f.Against))
	}
	block(l.Say("digest_faces"), lines...)
	for _, p := range l.Places {
		lines = nil
		for _, r := range p.Rows {
			score := r.Score
			if score != "" {
				score = l.Say("digest_of_100", "n", score)
			}
			lines = append(lines, "- "+house.Join(" · ", r.Name, r.About, score))
		}
		block(p.Title, lines...)
	}
	lines = nil
	for _, x := range l.Did {
		lines = append(lines, "- "+house.Join(" · ", x.What, x.About))
	}
	block(l.Say("digest_done"), lines...)
	lines = nil
	for _, c := range l.Clocks {
		lines = append(lines, c.Name+": "+house.Join(" · ", c.Median, c.Slowest, l.Say("pulse_kept", "share", c.Kept)))
	}
	block(l.Say("digest_soon"), lines...)
	lines = nil
	for _, q := range l.Said {
		lines = append(lines, l.Say("quoted", "words", q.Words), "  "+q.About)
	}
	block(l.Say("digest_words"), lines...)
	add(l.Say("digest_live")+":", l.House)
	add("--", l.Why, l.Say("digest_stop")+": "+l.Stop)
	return strings.Join(parts, "\n\n") + "\n"
}

// question asks an address whether it wants the digest: nothing is sent to who did
// not say so.
func (d *Digest) question(b *brands.Snapshot, one *sayline.Digest) *notify.Mail {
	t := d.tongue(b, one)
	from := d.from
	from.Name = b.Name
	_, host, _ := strings.Cut(from.Address, "@")
	text := strings.Join([]string{
		t.Say("digest_ask_"+one.Every, "brand", b.Name),
		t.Say("digest_ask_yes") + ":\n" + d.linkOf(b.ID, one.ID),
		t.Say("digest_ask_no"),
		"--\n" + b.Name,
	}, "\n\n") + "\n"
	return &notify.Mail{From: from.String(), To: one.Address, Subject: t.Say("digest_ask_subject", "brand", b.Name), Text: text, MessageID: "digest-" + one.ID + "-ask@" + host}
}
