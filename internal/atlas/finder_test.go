package atlas

import (
	"slices"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
)

func exampleBrand(t *testing.T, name string) *brands.Snapshot {
	t.Helper()
	src, err := examples.File(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(name, src)
	if err != nil {
		t.Fatal(err)
	}
	return brands.New(1, c, nil)
}

// Every trade has 40 to 80 touchpoints, for every audience, with words in every
// language of the lists, and a brand could have all of them.
func TestListsAreWhole(t *testing.T) {
	for _, trade := range sayline.Trades {
		list := lists[trade]
		if len(list) < 40 || len(list) > 80 {
			t.Errorf("%s has %d touchpoints", trade, len(list))
		}
		c := *exampleBrand(t, "sparkle").Config
		c.Touchpoints = slices.Clone(c.Touchpoints)
		audiences, ids := map[string]bool{}, map[string]bool{}
		for _, x := range list {
			audiences[x.Audience] = true
			if ids[x.ID] {
				t.Errorf("%s has %s twice", trade, x.ID)
			}
			ids[x.ID] = true
			for _, lang := range listLanguages {
				for _, words := range []sayline.Text{x.Name, x.Purpose, x.Promise, x.Feeling} {
					if words[lang] == "" {
						t.Errorf("%s: %s lacks words in %s", trade, x.ID, lang)
					}
				}
			}
			c.Touchpoints = append(c.Touchpoints, x.touchpoint(&c))
		}
		for _, audience := range sayline.StandardAudiences {
			if !audiences[audience] {
				t.Errorf("%s has nothing for a %s", trade, audience)
			}
		}
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", trade, err)
		}
		for _, forgotten := range []string{"phone-greeting", "call-back-policy", "email-signature", "error-page", "social-answers", "old-microsite", "onboarding-day-one", "vendor-payment", "job-rejection"} {
			if !ids[forgotten] {
				t.Errorf("%s forgets %s", trade, forgotten)
			}
		}
	}
}

// What the brand has under another id or name is found; what only sounds like it
// is not.
func TestWhatIsThereIsFound(t *testing.T) {
	b := exampleBrand(t, "sparkle")
	of := func(id string) string {
		i := slices.IndexFunc(lists["retail"], func(x *typical) bool { return x.ID == id })
		if have := lists["retail"][i].of(newNames(b)); have != nil {
			return have.ID
		}
		return ""
	}
	for id, want := range map[string]string{"phone-greeting": "phone", "call-back-policy": "callback", "dress-code": "dress-code", "invoice": "invoice", "job-advert": "job-advert", "fitting-room": "", "parking": "", "newsletter": ""} {
		if got := of(id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	c := &sayline.Config{Brand: sayline.Brand{Languages: []string{"de"}}}
	if x := lists["hotel"][0].touchpoint(c); x.Name.In("de") == "" || x.Name[""] == "" || !x.Silent {
		t.Errorf("in a language the lists have not: %+v", x)
	}
}

func TestClusters(t *testing.T) {
	texts := []string{
		"The car park was full", "parking is a nightmare", "No light in the parking lot!",
		"Lockers were all broken", "my locker did not open", "where are the lockers?", "Locker key stuck",
		"lovely day", "great lemon", "lemon lemon lemon", "more lemon please", "something else entirely",
	}
	list := clustersOf(texts, lists["retail"], map[string]bool{"lemon": true})
	if len(list) != 2 || list[0].Word != "locker" && list[0].Word != "lockers" || len(list[0].Of) != 4 || list[1].Typical == nil || list[1].Typical.ID != "parking" || !slices.Equal(list[1].Of, []int{0, 1, 2}) {
		t.Errorf("clustered as %+v", list)
	}
	arabic := []string{"الموقف كان ممتلئًا", "لا ضوء في موقف السيارات", "أين موقف السيارات؟", "موقف السيارات بعيد"}
	if list := clustersOf(arabic, lists["retail"], nil); len(list) != 1 || list[0].Typical == nil || list[0].Typical.ID != "parking" || len(list[0].Of) != 3 {
		t.Errorf("in Arabic they make %+v", list)
	}
	if list := clustersOf(texts[:2], lists["retail"], nil); len(list) != 0 {
		t.Errorf("two make %+v", list)
	}
	same := []string{"A tonic, already cold.", "a tonic already cold", "A TONIC already cold!", "already a tonic. Cold"}
	if list := clustersOf(same[:3], lists["retail"], nil); len(list) != 0 {
		t.Errorf("one sentence three times makes %+v", list)
	}
	if list := clustersOf(same, lists["retail"], nil); len(list) != 1 || !slices.Equal(differing(same, list[0].Of, 2), []int{0, 3}) {
		t.Errorf("two sentences make %+v", list)
	}
	if list := clustersOf(nil, nil, nil); len(list) != 0 {
		t.Errorf("nobody makes %+v", list)
	}
}

// What is proposed is proposed for the audience that most of them are of.
func TestMostOf(t *testing.T) {
	var said []*sayline.Moment
	for _, audience := range []string{"vendor", "prospect", "vendor", "prospect", "vendor", ""} {
		said = append(said, &sayline.Moment{Audience: audience})
	}
	for _, tt := range []struct {
		of   []int
		want string
	}{{[]int{0, 1, 2, 3, 4}, "vendor"}, {[]int{1, 3, 4}, "prospect"}, {[]int{0, 1}, "prospect"}, {[]int{5}, "customer"}, {nil, "customer"}} {
		if got := mostOf(said, tt.of); got != tt.want {
			t.Errorf("of %v: %q, want %q", tt.of, got, tt.want)
		}
	}
}
