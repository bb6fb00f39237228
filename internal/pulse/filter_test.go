package pulse

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

func filterBrand(t testing.TB) *brands.Snapshot {
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read("sparkle.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return brands.New(1, c, nil)
}

// anyFilter draws a filter the way a person could have tapped it together.
func anyFilter(t *rapid.T, b *brands.Snapshot) Filter {
	v := url.Values{ByPeriod: {rapid.SampledFrom(append([]string{"2h", "3h", "12h", "48h", "1h", "49h", "02h"}, periods...)).Draw(t, "period")}}
	if rapid.Bool().Draw(t, "dated") {
		day := func(name string) string {
			return time.Date(2026, 1, 1+rapid.IntRange(-900, 900).Draw(t, name), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
		}
		v[ByFrom], v[ByTo] = []string{day("from")}, []string{day("to")}
	}
	some := func(name string, ids []string) {
		for range rapid.IntRange(0, 3).Draw(t, "how many "+name) {
			v.Add(name, rapid.SampledFrom(append(ids, "nobody-knows-it", "")).Draw(t, name))
		}
	}
	ids := map[string][]string{}
	for _, x := range b.Touchpoints {
		ids[ByTouchpoint] = append(ids[ByTouchpoint], x.ID)
	}
	for _, x := range b.Topics {
		ids[ByTopic] = append(ids[ByTopic], x.ID)
	}
	for _, x := range b.Places {
		ids[ByPlace] = append(ids[ByPlace], x.ID)
	}
	for _, x := range b.Teams {
		ids[ByTeam] = append(ids[ByTeam], x.ID)
	}
	for name, list := range ids {
		some(name, list)
	}
	some(ByAudience, sayline.StandardAudiences)
	some(ByKind, sayline.Kinds)
	some(BySource, append([]string{sayline.SourceImport}, sayline.Sources...))
	some(ByFeeling, []string{"0", "1", "2", "3", "4", "5", "6"})
	some(ByLang, []string{"es", "es-MX", "EN", "x", "12"})
	some(ByImported, []string{"only", "no", "perhaps"})
	for _, name := range []string{ByProduct, ByLot, ByWords} {
		if rapid.Bool().Draw(t, name+" is there") {
			v.Set(name, rapid.String().Draw(t, name))
		}
	}
	return ParseFilter(v, b)
}

// TestFilterRoundTrip: a filter is read again from its address as it was, and
// has one address only; a tap on a value puts it in, another takes it out.
func TestFilterRoundTrip(t *testing.T) {
	b := filterBrand(t)
	rapid.Check(t, func(t *rapid.T) {
		f := anyFilter(t, b)
		again := read(t, f.String(), b)
		if !reflect.DeepEqual(f, again) || f.String() != again.String() {
			t.Fatalf("%+v\nhas the address %s\nwhich reads %+v", f, f, again)
		}
		name := rapid.SampledFrom(members).Draw(t, "toggled")
		if f.many(name) {
			if list := f.Chosen(name); len(list) > 0 && !slices.Contains(list, "nobody-knows-it") {
				if back := f.Toggle(name, list[0], b).Toggle(name, list[0], b); !reflect.DeepEqual(back, f) {
					t.Fatalf("%s without and with %s=%s is %s", f, name, list[0], back)
				}
			}
		}
		for _, v := range f.Chosen(name) {
			if less := f.Without(name, v, b); slices.Contains(less.Chosen(name), v) || less.Period != f.Period {
				t.Fatalf("%s without %s=%s is %s", f, name, v, less)
			}
		}
	})
}

func read(t interface{ Fatal(...any) }, address string, b *brands.Snapshot) Filter {
	v, err := url.ParseQuery(strings.TrimPrefix(address, "?"))
	if err != nil {
		t.Fatal(err)
	}
	return ParseFilter(v, b)
}

// FuzzFilter: whatever an address says, it is read, has one address, and asks
// for nothing private.
func FuzzFilter(f *testing.F) {
	b := filterBrand(f)
	for _, s := range []string{"", "period=now", "period=2h", "period=47h", "from=2026-11-21&to=2026-11-21", "from=2026-11-25&to=2026-11-25", "from=2026-11-01&to=2026-11-15", "to=0000-01-01&from=9999-12-31", "touchpoint=k7f3&touchpoint=k7f3&topic=about-a-person", "words=%00+%ff&lot=&feeling=-1&feeling=٣", "place=spain&team=distribution&lang=ES-419&imported=no&audience=employee"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, _ := url.ParseQuery(s)
		got := ParseFilter(v, b)
		if again := read(t, got.String(), b); !reflect.DeepEqual(got, again) {
			t.Fatalf("%q reads %+v, its address %s reads %+v", s, got, got, again)
		}
		p := got.between(time.Date(2026, 11, 22, 15, 0, 0, 0, b.Location()))
		if len(p.starts) == 0 || len(p.starts) > longestDates || !p.from.Before(p.until) || !slices.IsSortedFunc(p.starts, time.Time.Compare) {
			t.Fatalf("%s has %d buckets from %s until %s", got, len(p.starts), p.from, p.until)
		}
		for _, id := range got.Topics {
			if b.Index.Topic(id).Lane != "" {
				t.Fatalf("%q asks for the private topic %s", s, id)
			}
		}
	})
}

// TestFilterDates: both days are meant, whatever the clocks do in between, and
// what is compared with it is as many days before.
func TestFilterDates(t *testing.T) {
	b := filterBrand(t)
	at := time.Date(2026, 11, 22, 15, 24, 0, 0, b.Location())
	f := read(t, "?from=2026-10-26&to=2026-10-20", b)
	p := f.between(at)
	_, from, until := p.before()
	for _, c := range []struct {
		what      string
		got, want time.Time
	}{
		{"begins", p.from, time.Date(2026, 10, 20, 0, 0, 0, 0, b.Location())}, {"ends", p.until, time.Date(2026, 10, 27, 0, 0, 0, 0, b.Location())},
		{"before begins", from, time.Date(2026, 10, 13, 0, 0, 0, 0, b.Location())}, {"before ends", until, p.from},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s %s, want %s", c.what, c.got, c.want)
		}
	}
	if len(p.starts) != 7 || p.passed != 7 || p.until.Sub(p.from) != 7*24*time.Hour+time.Hour {
		t.Errorf("%d days, %d passed, %s long", len(p.starts), p.passed, p.until.Sub(p.from))
	}
}

