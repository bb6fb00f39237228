package sayline

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is a whole brand as one document: what `sayline apply` reads and
// `sayline export` writes. It is immutable once stored; a change makes the next
// version, and each moment remembers the version that decided it.
type Config struct {
	Brand
	Audiences   []Audience    `json:"audiences,omitempty"`
	Lanes       []Lane        `json:"lanes,omitempty"`
	Topics      []Topic       `json:"topics,omitempty"`
	Places      []Place       `json:"places,omitempty"`
	Products    []Product     `json:"products,omitempty"`
	Touchpoints []Touchpoint  `json:"touchpoints,omitempty"`
	People      []Person      `json:"people,omitempty"`
	Teams       []Team        `json:"teams,omitempty"`
	Shifts      []Shift       `json:"shifts,omitempty"`
	Holidays    []Holiday     `json:"holidays,omitempty"`
	Calendars   []Calendar    `json:"calendars,omitempty"`
	Policies    []Policy      `json:"policies,omitempty"`
	Routes      []Rule        `json:"routes,omitempty"`
	Answers     []ReadyAnswer `json:"answers,omitempty"`
	Webhooks    []Webhook     `json:"webhooks,omitempty"`
}

// Brand is the tenant: a company, a shop, a hotel, a city office.
type Brand struct {
	ID          string          `json:"brand"`                  // handle; the brand's key everywhere
	Name        string          `json:"name"`                   // as people say it
	LegalName   string          `json:"legal_name,omitempty"`   //
	Languages   []string        `json:"languages"`              // BCP 47, the first is the default
	Zone        string          `json:"zone,omitempty"`         // IANA; the brand's hours and days. Default UTC
	Domains     []string        `json:"domains,omitempty"`      // hosts that belong to the brand
	Trade       string          `json:"trade,omitempty"`        // what it does, see [Trades]: which touchpoints are typical for it
	Rivals      []string        `json:"rivals,omitempty"`       // names people may say instead of the brand's
	Sites       []string        `json:"sites,omitempty"`        // origins whose pages may show the screen in a frame: https://www.sparkle.example
	Look        Look            `json:"look"`                   //
	CoreMessage Text            `json:"core_message,omitempty"` // what every touchpoint should carry
	Promise     Text            `json:"promise,omitempty"`      //
	Character   Character       `json:"character,omitzero"`     //
	Lines       map[string]Text `json:"lines,omitempty"`        // the brand's own wording of what speakers read; see [LineKeys]
	Feelings    []int           `json:"feelings,omitempty"`     // the faces shown; default 1, 2, 4, 5
	Hours       Hours           `json:"hours,omitzero"`         // when somebody is there; default always
	Response    Response        `json:"response,omitzero"`      // what speakers are promised by default
	Privacy     Privacy         `json:"privacy,omitzero"`       //
	Vouchers    []Voucher       `json:"vouchers,omitempty"`     // the brand's systems that prove who somebody is
	Operator    Operator        `json:"operator,omitzero"`      // default: the brand itself
	Steps       []WorkStep      `json:"steps,omitempty"`        // of the work on a request, told to its author; default [UsualSteps]
	Fallback    []string        `json:"fallback,omitempty"`     // tel: and mailto: when all else fails
	LastResort  string          `json:"last_resort,omitempty"`  // person who gets what nobody else took
	Summaries   bool            `json:"summaries,omitempty"`    // what is said in public without a name may be summed up by the service that the operator names
	PublicPage  bool            `json:"public_page,omitempty"`  // everybody may read what was said, what was done and how fast, at /cx/done
}

// Trades are the fixed words for what a brand does: for each there is a list of
// touchpoints that are typical for it.
var Trades = []string{"retail", "hotel", "restaurant", "airport", "clinic", "city", "software", "bank"}

// Look is how the brand appears: one colour and a small mark. The server picks
// the readable partner of the colour and a lighter one for the dark.
type Look struct {
	Color string `json:"color"`          // #rrggbb
	Logo  string `json:"logo,omitempty"` // inline SVG, at most 2 KB; without one, a monogram
}

// Character is the brand's voice: three traits, words it uses, words it never uses.
type Character struct {
	Traits []string `json:"traits,omitempty"`
	Uses   []string `json:"uses,omitempty"`
	Never  []string `json:"never,omitempty"`
}

// Response is what a speaker is promised: somebody looks within Acknowledge, and
// answers within Answer; by the clock, or only while it is open.
type Response struct {
	Acknowledge Duration `json:"acknowledge_within,omitempty"`
	Answer      Duration `json:"answer_within,omitempty"`
	InHours     bool     `json:"in_hours,omitempty"` // counted in opening hours, see [Hours]
}

// Privacy says how long each class is kept, in days, and where the policy stands.
type Privacy struct {
	Policy       string `json:"policy,omitempty"`
	Unidentified int    `json:"unidentified_days,omitempty"` // default 730
	Identified   int    `json:"identified_days,omitempty"`   // default 365
}

