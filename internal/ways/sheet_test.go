package ways_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/ways"
)

// stage shows one document at a time to a browser.
type stage struct {
	mu   sync.Mutex
	body []byte
	*httptest.Server
}

func newStage(t *testing.T) *stage {
	s := &stage{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(s.body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stage) show(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = body
}

// overflow lists what leaves its place: words that are larger than the element
// they stand in, and anything beyond the paper or beyond the block it is in.
const overflow = `(() => {
	const faults = [], tell = (el, what) => faults.push(what + ': ' + el.className + ' ' + el.textContent.trim().slice(0, 60))
	const inside = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1
	for (const sheet of document.querySelectorAll('.sheet')) {
		for (const part of sheet.querySelectorAll('.sticker,.half')) if (part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1) tell(part, 'runs over')
		if (sheet.scrollHeight > sheet.clientHeight + 1 || sheet.scrollWidth > sheet.clientWidth + 1) tell(sheet, 'runs over')
		for (const el of sheet.querySelectorAll('p,b,.card,.mark,.faces,ul,.typed,.who')) {
			const at = el.getBoundingClientRect(), within = (el.closest('.block') || el.closest('.sticker') || el.closest('.half') || sheet).getBoundingClientRect()
			if (!inside(at, within)) tell(el, 'leaves its block')
			if (el.matches('p,b') && el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== 'inline') tell(el, 'wider than its line')
		}
		const rows = [...sheet.children].filter(el => getComputedStyle(el).position !== 'absolute').map(el => el.getBoundingClientRect())
		if (!sheet.matches('.labels')) for (let i = 1; i < rows.length; i++) if (rows[i].top < rows[i - 1].bottom - 1) faults.push('overlap of row ' + i)
	}
	return faults
})()`

// anyWords draws words of any script and length, also such as no line holds.
func anyWords(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		word := rapid.OneOf(
			rapid.StringMatching(`[a-zà-ÿ]{1,14}`), rapid.StringMatching(`[A-ZÀ-Þ]{1,14}`), rapid.StringMatching(`[MW]{1,60}`),
			rapid.StringMatching(`[ء-ي]{1,12}`), rapid.StringMatching(`[一-龥]{1,20}`), rapid.StringMatching(`[ぁ-んァ-ヶ]{1,20}`), rapid.StringMatching(`[А-я]{1,14}`), rapid.StringMatching(`[0-9.,!?—]{1,8}`))
		text := strings.Join(rapid.SliceOfN(word, 1, 40).Draw(t, "words"), " ")
		runes := []rune(text)
		return strings.TrimSpace(string(runes[:min(len(runes), most)]))
	})
}

// hung is one thing to print, of a brand that writes whatever it likes.
type hung struct {
	name, en, es, ar, touchpoint, id, host, ref string
	lane                                        bool
	sheet                                       ways.Way
	langs                                       []string
}

var anyHung = rapid.Custom(func(t *rapid.T) hung {
	return hung{
		name: anyWords(80).Draw(t, "name"), en: anyWords(160).Draw(t, "en"), es: anyWords(160).Draw(t, "es"), ar: anyWords(160).Draw(t, "ar"), touchpoint: anyWords(300).Draw(t, "touchpoint"),
		id:   rapid.StringMatching(`[a-z][a-z0-9-]{1,45}[a-z0-9]`).Draw(t, "id"),
		host: rapid.StringMatching(`([a-z]{1,20}\.){1,3}example(:8443)?(/@[a-z]{1,20})?`).Draw(t, "host"),
		ref:  rapid.OneOf(rapid.Just(""), anyWords(100)).Draw(t, "ref"), lane: rapid.Bool().Draw(t, "lane"),
		sheet: rapid.SampledFrom(ways.Sheets).Draw(t, "sheet"), langs: rapid.SampledFrom([][]string{{"en"}, {"ar"}, {"es", "ar"}, {"ar", "en"}}).Draw(t, "langs"),
	}
})

