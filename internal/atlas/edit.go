package atlas

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
)

func itoa(n int) string { return strconv.Itoa(n) }

// worded are the words of a touchpoint that the map edits, by the form's names.
func worded(t *sayline.Touchpoint) map[string]*sayline.Text {
	return map[string]*sayline.Text{"name": &t.Name, "purpose": &t.Purpose, "promise": &t.Promise, "tone": &t.Tone, "only": &t.OnlyHere, "feeling": &t.Feeling}
}

// edit changes what a touchpoint is meant to be. When somebody else changed the
// same one meanwhile, nothing is overwritten: a Conflict.
func (a *Atlas) edit(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return a.changeOne(w, r, v, "map_kept", func(t *sayline.Touchpoint, form url.Values, c *sayline.Config) error {
		if form.Get("was") != digest(t) {
			return &sayline.Error{Kind: sayline.Conflict, Key: "map_changed", Message: "Somebody changed this touchpoint meanwhile. Please look at it again."}
		}
		lang := c.Languages[0]
		if slices.Contains(c.Languages, form.Get("lang")) {
			lang = form.Get("lang")
		}
		for name, words := range worded(t) {
			*words = reworded(*words, lang, c.Languages[0], strings.TrimSpace(form.Get(name)))
		}
		if t.Name.Empty() {
			return errNoName
		}
		t.Stage, t.Channel, t.Owner, t.Message = form.Get("stage"), form.Get("channel"), form.Get("owner"), form.Get("message")
		t.Audiences = heard(t, form.Get("audience"))
		t.FeelingTopic, t.OppositeTopic = form.Get("meant"), form.Get("opposite")
		t.Face, _ = strconv.Atoi(form.Get("face"))
		t.OnlyHereWords = listed(form.Get("words"))
		return nil
	})
}

// reworded is a text that says something else in one language; said without a
// language, it is in the brand's first.
func reworded(t sayline.Text, lang, first, says string) sayline.Text {
	next := maps.Clone(t)
	if next == nil {
		next = sayline.Text{}
	}
	if plain, ok := next[""]; ok && lang != first {
		delete(next, "")
		next[first] = plain
	}
	key := lang
	if _, plain := next[""]; lang == first && (plain || len(next) == 0) {
		key = ""
	}
	if next[key] = says; says == "" {
		delete(next, key)
	}
	if len(next) == 0 {
		return nil
	}
	return next
}

// own is what a text says in just this language of the brand.
func own(b *brands.Snapshot, t sayline.Text, lang string) string {
	if says, ok := t[lang]; ok {
		return says
	}
	if lang == b.Language() {
		return t[""]
	}
	return ""
}

// listed are the words of a line, between commas.
func listed(line string) []string {
	var list []string
	for w := range strings.SplitSeq(line, ",") {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// digest stands for a touchpoint as it is.
func digest(t *sayline.Touchpoint) string {
	b, err := json.Marshal(t)
	if err != nil {
		panic("atlas: a touchpoint is no JSON: " + err.Error()) // it came from the store as such
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// languageOf is the first of the wanted that the brand has, else its own first.
func languageOf(b *brands.Snapshot, wanted ...string) string {
	for _, l := range wanted {
		if slices.Contains(b.Languages, l) {
			return l
		}
	}
	return b.Language()
}