// Operator is who runs the software for the brand.
type Operator struct {
	Name           string `json:"name,omitempty"`
	PrivacyContact string `json:"privacy_contact,omitempty"` // a URI
}

// Lane is who may see a private topic, everywhere: stream, counts, search,
// wall, digest, export, webhook. The lane "" is everybody's.
type Lane struct {
	ID    string   `json:"id"`
	Label Text     `json:"label"`
	See   []string `json:"see"` // people, by id; nobody else, not even an owner
}

// validateAudiences checks who may speak, and who may see what is private.
func (c *Config) validateAudiences(f *faults, ix *Index) {
	for i, a := range c.Audiences {
		at := at("/audiences", i)
		if !ValidHandle(a.ID) {
			f.add(at+"/id", handleShape)
		}
		a.Label.require(f, at+"/label", "the audience's name")
		a.Label.validate(f, at+"/label", c.Languages, 80)
	}
	for i, l := range c.Lanes {
		at := at("/lanes", i)
		if !ValidHandle(l.ID) {
			f.add(at+"/id", handleShape)
		}
		l.Label.require(f, at+"/label", "the lane's name")
		l.Label.validate(f, at+"/label", c.Languages, 80)
		if len(l.See) == 0 {
			f.add(at+"/see", "expected the people who may see this lane; without any, nobody could answer")
		}
		for j, id := range l.See {
			if ix.Person(id) == nil {
				f.add(sub(at, "see", j), "expected the id of a person, got %q", id)
			}
		}
	}
}

// LineKeys are the lines a speaker reads that are the brand's to write, for
// the whole brand or one touchpoint. {brand}, {team} and {name} stand for the facts.
var LineKeys = []string{"invitation", "one_tap", "say_your_way", "need_something", "sent", "seen", "on_it", "answered", "resolved", "done", "thanks", "welcome_back"}

// Duration is a time span written as ISO 8601 (PT5M, P1D, P1DT12H). The zero
// value means none was said.
type Duration time.Duration

var isoDuration = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// ParseDuration reads an ISO 8601 duration of days, hours, minutes and seconds.
func ParseDuration(s string) (Duration, error) {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil || s == "P" || strings.HasSuffix(s, "T") {
		return 0, fmt.Errorf("expected a duration such as PT5M or P1D, got %q", s)
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(m[i+1])
		if err != nil || n > 100_000 {
			return 0, fmt.Errorf("expected a duration of reasonable length, got %q", s)
		}
		d += time.Duration(n) * unit
	}
	return Duration(d), nil
}

func (d Duration) String() string {
	if d == 0 {
		return "PT0S"
	}
	t := time.Duration(d)
	s := "P"
	if n := t / (24 * time.Hour); n > 0 {
		s += fmt.Sprintf("%dD", n)
		t -= n * 24 * time.Hour
	}
	if t > 0 {
		s += "T"
		for _, u := range []struct {
			unit time.Duration
			name string
		}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
			if n := t / u.unit; n > 0 {
				s += fmt.Sprintf("%d%s", n, u.name)
				t -= n * u.unit
			}
		}
	}
	return s
}

func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
func (d *Duration) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDuration(string(b))
	return err
}

// Defaults of the promise, when a brand says nothing of its own.
const (
	DefaultAcknowledge = Duration(15 * time.Minute)
	DefaultAnswer      = Duration(24 * time.Hour)
	defaultUnidentDays = 730
	defaultIdentDays   = 365
)

// Location is the brand's zone. Validate has checked that it loads.
func (b *Brand) Location() *time.Location { return Zone(b.Zone) }

// Zone is the IANA time zone of a name, read once; "" and unknown ones are UTC.
func Zone(name string) *time.Location {
	if name == "" || name == "UTC" {
		return time.UTC
	}
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		loc = time.UTC
	}
	zones.Store(name, loc)
	return loc
}

var zones sync.Map // name → *time.Location: reading one costs a hundred times the look-up

// Language is the brand's default language.
func (b *Brand) Language() string { return b.Languages[0] }

// Shown are the faces of the screen.
func (b *Brand) Shown() []int {
	if len(b.Feelings) == 0 {
		return []int{1, 2, 4, 5}
	}
	return b.Feelings
}

// RetainFor is how long a moment of the class is kept.
func (b *Brand) RetainFor(class string) time.Duration {
	days := cmp.Or(b.Privacy.Unidentified, defaultUnidentDays)
	if class == Identified {
		days = cmp.Or(b.Privacy.Identified, defaultIdentDays)
	}
	return time.Duration(days) * 24 * time.Hour
}

// AcknowledgeWithin and AnswerWithin are the brand's promise or its default.
func (b *Brand) AcknowledgeWithin() Duration {
	return cmp.Or(b.Response.Acknowledge, DefaultAcknowledge)
}
func (b *Brand) AnswerWithin() Duration { return cmp.Or(b.Response.Answer, DefaultAnswer) }

