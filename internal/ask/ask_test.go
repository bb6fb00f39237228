package ask_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/ask"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/words"
)

func book(t testing.TB, brand string) *ask.Book {
	src, err := examples.File(brand)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(brand+".yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	w, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	return ask.NewBook(brands.New(1, c, nil), w)
}

// sunday is 22 November 2026, in the afternoon.
var sunday = time.Date(2026, 11, 22, 15, 24, 0, 0, time.UTC)

// TestSentences: what people type, in three languages, and what is meant by it.
func TestSentences(t *testing.T) {
	for brand, sentences := range map[string][][2]string{
		"northgate": {
			{"unhappy, last 2 hours, Terminal 2", "feeling=1 feeling=2 period=2h place=t2"},
			{"Terminal 2 unhappy last two hours", "place=t2 feeling=1 feeling=2 period=2h"},
			{"dirty", "topic=dirty"},
			{"Dirty!", "topic=dirty"},
			{"no paper yesterday", "topic=no-paper from=2026-11-21 to=2026-11-21"},
			{"no paper or no soap today", "topic=no-paper topic=no-soap period=today"},
			{"what did people say about no soap", "topic=no-soap"},
			{"Restroom, T1 departures", "touchpoint=wc1a"},
			{"restroom, T1 departures, awful", "touchpoint=wc1a feeling=1"},
			{"cleaning crew", "team=cleaning"},
			{"duty desk last week", "team=duty-desk from=2026-11-09 to=2026-11-15"},
			{"happy now", "feeling=4 feeling=5 period=now"},
			{"complaints since Monday", "kind=problem from=2026-11-16 to=2026-11-22"},
			{"praise in October", "kind=praise from=2026-10-01 to=2026-10-31"},
			{"ideas 3 November", "topic=idea from=2026-11-03 to=2026-11-03"},
			{"questions November 3", "kind=question from=2026-11-03 to=2026-11-03"},
			{"from 3 October to 10 October", "from=2026-10-03 to=2026-10-10"},
			{"dirty from 3 to 10 October", "topic=dirty from=2026-10-03 to=2026-10-10"},
			{"dirty, 3-10 October", "topic=dirty from=2026-10-03 to=2026-10-10"},
			{"3–10 October dirty", "from=2026-10-03 to=2026-10-10 topic=dirty"},
			{"2026-11-01 to 2026-11-10", "from=2026-11-01 to=2026-11-10"},
			{"last 7 days", "period=7"},
			{"past week", "period=7"},
			{"last 30 days", "period=30"},
			{"last 3 months", "period=90"},
			{"last 14 days", "from=2026-11-09 to=2026-11-22"},
			{"last fortnight", "from=2026-11-09 to=2026-11-22"},
			{"last hour", "period=now"},
			{"past hour", "period=now"},
			{"last 24 hours", "period=24h"},
			{"the last day", "period=24h"},
			{"2 hours", "period=2h"},
			{"this month", "from=2026-11-01 to=2026-11-22"},
			{"last month", "from=2026-10-01 to=2026-10-31"},
			{"the weekend", "from=2026-11-21 to=2026-11-22"},
			{"yesterday in Spanish", "from=2026-11-21 to=2026-11-21 lang=es"},
			{"vendors, not happy", "audience=vendor feeling=1 feeling=2"},
			{"applicants this week", "audience=applicant from=2026-11-16 to=2026-11-22"},
			{"at the kiosk today", "source=kiosk period=today"},
			{"imported complaints", "source=import kind=problem"},
			{"lot AB-1123", "lot=AB-1123"},
			{"no face", "feeling=0"},
			{"taxi shouting at dawn", "| taxi shouting at dawn"},
			{"dirty, smells of smoke", "topic=dirty | smells of smoke"},
			{`"dirty" yesterday`, "from=2026-11-21 to=2026-11-21 | dirty"},
			{"who may help", "| who may help"},
			{"", ""},
			{"sucio", "topic=dirty"},
			{"sin papel ayer", "topic=no-paper from=2026-11-21 to=2026-11-21"},
			{"Aseos, salidas T1", "touchpoint=wc1a"},
			{"quejas de ayer", "kind=problem from=2026-11-21 to=2026-11-21"},
			{"descontentos, últimas 2 horas", "feeling=1 feeling=2 period=2h"},
			{"las dos últimas horas", "period=2h"},
			{"últimos siete días", "period=7"},
			{"la semana pasada, proveedores", "from=2026-11-09 to=2026-11-15 audience=vendor"},
			{"desde el lunes", "from=2026-11-16 to=2026-11-22"},
			{"quejas del 3 al 10 de octubre", "kind=problem from=2026-10-03 to=2026-10-10"},
			{"desde el lunes hasta el miércoles", "from=2026-11-16 to=2026-11-18"},
			{"من 3 إلى 10 أكتوبر", "from=2026-10-03 to=2026-10-10"},
			{"desde lunes", "from=2026-11-16 to=2026-11-22"},
			{"3 de noviembre", "from=2026-11-03 to=2026-11-03"},
			{"felices hoy", "feeling=4 feeling=5 period=today"},
			{"equipo de limpieza este mes", "team=cleaning from=2026-11-01 to=2026-11-22"},
			{"en inglés", "lang=en"},
			{"آخر ساعتين", "period=2h"},
			{"غير راضين اليوم", "feeling=1 feeling=2 period=today"},
			{"مشاكل أمس", "kind=problem from=2026-11-21 to=2026-11-21"},
			{"آخر 7 أيام", "period=7"},
			{"آخر ٣ ساعات", "period=3h"},
			{"منذ الاثنين", "from=2026-11-16 to=2026-11-22"},
			{"سعداء هذا الأسبوع", "feeling=4 feeling=5 from=2026-11-16 to=2026-11-22"},
		},
		"sparkle": {
			{"can't find it", "topic=cant-find-it"},
			{"cant find it in Madrid", "topic=cant-find-it place=madrid"},
			{"no lo encuentro, Madrid, hoy", "topic=cant-find-it place=madrid period=today"},
			{"Shelf 14", "touchpoint=k7f3"},
			{"distribution unhappy", "team=distribution feeling=1 feeling=2"},
			{"about a person", "| about a person"},
			{"09506000134352", "product=09506000134352"},
		},
	} {
		k := book(t, brand)
		for _, s := range sentences {
			r := k.Read(s[0], sunday)
			if got := told(r); s[1] != "" && got != s[1] {
				t.Errorf("%s: %q is read as %q, want %q", brand, s[0], got, s[1])
			}
			mustKeepWords(t, s[0], r)
		}
	}
	r := book(t, "northgate").Read("restroom, unhappy, last 2 hours, Terminal 2", sunday)
	if len(r.Parts) != 4 || len(r.Parts[0].Values) < 2 || r.Parts[0].Values[0].Name != ask.Touchpoint || r.Rest != "" {
		t.Errorf("all restrooms by one word: %+v", r)
	}
}

// TestSlips: a slip in a longer word is read as what it is nearest to, and said; a
// word that is understood, that is short, that stands in quotation marks or that is
// as near to two is left as it was typed.
func TestSlips(t *testing.T) {
	k := book(t, "northgate")
	for _, c := range []struct{ typed, want, guesses string }{
		{"unhapy, last 2 hours, Terminal 2", "feeling=1 feeling=2 period=2h place=t2", "unhapy→unhappy"},
		{"unhappy last 2 huors", "feeling=1 feeling=2 period=2h", "huors→hour"},
		{"complants yesterdey", "kind=problem from=2026-11-21 to=2026-11-21", "complants→complaint yesterdey→yesterday"},
		{"cleening crew", "team=cleaning", "cleening→Cleaning"},
		{"descontntos, últimas 2 horas", "feeling=1 feeling=2 period=2h", "descontntos→descontento"},
		{"la semana pasada, provedores", "from=2026-11-09 to=2026-11-15 audience=vendor", "provedores→proveedor"},
		{"سعداء هذا الأسبوغ", "feeling=4 feeling=5 from=2026-11-16 to=2026-11-22", "الأسبوغ→الأسبوع"},
		{"dirty", "topic=dirty", ""},
		{"drty", "| drty", ""},
		{`"unhapy" today`, "period=today | unhapy", ""},
		{"taxi shouting at dawn", "| taxi shouting at dawn", ""},
		{"lot AB-1124", "lot=AB-1124", ""},
	} {
		r := k.Read(c.typed, sunday)
		var list []string
		for _, g := range r.Guesses {
			list = append(list, g.Typed+"→"+g.Read)
		}
		if got := told(r); got != c.want || strings.Join(list, " ") != c.guesses {
			t.Errorf("%q is read as %q (%q), want %q (%q)", c.typed, got, list, c.want, c.guesses)
		}
		mustKeepWords(t, c.typed, r)
	}
	r := k.Read("restrom unhapy last 2 hours", sunday)
	if len(r.Parts) != 3 || r.Parts[0].Values[0].Name != ask.Touchpoint || len(r.Guesses) != 2 || r.Rest != "" {
		t.Errorf("all restrooms by one word with a slip: %+v", r)
	}
}

func BenchmarkSlips(b *testing.B) {
	k := book(b, "northgate")
	for b.Loop() {
		k.Read("restrom unhapy last 2 huors somwhere elswhere nobdy knows wherre exactely", sunday)
	}
}

// told is a reading in one line.
func told(r ask.Reading) string {
	var list []string
	for _, v := range r.Values() {
		list = append(list, v.Name+"="+v.Value)
	}
	s := strings.Join(list, " ")
	if r.Rest != "" {
		s = strings.TrimSpace(s + " | " + r.Rest)
	}
	return s
}

// mustKeepWords: every word typed is in a part or left over, once.
func mustKeepWords(t testing.TB, typed string, r ask.Reading) {
	t.Helper()
	said := []string{r.Rest}
	for _, p := range r.Parts {
		said = append(said, p.Text)
		if len(p.Values) == 0 {
			t.Errorf("%q: %q means nothing", typed, p.Text)
		}
	}
	if got, want := letters(strings.Join(said, " ")), letters(typed); got != want {
		t.Errorf("%q is kept as %q", typed, said)
	}
}

// letters are the letters and digits of a text, sorted.
func letters(s string) string {
	var list []rune
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			list = append(list, r)
		}
	}
	slices.Sort(list)
	return string(list)
}

