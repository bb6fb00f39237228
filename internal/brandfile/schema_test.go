package brandfile_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
)

// part walks the schema: through $defs by a name, through properties by a dot.
func part(t *testing.T, path string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(brandfile.Schema()), &m); err != nil {
		t.Fatal(err)
	}
	names := strings.Split(path, ".")
	if names[0] != "" {
		m = m["$defs"].(map[string]any)[names[0]].(map[string]any)
	}
	for _, name := range names[1:] {
		m = m["properties"].(map[string]any)[name].(map[string]any)
	}
	return m
}

func properties(t *testing.T, path string) []string {
	var names []string
	for name := range part(t, path)["properties"].(map[string]any) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// members are the JSON names of a struct's members.
func members(typ reflect.Type) []string {
	var names []string
	for i := range typ.NumField() {
		if f := typ.Field(i); f.Anonymous {
			names = append(names, members(f.Type)...)
		} else {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// The schema knows the members of the nouns: all of them and no others.
func TestSchemaHasTheMembersOfTheNouns(t *testing.T) {
	for path, noun := range map[string]any{
		"": sayline.Config{}, ".look": sayline.Look{}, ".character": sayline.Character{}, "response": sayline.Response{}, "hours": sayline.Hours{}, "open_time": sayline.OpenTime{}, "open_date": sayline.OpenDate{}, ".privacy": sayline.Privacy{}, ".operator": sayline.Operator{},
		"audience": sayline.Audience{}, "lane": sayline.Lane{}, "topic": sayline.Topic{}, "step": sayline.WorkStep{}, "place": sayline.Place{}, "product": sayline.Product{}, "touchpoint": sayline.Touchpoint{},
		"person": sayline.Person{}, "contact": sayline.Contact{}, "team": sayline.Team{}, "membership": sayline.Membership{},
		"shift": sayline.Shift{}, "shift.rotation": sayline.Rotation{}, "block": sayline.Block{}, "holiday": sayline.Holiday{}, "calendar": sayline.Calendar{}, "rule": sayline.Rule{}, "policy": sayline.Policy{}, "policy_step": sayline.PolicyStep{}, "rule.raise": sayline.Raise{}, "match": sayline.Match{}, "webhook": sayline.Webhook{}, "answer": sayline.ReadyAnswer{},
	} {
		want := members(reflect.TypeOf(noun))
		if path == "place" { // in the file a place holds its children instead of naming its parent
			want[slices.Index(want, "parent")] = "children"
			slices.Sort(want)
		}
		if got := properties(t, path); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
		if open := part(t, path)["additionalProperties"]; open != false {
			t.Errorf("%q: got additionalProperties %v, want false", path, open)
		}
	}
}

// The schema's fixed words are those of the nouns.
func TestSchemaHasTheWordsOfTheNouns(t *testing.T) {
	items := func(m map[string]any) map[string]any { return m["items"].(map[string]any) }
	for name, tt := range map[string]struct {
		got  map[string]any
		want []string
	}{
		"kind":           {part(t, "topic.kind"), sayline.Kinds},
		"channel":        {part(t, "touchpoint.channel"), sayline.Channels},
		"stage":          {part(t, "touchpoint.stage"), sayline.Stages},
		"first":          {part(t, "touchpoint.first"), sayline.Firsts},
		"message":        {part(t, "touchpoint.message"), sayline.MessageFits},
		"open on":        {items(part(t, "open_time.days")), sayline.Weekdays},
		"trade":          {part(t, ".trade"), sayline.Trades},
		"role":           {part(t, "person.role"), sayline.Roles},
		"contact":        {part(t, "contact.channel"), sayline.ContactChannels},
		"urgency":        {part(t, "rule.urgency"), sayline.Urgencies},
		"block.days":     {items(part(t, "block.days")), sayline.Weekdays},
		"holidays":       {part(t, "shift.holidays"), sayline.HolidayRules},
		"group_by":       {items(part(t, "rule.group_by")), sayline.GroupFields},
		"when.kind":      {items(part(t, "match.kind")), sayline.Kinds},
		"when.channel":   {items(part(t, "match.channel")), sayline.Channels},
		"when.source":    {items(part(t, "match.source")), sayline.Sources},
		"when.has":       {items(part(t, "match.has")), sayline.Haves},
		"types of event": {items(part(t, "webhook.types")), sayline.PublicEvents},
	} {
		var got []string
		for _, w := range tt.got["enum"].([]any) {
			got = append(got, w.(string))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	want := slices.Sorted(slices.Values(sayline.LineKeys))
	if got := properties(t, "lines"); !slices.Equal(got, want) {
		t.Errorf("lines: got %q, want %q", got, want)
	}
}

// An editor shows what each member is for.
func TestSchemaSaysWhatEachMemberIs(t *testing.T) {
	var m map[string]any
	if err := json.Unmarshal([]byte(brandfile.Schema()), &m); err != nil {
		t.Fatal(err)
	}
	defs := m["$defs"].(map[string]any)
	var walk func(at string, m map[string]any)
	walk = func(at string, m map[string]any) {
		props, _ := m["properties"].(map[string]any)
		for name, p := range props {
			p := p.(map[string]any)
			about, _ := p["description"].(string)
			if ref, ok := p["$ref"].(string); ok && about == "" {
				about, _ = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)["description"].(string)
			}
			if about == "" {
				t.Errorf("%s.%s has no description", at, name)
			}
			walk(at+"."+name, p)
		}
	}
	walk("", m)
	for name, d := range defs {
		walk(name, d.(map[string]any))
	}
}
