package atlas

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
)

func TestRewordedKeepsTheOtherLanguages(t *testing.T) {
	for _, tt := range []struct {
		before           sayline.Text
		lang, says, want string
	}{
		{nil, "en", "hello", "=hello"},
		{sayline.Plain("hello"), "en", "hi", "=hi"},
		{sayline.Plain("hello"), "es", "hola", "en=hello es=hola"},
		{sayline.Text{"en": "hello", "es": "hola"}, "es", "", "en=hello"},
		{sayline.Text{"en": "hello"}, "en", "", ""},
		{nil, "es", "hola", "es=hola"},
	} {
		before := maps.Clone(tt.before)
		var got []string
		for _, k := range slices.Sorted(maps.Keys(reworded(tt.before, tt.lang, "en", tt.says))) {
			got = append(got, k+"="+reworded(tt.before, tt.lang, "en", tt.says)[k])
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%v in %s says %q: %q, want %q", tt.before, tt.lang, tt.says, s, tt.want)
		}
		if !maps.Equal(before, tt.before) {
			t.Errorf("%v was changed in place", before)
		}
	}
}

func TestIDs(t *testing.T) {
	for name, want := range map[string]string{"Phone greeting": "phone-greeting", "¡Café & Té!": "cafe-te", "التحية": "touchpoint", "A very long name of a touchpoint that goes on": "a-very-long-name-of-a-touchpoint"} {
		if got := handleOf(name); got != want || !sayline.ValidHandle(got) {
			t.Errorf("%q makes %q, want %q", name, got, want)
		}
	}
	c := &sayline.Config{Touchpoints: []sayline.Touchpoint{{ID: "desk"}, {ID: "desk-2"}}}
	if got := freeID(c, "desk"); got != "desk-3" {
		t.Errorf("a free id is %q", got)
	}
}

func TestWhoIsHeard(t *testing.T) {
	for _, tt := range []struct{ before, to, want string }{
		{"", "employee", "employee"}, {"", "customer", ""}, {"customer prospect", "prospect", "prospect"}, {"customer prospect", "vendor", "vendor prospect"}, {"vendor", "", "vendor"},
	} {
		if got := strings.Join(heard(&sayline.Touchpoint{Audiences: strings.Fields(tt.before)}, tt.to), " "); got != tt.want {
			t.Errorf("%q moved to %q: %q, want %q", tt.before, tt.to, got, tt.want)
		}
	}
}

// everywhere is for who sees every touchpoint.
func everywhere(*sayline.Touchpoint) bool { return true }

// The map of every demo brand comes back from its own table as it was, and what
// a table says in part changes that part only.
func TestTableComesBack(t *testing.T) {
	for _, name := range []string{"sparkle", "granvia", "northgate"} {
		src, err := examples.File(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := brandfile.Read(name, src)
		if err != nil {
			t.Fatal(err)
		}
		c.Touchpoints[0].Tone = sayline.Text{c.Languages[0]: "=SUM(A1), \"quoted\"\nand on"}
		b := brands.New(1, c, nil)
		var out strings.Builder
		writeTable(&out, b, everywhere)
		next := *c
		next.Touchpoints = slices.Clone(c.Touchpoints)
		if err := readTable(&next, []byte(out.String()), everywhere); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if changes := brandfile.Diff(c, &next); len(changes) > 0 {
			t.Errorf("%s: %d changes, the first %v", name, len(changes), changes[0])
		}
		if !strings.Contains(out.String(), "'=SUM") {
			t.Errorf("%s: a spreadsheet would calculate", name)
		}
		if err := readTable(&next, []byte("id;name:"+c.Languages[0]+";stage;channel\r\n"+c.Touchpoints[0].ID+";Another;needs;web\r\nnew-one;New;leaves;print\r\n"), everywhere); err != nil {
			t.Fatal(err)
		}
		if first, last := next.Touchpoints[0], next.Touchpoints[len(next.Touchpoints)-1]; first.Name.In(c.Languages[0]) != "Another" || first.Stage != "needs" || !reflect.DeepEqual(first.Tone, c.Touchpoints[0].Tone) || last.ID != "new-one" || !last.Silent {
			t.Errorf("%s: in part it is %+v … %+v", name, first, last)
		}
	}
	c := &sayline.Config{Brand: sayline.Brand{Languages: []string{"en"}}, Touchpoints: []sayline.Touchpoint{{ID: "whispers", Lane: "secret"}}}
	open := func(t *sayline.Touchpoint) bool { return t.Lane == "" }
	for src, want := range map[string]string{"": "Line 1", "name\nx": "column called id", "id,colour\na,red": `Line 2 of the table: unknown column "colour"`, "id,name\na,\"b": "Line 2", "id,owner\nwhispers,quality": `"whispers" can't be changed`} {
		if err := readTable(c, []byte(src), open); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", src, err)
		}
	}
}