// FuzzRead: whatever is typed is read, without a word lost and without anything
// private asked for; and suggestions are made of it.
func FuzzRead(f *testing.F) {
	k := book(f, "sparkle")
	for _, s := range []string{"restroom, unhappy, last 2 hours, Terminal 2", "lot AB-123", "lot ", "3 de", "since", "from 3 to", "2026-02-31", "31 February", "آخر ٣ ساعات", "«no lo encuentro» \"", "last 999 years", "about a person", "\xff\xfe lot 1", "1 2 3 4 5", strings.Repeat("very long ", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		r := k.Read(s, sunday)
		mustKeepWords(t, s, r)
		for _, v := range r.Values() {
			if v.Name == ask.Topic && v.Value == "about-a-person" || v.Name == "" || v.Value == "" {
				t.Errorf("%q asks for %+v", s, v)
			}
			if _, err := time.Parse(time.DateOnly, v.Value); (v.Name == ask.From || v.Name == ask.To) && err != nil {
				t.Errorf("%q asks for the day %q", s, v.Value)
			}
		}
		if n := len(k.Suggest(s, 7)); n > 7 {
			t.Errorf("%q has %d suggestions", s, n)
		}
	})
}

// TestSuggest: names come as one types them, those that begin so first; nothing
// private does.
func TestSuggest(t *testing.T) {
	k := book(t, "sparkle")
	for typed, want := range map[string]string{"can't f": "cant-find-it", "unhappy, can": "cant-find-it", "shelf 1": "k7f3", "no lo enc": "cant-find-it"} {
		list := k.Suggest(typed, 7)
		if !slices.ContainsFunc(list, func(s ask.Suggestion) bool { return s.Value.Value == want }) {
			t.Errorf("%q suggests %+v", typed, list)
		}
	}
	if got := k.Suggest("unhappy, mad", 7); len(got) == 0 || got[0].Text != "unhappy, "+got[0].Label {
		t.Errorf("what stands before is kept: %+v", got)
	}
	if slices.ContainsFunc(k.Suggest("about a pers", 7), func(s ask.Suggestion) bool { return s.Name == ask.Topic }) {
		t.Error("a private topic is suggested")
	}
	for _, typed := range []string{"unhappy,", "", "   "} {
		if list := k.Suggest(typed, 7); len(list) != 0 {
			t.Errorf("%q suggests %+v", typed, list)
		}
	}
}
