package desk_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/testkit"
)

// writer writes every voice down, once it may.
type writer struct {
	may  chan struct{}
	says string
}

func (w *writer) Transcribe(ctx context.Context, voice io.Reader, _ string) (media.Words, error) {
	select {
	case <-w.may:
	case <-ctx.Done():
		return media.Words{}, ctx.Err()
	}
	_, err := io.Copy(io.Discard, voice)
	return media.Words{Text: w.says, Lang: "en"}, err
}

// shelf is a photo of a shelf with a gap.
func shelf(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	bottles := []color.RGBA{{11, 110, 79, 255}, {230, 190, 40, 255}, {200, 70, 50, 255}, {60, 90, 160, 255}}
	for y := range 900 {
		for x := range 1200 {
			c := color.RGBA{235, 228, 214, 255}
			row, col := y/300, x/100
			switch gap := row == 1 && col >= 4 && col <= 7; {
			case y%300 > 270:
				c = color.RGBA{140, 110, 80, 255}
			case !gap && x%100 > 15 && x%100 < 85 && y%300 > 60:
				c = bottles[(col+row)%4]
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPhotoAndVoiceOnTheDesk: who may see the case sees the photo and hears the
// voice; its words come up by themselves; nobody else gets either.
func TestPhotoAndVoiceOnTheDesk(t *testing.T) {
	w := &writer{may: make(chan struct{}), says: "The whole middle row is empty, again."}
	h := openDesk(t, housetest.Options{Transcriber: w})
	voice, err := os.ReadFile(filepath.Join("..", "media", "testdata", "voice.webm"))
	if err != nil {
		t.Fatal(err)
	}
	said := h.Show(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")}, shelf(t), voice)
	at := "/b/sparkle/desk/" + said.Moment.Case
	p := h.Page(testkit.Browser(t), testkit.Desktop, lucia)
	p.Open(h.URL + at)
	p.Until(isLive)
	p.Until(`document.querySelector(".media img")?.naturalWidth > 300 && document.querySelectorAll(".media audio source").length === 2`)
	p.Until(`document.querySelector(".media figcaption").textContent === "Voice, 0:02"`)
	testkit.Eval[any](p, `(a => { a.onended = () => a.dataset.ended = 1; a.onplaying = () => a.dataset.playing = 1; a.play() })(window.heard = document.querySelector(".media audio"))`)
	p.Until(`document.querySelector(".media audio").dataset.playing`)
	close(w.may) // the words come up while it is being heard, and it goes on
	p.Until(`document.querySelector(".media figcaption").textContent === "` + w.says + `"`)
	p.Until(`heard === document.querySelector(".media audio") && heard.dataset.ended`)
	if src := testkit.Eval[string](p, `document.querySelector(".media audio").currentSrc`); strings.HasSuffix(src, "/wav") {
		t.Errorf("this browser plays it as it is, and was given %s", src)
	}
	testkit.Eval[any](p, `(a => { a.querySelector("source").remove(); a.load(); delete a.dataset.ended; a.play() })(document.querySelector(".media audio"))`)
	p.Until(`document.querySelector(".media audio").dataset.ended`)
	if src := testkit.Eval[string](p, `document.querySelector(".media audio").currentSrc`); !strings.HasSuffix(src, "/wav") {
		t.Errorf("the other source is %s", src)
	}
	p.MustBeClean()

	list, err := h.Store.MediaOf(t.Context(), sparkle, said.Moment.ID)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	other := h.Say(sparkle, sayline.Moment{Topic: "past-its-date", Feeling: 1, Context: housetest.At("k7f3")})
	for _, x := range []struct {
		who, path string
		status    int
	}{
		{lucia, at + "/media/" + list[0].ID, 200}, {elena, at + "/media/" + list[1].ID + "/wav", 200}, {nacho, at + "/media/" + list[0].ID, 404}, {vicent, at + "/media/" + list[0].ID + "/thumb", 404},
		{lucia, "/b/sparkle/desk/" + other.Moment.Case + "/media/" + list[0].ID, 404}, {lucia, at + "/media/" + list[0].ID + "/wav", 404},
	} {
		if status, _ := visit(t, h, x.who).get(x.path); status != x.status {
			t.Errorf("%s gets %s with %d, want %d", x.who, x.path, status, x.status)
		}
	}
}

// TestVoiceWithoutWords: that there are none is said, and the voice is there.
func TestVoiceWithoutWords(t *testing.T) {
	w := &writer{may: make(chan struct{})}
	h := openDesk(t, housetest.Options{Transcriber: w})
	voice, err := os.ReadFile(filepath.Join("..", "media", "testdata", "voice.webm"))
	if err != nil {
		t.Fatal(err)
	}
	said := h.Show(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")}, voice)
	p := h.Page(testkit.Browser(t), testkit.Desktop, lucia)
	p.Open(h.URL + "/b/sparkle/desk/" + said.Moment.Case)
	p.Until(isLive)
	p.Until(`document.querySelector(".media figcaption")?.textContent === "Voice, 0:02"`)
	close(w.may)
	p.Until(`document.querySelector(".media figcaption").textContent === "Voice, 0:02 · No words could be made of it."`)
	p.Until(`document.querySelectorAll(".media audio source").length === 2`)
	p.MustBeClean()
}
