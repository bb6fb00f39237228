package sayline

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Moment is what one person says once, at one touchpoint: the unit of everything.
type Moment struct {
	Brand     string
	ID        string // UUIDv7; in a protected lane its time part is cut to the day
	Reference string // K7Q3-F9MX, what people read to each other

	ReceivedAt  time.Time // when we had it (cut to the day in a protected lane)
	OccurredAt  time.Time // when it happened, as the author said; else ReceivedAt
	OpenUntil   time.Time // it can be added to until then, unless sealed before
	SealedAt    time.Time // zero while open
	RetainUntil time.Time

	Kind     string // as sent; [KnownKind] is what it is treated as
	Feeling  int    // 1 awful to 5 wonderful; 0 not said
	Topic    string // as sent; may be unknown
	Text     string // byte for byte
	Lang     string // BCP 47, as declared
	Audience string
	Context  Context
	Class    string // Unidentified or Identified
	Lane     string // "" is everybody's
	Publish  bool   // the author agreed to have it shown
	Receipt  string // what opens it, as stored: see [ReceiptKey]; "" when there is none
	Once     string // hash of its idempotency key
	Contact  *MomentContact

	Decision Decision
	Case     string // "" when it needs nobody
	Episode  int    // of the case when it joined
	Solved   string // the author's word: "", "yes" or "no"
	After    int    // the feeling said with it, 0 if none
	Photos   int    // that belong to it, and voices; what they are is read apart
	Voices   int
	Guarded  bool   // its audience is one of whom nothing shows that is about fewer than five
	Zone     string // IANA, whose hours and days it is counted in; "" is UTC
}

// Context is where it was said.
type Context struct {
	Touchpoint string
	Place      string // location in the tree, from the touchpoint or the author
	Product    string // GTIN, from the barcode, the touchpoint or the author
	Lot        string
	Serial     string // only of an identified author
	Expiry     string // YYMMDD
	GS1        string // the digital link as sent
	Ref        string // an order, a seat, a room
	Lat, Long  float64
	Located    bool   // Lat and Long were given; no finer than 100 m unless identified
	Source     string // see [Sources]
	Pass       string // of the member who taps for somebody, as sent; not kept
	PassedBy   string // who passed it on, proved: [ByPerson] and an id, [ByRelay] and a name; never the speaker
	Relay      string // id of the relay whose key proved it; "" for none
}