// Promised is what is promised at a touchpoint: its own, else the brand's, else
// the default. nil is no touchpoint.
func (b *Brand) Promised(t *Touchpoint) Response {
	r := Response{b.AcknowledgeWithin(), b.AnswerWithin(), b.Response.InHours}
	if t == nil {
		return r
	}
	own := t.Response
	return Response{cmp.Or(own.Acknowledge, r.Acknowledge), cmp.Or(own.Answer, r.Answer), own.InHours || r.InHours}
}

var (
	hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	domain   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	origin   = regexp.MustCompile(`^(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$`)
	langTag  = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

const maxLogo = 2048

// validate checks the brand itself; [Config.Validate] checks the whole.
func (b *Brand) validate(f *faults) {
	if !ValidHandle(b.ID) {
		f.add("/brand", handleShape)
	}
	if b.Name == "" || len([]rune(b.Name)) > 80 {
		f.add("/name", "expected the brand's name, at most 80 characters")
	}
	if len(b.Languages) == 0 {
		f.add("/languages", "expected at least one language, such as en")
	}
	for i, l := range b.Languages {
		if !langTag.MatchString(l) {
			f.add(at("/languages", i), "expected a BCP 47 language such as en or pt-BR, got %q", l)
		}
	}
	if _, err := time.LoadLocation(cmp.Or(b.Zone, "UTC")); err != nil {
		f.add("/zone", "expected an IANA time zone such as Europe/Madrid, got %q", b.Zone)
	}
	for i, d := range b.Domains {
		if !domain.MatchString(d) {
			f.add(at("/domains", i), "expected a domain in lower case, such as sparkle.example, got %q", d)
		}
	}
	if b.Trade != "" {
		oneOf(f, "/trade", b.Trade, Trades)
	}
	shortNames(f, "/rivals", b.Rivals)
	for i, o := range b.Sites {
		if !origin.MatchString(o) {
			f.add(at("/sites", i), "expected a site such as https://www.sparkle.example, in lower case and without a path, got %q", o)
		}
	}
	if !hexColor.MatchString(b.Look.Color) {
		f.add("/look/color", "expected a colour as #rrggbb in lower case, got %q", b.Look.Color)
	}
	b.Look.validate(f)
	b.Hours.validate(f, "/hours")
	for i, v := range b.Feelings {
		if v < 1 || v > 5 || i > 0 && v <= b.Feelings[i-1] {
			f.add("/feelings", "expected rising feelings from 1 (awful) to 5 (wonderful)")
			break
		}
	}
	if len(b.Character.Traits) > 3 {
		f.add("/character/traits", "expected at most three traits")
	}
	b.CoreMessage.validate(f, "/core_message", b.Languages, 300)
	b.Promise.validate(f, "/promise", b.Languages, 300)
	validateLines(f, "/lines", b.Lines, b.Languages)
	b.validateVouchers(f)
	validateSteps(f, "/steps", b.Steps, b.Languages)
	for i, u := range b.Fallback {
		if !strings.HasPrefix(u, "tel:") && !strings.HasPrefix(u, "mailto:") && !strings.HasPrefix(u, "https://") {
			f.add(at("/fallback", i), "expected a tel:, mailto: or https: address, got %q", u)
		}
	}
}

// validate keeps scripts and outside references out of a logo that is put into pages.
func (l *Look) validate(f *faults) {
	if l.Logo == "" {
		return
	}
	low := strings.ToLower(l.Logo)
	if len(l.Logo) > maxLogo || !strings.HasPrefix(strings.TrimSpace(low), "<svg") || !strings.HasSuffix(strings.TrimSpace(low), "</svg>") {
		f.add("/look/logo", "expected an inline <svg>…</svg> of at most 2 KB")
	}
	for _, bad := range []string{"<script", "<foreignobject", "<style", "<image", "<use", "<a", "href", "javascript:", "url(", "<!", "<?", "<set", "<animate"} {
		if strings.Contains(low, bad) {
			f.add("/look/logo", "expected plain shapes only; found %q", bad)
		}
	}
	if onAttr.MatchString(low) {
		f.add("/look/logo", "expected plain shapes only; found an event handler")
	}
}

var onAttr = regexp.MustCompile(`[\s"'/]on[a-z]+\s*=`)

func validateLines(f *faults, pointer string, lines map[string]Text, languages []string) {
	for key, t := range lines {
		if !slices.Contains(LineKeys, key) {
			f.add(pointer+"/"+key, "expected one of %s", strings.Join(LineKeys, ", "))
		}
		t.validate(f, pointer+"/"+key, languages, 160)
	}
}

func at(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }

// shortNames checks a list of words or names that are looked for in what people say.
func shortNames(f *faults, pointer string, list []string) {
	if len(list) > 30 {
		f.add(pointer, "expected at most 30")
	}
	for i, s := range list {
		if n := len([]rune(s)); n < 2 || n > 40 || strings.TrimSpace(s) != s {
			f.add(at(pointer, i), "expected 2 to 40 characters, got %q", s)
		}
	}
}
