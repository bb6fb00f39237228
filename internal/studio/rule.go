package studio

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// asked are the things of a list a rule may ask for, as the form and the brand's
// file name them; the form has the tier, which is typed, beside them.
var asked = []struct {
	field string
	of    func(*sayline.Match) *[]string
}{
	{"topic", func(m *sayline.Match) *[]string { return &m.Topics }},
	{"kind", func(m *sayline.Match) *[]string { return &m.Kinds }},
	{"touchpoint", func(m *sayline.Match) *[]string { return &m.Touchpoints }},
	{"place", func(m *sayline.Match) *[]string { return &m.Places }},
	{"product", func(m *sayline.Match) *[]string { return &m.Products }},
	{"audience", func(m *sayline.Match) *[]string { return &m.Audiences }},
	{"channel", func(m *sayline.Match) *[]string { return &m.Channels }},
	{"source", func(m *sayline.Match) *[]string { return &m.Sources }},
	{"has", func(m *sayline.Match) *[]string { return &m.Has }},
}

// spans are the units a span is written in, the largest first.
var spans = []struct {
	id string
	of time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}}

// longestWithin is the longest span a form takes.
const longestWithin = 366 * 24 * time.Hour

// formOf is a rule as the form sends it.
func formOf(r *sayline.Rule) url.Values {
	f := url.Values{}
	for _, a := range asked {
		f[a.field] = slices.Clone(*a.of(&r.When))
	}
	for _, n := range r.When.Feelings {
		f.Add("feeling", strconv.Itoa(n))
	}
	f.Set("tier", strings.Join(r.When.Tiers, ", "))
	f.Set("team", r.To)
	f.Set("urgency", r.Urgency)
	f.Set("policy", r.Policy)
	f.Set("group_at", r.GroupAt)
	f["also"], f["group_by"] = slices.Clone(r.Also), slices.Clone(r.GroupBy)
	spanOf(f, "within", time.Duration(r.Within))
	spanOf(f, "answer", time.Duration(r.Answer))
	if r.Raise.At > 0 {
		f.Set("raise_at", strconv.Itoa(r.Raise.At))
	}
	f.Set("raise_words", strings.Join(r.Raise.Words, ", "))
	f.Set("raise_to", r.Raise.To)
	return f
}

// spanOf writes a span in the largest unit that has it whole.
func spanOf(f url.Values, field string, d time.Duration) {
	if d == 0 {
		return
	}
	for _, u := range spans {
		if d%u.of == 0 || u.of == time.Minute {
			f.Set(field, strconv.FormatFloat(d.Minutes()/u.of.Minutes(), 'f', -1, 64))
			f.Set(field+"_unit", u.id)
			return
		}
	}
}

// ruleOf is the rule a form says, and what of it can't be, by the form's field.
func ruleOf(v *house.View, form url.Values) (sayline.Rule, map[string]string) {
	wrong := map[string]string{}
	r := sayline.Rule{To: form.Get("team"), Urgency: form.Get("urgency"), Policy: form.Get("policy"), GroupAt: form.Get("group_at"), Also: some(form["also"]), GroupBy: some(form["group_by"])}
	for _, a := range asked {
		*a.of(&r.When) = some(form[a.field])
	}
	for _, c := range choices(v) {
		if c.Typed() {
			c.take(v, form, &r.When, wrong)
		}
	}
	for _, s := range form["feeling"] {
		if n, err := strconv.Atoi(s); err == nil {
			r.When.Feelings = append(r.When.Feelings, n)
		}
	}
	r.When.Tiers = listed(form.Get("tier"))
	r.Within, r.Answer = spanIn(v, form, "within", wrong), spanIn(v, form, "answer", wrong)
	r.Raise = sayline.Raise{Words: listed(form.Get("raise_words")), To: form.Get("raise_to")}
	if s := strings.TrimSpace(form.Get("raise_at")); s != "" {
		if r.Raise.At, _ = strconv.Atoi(s); r.Raise.At < 2 || r.Raise.At > 10_000 {
			wrong["raise_at"] = v.Say("rule_wrong_count")
		}
	}
	raiseWrong(v, &r, wrong)
	if r.To == "" || v.Brand().Index.Team(r.To) == nil {
		wrong["team"] = v.Say("rule_wrong_team")
	}
	if slices.Contains(r.Also, r.To) {
		wrong["also"] = v.Say("rule_wrong_also")
	}
	return r, wrong
}

