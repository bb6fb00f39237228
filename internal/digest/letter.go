package digest

import (
	"bytes"
	"context"
	"encoding/base64"
	"html/template"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// letter is a digest in its reader's words: the same facts for the plain text and
// for the HTML.
type letter struct {
	house.Voice
	Brand    *brands.Snapshot
	Heading  string // the day, or from when to when
	Subject  string
	Tiles    []tile
	Empty    bool // nothing was said at all
	Ticks    []string
	Chart    string // what the picture shows, in words
	Faces    []face
	Places   []places
	Did      []did
	Clocks   []clock
	Said     []quote
	Why      string
	Stop     string // where it is ended
	House    string // where who signs in sees it live
	Fill, On string // the brand's colours
	Mark     string
	pictures []notify.Picture
	figures  *figures
}

type tile struct{ N, What, Against string }

type face struct {
	Name, Share, Against string
	Feeling              int
}

type places struct {
	Title string
	Rows  []row
}

type row struct {
	Name, About, Score, Colour string
	Width, Rest                int // of its bar, of 100
}

type did struct{ What, About string }

type clock struct{ Name, Median, Slowest, Kept string }

type quote struct{ Words, About, Dir, Colour string }

// letter reads and says what the letter of a slot tells.
func (d *Digest) letter(ctx context.Context, b *brands.Snapshot, one *sayline.Digest, slot time.Time) (*letter, error) {
	f, err := d.read(ctx, b, one, slot)
	if err != nil {
		return nil, err
	}
	tongue := d.tongue(b, one)
	day, _ := look.Of(b.Look.Color)
	l := &letter{Voice: house.Voice{Tongue: tongue, Now: slot.In(b.Location())}, Brand: b, Fill: day.Fill, On: day.On, Mark: day.Mark, figures: f,
		Stop: d.linkOf(b.ID, one.ID), House: d.Base + house.BrandPath(b.ID, "/pulse")}
	l.Heading = l.Date(f.From)
	if one.Every == sayline.DigestWeekly {
		l.Heading = l.Say("digest_from_to", "from", l.Date(f.From), "to", l.Date(f.Until.Add(-time.Hour)))
	}
	l.Why = l.Say("digest_why_"+one.Every, "brand", b.Name)
	l.Subject = l.Say("digest_subject", "brand", b.Name, "when", l.Heading, "moments", l.Count("moments", int(f.Sum.N)))
	l.Empty = f.Sum.N == 0
	names := house.NewNames(b, tongue)
	l.tiles(f)
	l.feel(f)
	l.Places = append(l.Places, l.places(names, "digest_needs", f.Needs), l.places(names, "digest_shines", f.Shines))
	l.done(names, f)
	l.soon(f)
	l.quotes(names, f)
	return l, l.draw(f)
}

// tongue is the language a digest is written in.
func (d *Digest) tongue(b *brands.Snapshot, one *sayline.Digest) *words.Tongue {
	if have := d.Words.Languages("digest"); one.Language != "" {
		for _, l := range have {
			if words.Base(l) == words.Base(one.Language) {
				return d.Words.In(l)
			}
		}
	}
	return d.Words.In(b.Language())
}

// isolated keeps a sign before its number where words run from right to left.
func (l *letter) isolated(s string) string {
	if l.Dir == "rtl" {
		return "\u2066" + s + "\u2069"
	}
	return s
}

// leastUsual is how much must be usual before a change of it is told as a share.
const leastUsual = 5

func (l *letter) tiles(f *figures) {
	said := tile{N: l.Num(f.Sum.N), What: l.Say("digest_said")}
	if u := f.Usual; u == nil {
		said.Against = l.Say("pulse_no_usual")
	} else if u.N >= leastUsual {
		said.Against = l.Say("digest_than_usual", "change", l.isolated(l.share(float64(f.Sum.N)/u.N-1)))
	}
	felt := tile{N: l.Say("pulse_too_few"), What: l.Say("digest_feels")}
	if is, ok := of100(f.Sum); ok {
		felt.N = l.Num(is)
		if f.Usual != nil {
			if was, known := of100(f.Usual.Felt); known {
				felt.Against = l.Say("digest_than_usual", "change", l.isolated(l.Signed(is-was)))
			}
		}
	}
	l.Tiles = []tile{said, felt}
	if c := f.Clocks[store.ClockAnswer]; c.N > 0 {
		l.Tiles = append(l.Tiles, tile{N: l.Num(c.N), What: l.Say("digest_answered"), Against: l.Say("digest_half", "took", l.Took(c.Percentile(0.5)))})
	}
}

// share writes a change as a share: +18 %.
func (l *letter) share(change float64) string {
	if change >= 0.005 {
		return "+" + l.Percent(change)
	}
	return l.Percent(change)
}

// of100 is a tally of 100, to the whole number; ok is false where too few said.
func of100(t store.Tally) (int64, bool) {
	mean, _ := t.Of100()
	return int64(mean + 0.5), t.Felt() >= fewest
}

// feel tells the share of each face.
func (l *letter) feel(f *figures) {
	if f.Sum.Felt() < fewest {
		return
	}
	for i := 1; i <= 5; i++ {
		if f.Sum.Feelings[i] == 0 && i == 3 {
			continue // a brand without the face in the middle
		}
		share := float64(f.Sum.Feelings[i]) / float64(f.Sum.Felt())
		x := face{Name: l.Say(house.FaceKey(i)), Share: l.Percent(share), Feeling: i}
		if f.Usual != nil && f.Usual.Felt.Felt() >= fewest {
			points := int64(share*100+0.5) - int64(float64(f.Usual.Felt.Feelings[i])/float64(f.Usual.Felt.Felt())*100+0.5)
			x.Against = l.isolated(l.Signed(points))
		}
		l.Faces = append(l.Faces, x)
	}
}

func (l *letter) places(names house.Names, title string, list []spot) places {
	p := places{Title: l.Say(title)}
	for _, s := range list {
		r := row{Name: names.Touchpoint(s.Touchpoint)}
		at := names.Place(l.Brand.Index.Touchpoint(s.Touchpoint).Place)
		topic := ""
		if s.Times > 1 {
			topic = l.Say("pulse_times", "what", names.Topic(s.Topic), "n", l.Num(s.Times))
		}
		r.About = house.Join(" · ", at, l.Count("moments", int(s.N)), topic)
		if score, ok := of100(s.Tally); ok {
			r.Score, r.Width, r.Colour = l.Num(score), int(max(3, score)), look.Feelings[1+min(4, score/20)]
			r.Rest = 100 - r.Width
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

func (l *letter) done(names house.Names, f *figures) {
	for _, c := range f.Did {
		about := l.Count("moments", c.Moments)
		if took := c.ResolvedAt.Sub(c.OpenedAt); took > 0 {
			about = house.Join(" · ", names.Team(c.Team, c.Place), about, l.Say("digest_within", "took", l.Took(took)))
		}
		what := *c
		what.Ref = "" // a room or an order can tell who spoke
		l.Did = append(l.Did, did{names.Title(&what, nil), about})
	}
}

// soon tells the four clocks.
func (l *letter) soon(f *figures) {
	for _, name := range []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer} {
		c := f.Clocks[name]
		if c.N == 0 {
			continue
		}
		l.Clocks = append(l.Clocks, clock{l.Say("clock_" + name), l.Took(c.Percentile(0.5)), l.Say("pulse_slowest", "took", l.Took(c.Percentile(0.95))), l.Percent(float64(c.Kept) / float64(c.N))})
	}
}

func (l *letter) quotes(names house.Names, f *figures) {
	for _, m := range f.Said {
		q := quote{Words: house.Cut(strings.TrimSpace(m.Text), mostWords), Dir: "auto", Colour: "#cfc8bb",
			About: house.Join(" · ", names.Where(&m.Context), names.Topic(m.Topic), l.At(m.ReceivedAt))}
		if m.Lang != "" {
			q.Dir = words.Direction(m.Lang)
		}
		if m.Feeling > 0 {
			q.Colour = look.Feelings[m.Feeling]
		}
		l.Said = append(l.Said, q)
	}
}

// mark is how large the brand's mark is drawn, and a face.
const markSize, faceSize = 96, 64

// draw makes the pictures, and says them.
func (l *letter) draw(f *figures) error {
	mark, err := look.Icon(&l.Brand.Brand, markSize, false)
	if err != nil {
		return err
	}
	l.pictures = []notify.Picture{{Name: "mark", PNG: mark}}
	if l.Empty {
		return nil
	}
	l.pictures = append(l.pictures, notify.Picture{Name: "chart", PNG: f.chart(l.Mark, l.Dir == "rtl")})
	hours := len(f.Starts) == 24
	for i, at := range f.Starts {
		switch {
		case !hours:
			l.Ticks = append(l.Ticks, l.Say("digest_weekday_"+strconv.Itoa(int(at.Weekday()))))
		case i%6 == 0:
			l.Ticks = append(l.Ticks, l.Clock(at))
		}
	}
	l.Chart = l.chartSaid(f, hours)
	if len(l.Faces) == 0 {
		return nil
	}
	l.pictures = append(l.pictures, notify.Picture{Name: "faces", PNG: faces(f.Sum, l.Dir == "rtl")})
	for _, x := range l.Faces {
		png, err := look.FacePNG(x.Feeling, faceSize)
		if err != nil {
			return err
		}
		l.pictures = append(l.pictures, notify.Picture{Name: "face-" + strconv.Itoa(x.Feeling), PNG: png})
	}
	return nil
}

// chartSaid is the chart in words, for who can't see it: when most was said.
func (l *letter) chartSaid(f *figures, hours bool) string {
	most := 0
	for i := range f.Buckets {
		if f.Buckets[i].N > f.Buckets[most].N {
			most = i
		}
	}
	moments := l.Count("moments", int(f.Buckets[most].N))
	if hours {
		return l.Say("digest_most_hour", "when", l.Clock(f.Starts[most]), "moments", moments)
	}
	return l.Say("digest_most_day", "when", l.Say("weekday_"+strconv.Itoa(int(f.Starts[most].Weekday()))), "moments", moments)
}

// Side and Other are the sides on which words begin and end, for mail programs that
// know only left and right.
func (l *letter) Side() string {
	if l.Dir == "rtl" {
		return "right"
	}
	return "left"
}

func (l *letter) Other() string {
	if l.Dir == "rtl" {
		return "left"
	}
	return "right"
}

// Wide is the width of each of some columns, of 100.
func (l *letter) Wide(columns int) int { return 100 / max(columns, 1) }

var letterHTML = template.Must(template.ParseFS(files, "templates/letter.html"))

// html writes it; source says where a picture is.
func (l *letter) html(source func(name string) string) (string, error) {
	var b bytes.Buffer
	err := letterHTML.Execute(&b, struct {
		*letter
		Source func(string) template.URL
	}{l, func(name string) template.URL { return template.URL(source(name)) }}) // ours: a cid or a drawing
	return b.String(), err
}

// shown is the letter as a page: its pictures stand in it.
func (l *letter) shown() (string, error) {
	return l.html(func(name string) string {
		for _, p := range l.pictures {
			if p.Name == name {
				return "data:image/png;base64," + base64.StdEncoding.EncodeToString(p.PNG)
			}
		}
		return ""
	})
}

// mail is the letter to be sent. The same day's or week's has the same Message-ID
// however often it is tried.
func (l *letter) mail(from mail.Address, one *sayline.Digest) (*notify.Mail, error) {
	html, err := l.html(func(name string) string { return "cid:" + name })
	if err != nil {
		return nil, err
	}
	from.Name = l.Brand.Name
	_, host, _ := strings.Cut(from.Address, "@")
	return &notify.Mail{From: from.String(), To: one.Address, Subject: l.Subject, Text: l.text(), HTML: html, Pictures: l.pictures,
		MessageID: "digest-" + one.ID + "-" + one.SlotAt.UTC().Format("20060102T15") + "@" + host,
		Headers:   map[string]string{"List-Unsubscribe": "<" + l.Stop + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}}, nil
}

// HasUsual says whether the chart shows what is usual.
func (l *letter) HasUsual() bool { return l.figures.Usual != nil }
