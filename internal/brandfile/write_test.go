package brandfile_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"pgregory.net/rapid"
)

// A brand survives being written and read, and the file of it is the same
// file ever after.
func TestWriteThenReadIsTheSameBrand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyBrand().Draw(t, "brand")
		file, err := brandfile.Write(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := brandfile.Read("brand.yaml", file)
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		if !reflect.DeepEqual(c, back) {
			t.Fatalf("got\n%#v\nwant\n%#v\nfrom\n%s", back, c, file)
		}
		again, err := brandfile.Write(back)
		if err != nil || string(again) != string(file) {
			t.Fatalf("the file is not canonical: %v\n%s\nthen\n%s", err, file, again)
		}
	})
}

// Places in another order come back in the order of the tree, with everything
// else as it was.
func TestWritePutsPlacesInATree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyBrand().Draw(t, "brand")
		ordered := len(c.Places)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(c.Places), func(i, j int) { c.Places[i], c.Places[j] = c.Places[j], c.Places[i] })
		file, err := brandfile.Write(c)
		if err != nil {
			t.Fatal(err)
		}
		back, err := brandfile.Read("brand.yaml", file)
		if err != nil {
			t.Fatalf("%v\n%s", err, file)
		}
		seen := map[string]bool{"": true}
		before := sayline.NewIndex(c)
		for _, p := range back.Places {
			if !seen[p.Parent] {
				t.Fatalf("%s stands before its parent %s", p.ID, p.Parent)
			}
			seen[p.ID] = true
			if !reflect.DeepEqual(p, *before.Place(p.ID)) {
				t.Fatalf("got %v, want %v", p, *before.Place(p.ID))
			}
		}
		if len(back.Places) != ordered {
			t.Fatalf("got %d places, want %d", len(back.Places), ordered)
		}
	})
}

// Each form of a value, as it stands in the file.
func TestWriteForms(t *testing.T) {
	c := &sayline.Config{
		Brand: sayline.Brand{ID: "b", Name: "Sparkle: the drink", Languages: []string{"en", "no"}, Look: sayline.Look{Color: "#0b6e4f", Logo: "<svg>\n  <path/>\n</svg>"},
			Promise:     sayline.Text{"": "Here", "no": "Her"},
			CoreMessage: sayline.Plain("yes"),
			Response:    sayline.Response{Acknowledge: sayline.Duration(300e9)}},
		Places:      []sayline.Place{{ID: "a", Name: sayline.Plain("A"), Lat: 40.5}, {ID: "a1", Name: sayline.Plain("1"), Parent: "a"}, {ID: "b", Name: sayline.Plain("B 😀")}},
		Products:    []sayline.Product{{GTIN: "09506000134352", Name: sayline.Plain("Lemon")}},
		Touchpoints: []sayline.Touchpoint{{ID: "t", Name: sayline.Plain(" x"), Channel: "shelf", Stage: "uses"}},
		Teams:       []sayline.Team{{ID: "all", Name: sayline.Plain("All")}},
	}
	want := `brand: b
name: "Sparkle: the drink"
languages: [en, "no"]
look:
  color: "#0b6e4f"
  logo: |-
    <svg>
      <path/>
    </svg>
core_message: "yes"
promise:
  en: Here
  "no": Her
response:
  acknowledge_within: PT5M
places:
  - id: a
    name: A
    lat: 40.5
    children:
      - id: a1
        name: "1"
  - id: b
    name: B 😀
products:
  - gtin: "09506000134352"
    name: Lemon
touchpoints:
  - id: t
    name: " x"
    channel: shelf
    stage: uses
teams:
  - id: all
    name: All
`
	got, err := brandfile.Write(c)
	if err != nil || string(got) != want {
		t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
	}
}

func TestWriteRefusesWhatIsNoText(t *testing.T) {
	for _, bad := range []string{"a\xffb", "a\x00b"} {
		c := &sayline.Config{Brand: sayline.Brand{ID: "b", Name: "B", Languages: []string{"en"}}, Teams: []sayline.Team{{ID: "all", Name: sayline.Plain(bad)}}}
		_, err := brandfile.Write(c)
		var e *sayline.Error
		if !errors.As(err, &e) || e.Kind != sayline.Invalid || !strings.Contains(e.Message, "/teams/0/name") {
			t.Errorf("%q: got %v, want an error that names /teams/0/name", bad, err)
		}
	}
}

// What no file could have made is written all the same: nothing is left out,
// and nothing runs for ever.
func TestWriteLosesNoPlace(t *testing.T) {
	c := &sayline.Config{Places: []sayline.Place{{ID: "a", Parent: "b"}, {ID: "b", Parent: "a"}, {ID: "c", Parent: "gone"}, {ID: "d", Parent: "d"}}}
	got, err := brandfile.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"id: a\n", "id: b\n", "id: c\n", "id: d\n"} {
		if strings.Count(string(got), id) != 1 {
			t.Errorf("got %d of %q, want one, in\n%s", strings.Count(string(got), id), id, got)
		}
	}
}