// raiseWrong says what is missing of what makes a case more urgent.
func raiseWrong(v *house.View, r *sayline.Rule, wrong map[string]string) {
	switch raise := r.Raise; {
	case raise.IsZero():
	case raise.At == 0 && len(raise.Words) == 0:
		if wrong["raise_at"] == "" {
			wrong["raise_at"] = v.Say("rule_wrong_raise_when")
		}
	case raise.To == "":
		wrong["raise_to"] = v.Say("rule_wrong_raise_to")
	case slices.Contains(sayline.Urgencies, r.Urgency) && !sayline.MoreUrgent(raise.To, r.Urgency):
		wrong["raise_to"] = v.Say("rule_wrong_raise_more", "urgency", v.Say("urgency_"+r.Urgency))
	case raise.At > 0 && r.Urgency == sayline.None:
		wrong["raise_at"] = v.Say("rule_wrong_raise_none")
	}
}

// spanIn reads a span of a form; 0 for none.
func spanIn(v *house.View, form url.Values, field string, wrong map[string]string) sayline.Duration {
	s := strings.Replace(strings.TrimSpace(form.Get(field)), ",", ".", 1)
	if s == "" {
		return 0
	}
	unit := time.Minute
	for _, u := range spans {
		if u.id == form.Get(field+"_unit") {
			unit = u.of
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if d := n * float64(unit); err == nil && d >= float64(time.Second) && d <= float64(longestWithin) {
		return sayline.Duration(time.Duration(math.Round(d/float64(time.Second))) * time.Second)
	}
	wrong[field] = v.Say("rule_wrong_span")
	return 0
}

// keepOrder keeps what a rule had before in the order it had it: a form sends what
// is ticked in its own.
func keepOrder(r, before *sayline.Rule) {
	for _, a := range asked {
		inOrder(*a.of(&r.When), *a.of(&before.When))
	}
	inOrder(r.When.Feelings, before.When.Feelings)
	inOrder(r.Also, before.Also)
	inOrder(r.GroupBy, before.GroupBy)
}

func inOrder[T comparable](list, before []T) {
	at := func(x T) int {
		if i := slices.Index(before, x); i >= 0 {
			return i
		}
		return len(before)
	}
	slices.SortStableFunc(list, func(x, y T) int { return at(x) - at(y) })
}

// some is a list as a rule has it: nothing where nothing was chosen, nothing twice.
func some(list []string) []string {
	var kept []string
	for _, s := range list {
		if s != "" && !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// listed are words with commas between them, in any script's.
func listed(s string) []string {
	var list []string
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",،、，;؛\n", r) }) {
		list = append(list, strings.TrimSpace(w))
	}
	return some(list)
}

// faultFields are the form's fields of a rule's members, as [sayline.Fault]
// points at them behind the rule.
var faultFields = map[string]string{"to": "team", "also": "also", "urgency": "urgency", "acknowledge_within": "within", "answer_within": "answer", "group_at": "group_at", "group_by": "group_by", "policy": "policy",
	"raise": "raise_at", "raise/at": "raise_at", "raise/words": "raise_words", "raise/to": "raise_to"}

// faultField is the form's field that a fault in rule n (1 is the first) is of;
// "" when it is of something else.
func faultField(pointer string, n int) string {
	rest, ok := strings.CutPrefix(pointer, "/routes/"+strconv.Itoa(n-1)+"/")
	if !ok {
		return ""
	}
	if when, ok := strings.CutPrefix(rest, "when/"); ok {
		field, _, _ := strings.Cut(when, "/")
		return field
	}
	for at := rest; at != ""; {
		if field := faultFields[at]; field != "" {
			return field
		}
		at = at[:max(0, strings.LastIndexByte(at, '/'))]
	}
	return ""
}
