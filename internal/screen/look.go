package screen

import (
	"html/template"
	"strings"
	"sync"

	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
	bcp "golang.org/x/text/language"
)

// dress is a brand's style, ready to stand in a page, with the hash that allows it.
type dress struct {
	Style template.HTML // one style element: the brand's colours, and everything else
	Theme [2]string     // of the browser's own frame: day, night
	hash  string
}

// wardrobe keeps the dress of each colour and writing.
type wardrobe struct {
	css  string
	kept sync.Map // colour and letters → *dress
}

func newWardrobe(css string) *wardrobe { return &wardrobe{css: web.SqueezeCSS(css)} }

// letters is what a writing needs beside the common sheet; a page carries only
// its own. System fonts only, the reader's own first; Arabic letters are joined
// and Chinese and Japanese ones stand apart already, so neither is tracked;
// Japanese headings break between phrases.
func letters(lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	switch base {
	case "ja":
		return `body{font-family:system-ui,"Hiragino Sans",Meiryo,sans-serif;line-break:strict}h1{letter-spacing:0;word-break:auto-phrase}`
	case "zh":
		first := `"PingFang SC","Microsoft YaHei"`
		if script, _ := bcp.Make(lang).Script(); script.String() == "Hant" {
			first = `"PingFang TC","Microsoft JhengHei"`
		}
		return `body{font-family:system-ui,` + first + `,sans-serif;line-break:strict}h1{letter-spacing:0}`
	}
	if words.Direction(lang) == "rtl" {
		return `h1{letter-spacing:0}`
	}
	return ""
}

func (w *wardrobe) dress(colour, lang string) *dress {
	more := letters(lang)
	if d, ok := w.kept.Load(colour + more); ok {
		return d.(*dress)
	}
	day, dark := look.Of(colour)
	css := look.Tokens(colour) + w.css + more
	d := &dress{
		Style: template.HTML("<style>" + css + "</style>"),
		Theme: [2]string{day.Wash, dark.Wash},
		hash:  web.Hash(css),
	}
	w.kept.Store(colour+more, d)
	return d
}
