package screen

import (
	"maps"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// giftWords are the keys of what the scripts say by themselves. A {n} in them is
// the script's to fill in.
var giftWords = []string{
	"sending", "will_be_sent", "step_sent", "media_photo", "media_voice", "media_remove", "media_listen", "media_pause", "media_stop", "media_cancel",
	"media_on_the_way", "media_not_sent", "media_keep", "media_photos_most", "media_photo_unread", "media_voice_unread", "media_too_large",
	"media_voice_most", "media_voice_refused", "waiting_sign", "your_answers",
}

// later is what comes after the first act: the style sheet of the answer, and
// the scripts of the gifts and of an answer opened again, in each language.
func (s *Screen) later(read func(name string) string) map[string][]byte {
	gifts := web.SqueezeJS(read("who.js") + read("talk.js") + read("draw.js") + read("queue.js") + read("keep.js") + "Talk(line, world)\n" + read("media.js") + read("gifts.js"))
	line := web.SqueezeJS(read("line.js") + read("world.js"))
	files := map[string][]byte{"answer.css": []byte(web.SqueezeCSS(read("answer.css")))}
	files["done.css"] = []byte(web.SqueezeCSS(read("done.css")))
	files["kiosk.css"] = []byte(web.SqueezeCSS(read("kiosk.css")))
	files["kiosk.js"] = []byte(line + web.SqueezeJS(read("who.js")+read("talk.js")+read("draw.js")+read("queue.js")+read("keep.js")+"Talk(line, world)\n"+read("kiosk.js")))
	for _, lang := range s.Words.Languages("speaker") {
		tongue := s.Words.In(lang)
		said := map[string]string{}
		for _, key := range giftWords {
			said[key] = tongue.Say(key, "n", "{n}")
		}
		head := "const WORDS=" + string(web.JSON(said)) + ",LIMITS=" + string(web.JSON(mediaLimits())) + ";\n"
		files[scriptFor("gifts", tongue)] = []byte(head + gifts + "if (acted) settle()\n")
		files[scriptFor("answer", tongue)] = []byte(head + line + gifts + web.SqueezeJS(read("answer.js")))
	}
	return files
}

// scriptFor is the name of a script in a language.
func scriptFor(name string, tongue *words.Tongue) string { return name + "." + tongue.Tag + ".js" }

// mediaLimits are what the scripts keep to, so that nobody waits for an upload
// that will be refused.
func mediaLimits() map[string]int {
	return map[string]int{"photos": sayline.MaxPhotos, "photoBytes": sayline.MaxPhotoBytes, "voiceBytes": sayline.MaxVoiceBytes, "voiceSeconds": int(sayline.MaxVoice / time.Second)}
}

// takesMedia says whether a brand's discovery document takes photos and voices.
func (s *Screen) takesMedia(site *brands.Site) bool {
	return slices.ContainsFunc(s.Document(site).Accepts, func(a cx.Accepts) bool { return a.Media == sayline.Photo })
}

// filesOf are the paths of what a brand's screen needs after the first act.
func (s *Screen) filesOf(site *brands.Site) []string {
	names := map[string]bool{"answer.css": true, "kiosk.css": true, "kiosk.js": true}
	for _, lang := range site.Languages {
		names[scriptFor("gifts", s.Words.In(lang))] = true
	}
	var paths []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		paths = append(paths, path(site, s.assets.Path(name)))
	}
	return paths
}