// TestEveryTextFits: whatever a brand writes, on every sheet, in one language or
// two, nothing leaves its place and nothing lies over anything else.
func TestEveryTextFits(t *testing.T) {
	s := newStage(t)
	p := testkit.Browser(t).Page(testkit.Desktop)
	for i := range testkit.Size(16, 100) {
		h := anyHung.Example(i)
		b := open(t, "sparkle", func(c *sayline.Config) {
			at := &c.Touchpoints[1]
			c.Name, at.ID, at.Name, at.Lines = h.name, h.id, sayline.Text{"en": h.touchpoint}, nil
			c.Lines = map[string]sayline.Text{"invitation": {"en": h.en, "es": h.es, "ar": h.ar}}
			if h.lane {
				at.Lane = c.Lanes[0].ID
			}
		})
		b.Base = "https://" + h.host
		var doc bytes.Buffer
		if err := b.Document(&doc, ways.Order{Sheet: h.sheet, Langs: h.langs, Items: []ways.Item{{Touchpoint: h.id, Ref: h.ref}}}, nil); err != nil {
			t.Fatal(err)
		}
		s.show(doc.Bytes())
		p.Open(s.URL)
		if faults := testkit.Eval[[]string](p, overflow); len(faults) > 0 {
			t.Errorf("%d, %s %v: %s", i, h.sheet, h.langs, strings.Join(faults, "\n"))
		}
	}
}

var (
	mediaBox = regexp.MustCompile(`/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]`)
	papers   = map[ways.Way][2]float64{ways.Receipt: {80, 150}}
)

// TestPaperIsExact: the browser's own PDF of a document has a page for each
// sheet, of exactly the paper's size.
func TestPaperIsExact(t *testing.T) {
	s := newStage(t)
	p := testkit.Browser(t).Page(testkit.Desktop)
	b := open(t, "sparkle", nil)
	for _, sheet := range ways.Sheets {
		var items []ways.Item
		for i := range 9 {
			items = append(items, ways.Item{Touchpoint: "k7f3", Ref: fmt.Sprint("Room ", i)})
		}
		var doc bytes.Buffer
		if err := b.Document(&doc, ways.Order{Sheet: sheet, Langs: []string{"en", "ar"}, Items: items}, nil); err != nil {
			t.Fatal(err)
		}
		s.show(doc.Bytes())
		p.Open(s.URL)
		printed := testkit.Run(p, func(ctx context.Context, target *chromedp.Target) (page.PrintToPDFResult, error) {
			return cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)})
		})
		want, ok := papers[sheet]
		if !ok {
			want = [2]float64{210, 297}
		}
		pages := 9
		if sheet == ways.Sticker {
			pages = 2
		}
		boxes := mediaBox.FindAllSubmatch([]byte(printed.Data), -1)
		if len(boxes) != pages {
			t.Errorf("%s: %d pages, want %d", sheet, len(boxes), pages)
		}
		for _, box := range boxes {
			for i, mm := range want {
				var points float64
				fmt.Sscan(string(box[i+1]), &points)
				if got := points / 72 * 25.4; got < mm-0.3 || got > mm+0.3 {
					t.Errorf("%s: a page is %.2f mm, want %.2f", sheet, got, mm)
				}
			}
		}
		if problems := p.Problems(); len(problems) > 0 {
			t.Errorf("%s: %v", sheet, problems)
		}
	}
}

func TestOrdersThatCannotBePrinted(t *testing.T) {
	b := open(t, "sparkle", nil)
	for _, o := range []ways.Order{{Sheet: "banner"}, {Sheet: ways.Poster, Langs: []string{"xx"}}, {Sheet: ways.Poster, Langs: []string{"en", "es", "ar"}}, {Sheet: ways.Sticker, Copies: 9000}} {
		if err := b.Document(new(bytes.Buffer), o, nil); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if err := b.Document(new(bytes.Buffer), ways.Order{Sheet: ways.Poster, Items: []ways.Item{{Touchpoint: "nowhere"}}}, nil); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("a touchpoint that isn't there: %v", err)
	}
	if !slices.Contains(ways.Sheets, ways.Staff) {
		t.Error("the staff room has no sheet")
	}
}