// TestFilterSentence: a person reads what a page tells of.
func TestFilterSentence(t *testing.T) {
	b := filterBrand(t)
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	en := catalogue.In("en")
	board := &board{Voice: house.Voice{Tongue: en}, Names: house.NewNames(b, en), Brand: b}
	for address, want := range map[string]string{
		"": "What was said today",
		"?period=7&touchpoint=k7f3&kind=problem&kind=idea&feeling=1&feeling=0&place=spain": "What was said in the last 7 days: Idea or Problem; felt as: No face or Awful; at " + board.Names.Touchpoint("k7f3") + "; in " + board.Names.Place("spain"),
		"?from=2026-11-01&to=2026-11-15&imported=no&words=tastes+odd&lang=es":              "What was said from 1 November 2026 to 15 November 2026: with the words “tastes odd”; language: Español; without what was imported",
	} {
		if got := board.Sentence(read(t, address, b)); got != want {
			t.Errorf("%q says\n%s, want\n%s", address, got, want)
		}
	}
	if p := read(t, "?place=spain&team=distribution&lang=es", b).Part(b); !slices.Contains(p.Places, "spain") || len(p.Places) < 3 || !slices.Equal(p.Teams, []string{"distribution"}) || !slices.Equal(p.Guarded, []string{"employee"}) {
		t.Errorf("asked for is %+v", p)
	}
	if store.CountedLang("es-MX") != "es" || store.CountedLang("i-klingon") != "" {
		t.Error("languages are counted by their primary subtag")
	}
}