// MomentContact is who an identified author said they are.
type MomentContact struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`
	Member string `json:"member,omitempty"`
	Proof  string `json:"proof,omitempty"` // as sent; verified at the door, and not kept

	Proved *Proved `json:"proved,omitempty"` // what it proved
}

// Proves says whether the contact was proved, and not only said.
func (c *MomentContact) Proves() bool { return c != nil && c.Proved != nil }

// What [Context.PassedBy] begins with.
const (
	ByPerson = "person:"
	ByRelay  = "relay:"
)

// Privacy classes.
const (
	Unidentified = "unidentified"
	Identified   = "identified"
)

// Sources say by which way a moment came.
var Sources = []string{"link", "button", "qr", "gs1", "kiosk", "voice", "staff", "relay", "agent", "api"}

// SourceImport marks past feedback that was brought in from another tool: it was
// never anybody's to answer here. Nobody can say so of a moment from outside.
const SourceImport = "import"

// KnownSource is the way a moment is counted under: "" for one that is unknown.
func KnownSource(source string) string {
	if source == SourceImport || slices.Contains(Sources, source) {
		return source
	}
	return ""
}

// Limits every server accepts (protocol, section 7), and spans of the open state.
const (
	MaxText      = 4000 // characters
	MaxShort     = 200  // characters of a ref, lot, kind, topic and the like
	OpenFor      = 15 * time.Minute
	KioskOpenFor = 15 * time.Second
	FacePause    = 8 * time.Second // a bare face waits this long for what its author adds
	LateLimit    = 30 * 24 * time.Hour
	EarlyLimit   = 5 * time.Minute
)

// Open says whether the author may still add to it.
func (m *Moment) Open(now time.Time) bool { return m.SealedAt.IsZero() && now.Before(m.OpenUntil) }

// Followed says whether somebody may still hold its receipt. What was said at a
// kiosk is forgotten when its time is over: whoever said it has walked on.
func (m *Moment) Followed(now time.Time) bool {
	return m.Receipt != "" && (m.Context.Source != "kiosk" || now.Before(m.OpenUntil))
}

// Bare says whether it is a face and nothing else.
func (m *Moment) Bare() bool { return m.Topic == "" && m.Text == "" && !m.Shows() }

// Shows says whether there is a photo or a voice in it.
func (m *Moment) Shows() bool { return m.Photos+m.Voices > 0 }

// CountedAt is the time it is counted under: when it happened, if that is
// believable, else when it was received.
func (m *Moment) CountedAt() time.Time {
	if m.OccurredAt.Before(m.ReceivedAt.Add(-LateLimit)) || m.OccurredAt.After(m.ReceivedAt.Add(EarlyLimit)) {
		return m.ReceivedAt
	}
	return m.OccurredAt
}

// Validate checks what an author sent. Only what cannot be kept is at fault: an
// unknown kind, topic or touchpoint is kept as sent.
func (m *Moment) Validate() error {
	var f faults
	if m.Feeling == 0 && m.Topic == "" && m.Text == "" && !m.Shows() {
		f.add("", "expected at least one of feeling, topic, text, photo, voice")
	}
	if m.Photos > MaxPhotos {
		f.add("", "expected at most %d photos, got %d", MaxPhotos, m.Photos)
	}
	if m.Voices > MaxVoices {
		f.add("", "expected at most %d voices, got %d", MaxVoices, m.Voices)
	}
	if m.Feeling < 0 || m.Feeling > 5 {
		f.add("/feeling", "expected 1 (awful) to 5 (wonderful), got %d", m.Feeling)
	}
	for _, s := range []struct {
		pointer, text string
		max           int
	}{
		{"/text", m.Text, MaxText}, {"/kind", m.Kind, MaxShort}, {"/topic", m.Topic, MaxShort}, {"/lang", m.Lang, 35},
		{"/audience", m.Audience, MaxShort}, {"/context/touchpoint", m.Context.Touchpoint, MaxShort},
		{"/context/gs1", m.Context.GS1, 2000}, {"/context/ref", m.Context.Ref, MaxShort},
		{"/context/place/id", m.Context.Place, MaxShort}, {"/context/product", m.Context.Product, MaxShort}, {"/context/source", m.Context.Source, MaxShort},
		{"/context/lot", m.Context.Lot, MaxShort}, {"/context/serial", m.Context.Serial, MaxShort}, {"/context/expiry", m.Context.Expiry, MaxShort},
	} {
		if !utf8.ValidString(s.text) || strings.ContainsRune(s.text, 0) {
			f.add(s.pointer, "expected UTF-8 without U+0000")
		} else if n := utf8.RuneCountInString(s.text); n > s.max {
			f.add(s.pointer, "expected at most %d characters, got %d", s.max, n)
		}
	}
	if m.Context.Located && (m.Context.Lat < -90 || m.Context.Lat > 90 || m.Context.Long < -180 || m.Context.Long > 180) {
		f.add("/context/place", "expected degrees, -90 to 90 and -180 to 180")
	}
	switch m.Class {
	case Unidentified:
		if m.Contact != nil {
			f.add("/contact", "expected no contact in an unidentified moment; with class identified it is welcome")
		}
	case Identified:
		m.Contact.validate(&f)
	default:
		f.add("/class", "expected unidentified or identified, got %q", m.Class)
	}
	return f.err("detail_keep", "This can't be kept as it is.")
}

func (c *MomentContact) validate(f *faults) {
	if c == nil {
		return
	}
	for _, s := range []struct {
		name, text string
		max        int
	}{{"name", c.Name, MaxShort}, {"email", c.Email, 254}, {"phone", c.Phone, 40}, {"member", c.Member, MaxShort}, {"proof", c.Proof, 8192}} {
		if !utf8.ValidString(s.text) || strings.ContainsRune(s.text, 0) || utf8.RuneCountInString(s.text) > s.max {
			f.add("/contact/"+s.name, "expected at most %d characters of UTF-8", s.max)
		}
	}
}
