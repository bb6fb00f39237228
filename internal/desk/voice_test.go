package desk_test

import (
	"strconv"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestVoiceInAnAnswer: a real recording of a (false) microphone, taken out and made
// again, goes with an answer without a word, is heard on the desk, and reaches the
// author clean.
func TestVoiceInAnAnswer(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Context: housetest.At("k7f3")})
	p := h.Page(testkit.Browser(t), testkit.Phone, lucia)
	p.Open(h.URL + "/b/sparkle/desk/" + said.Moment.Case)
	p.Until(isLive)
	record := func() {
		t.Helper()
		p.Until(`!document.querySelector("#record").hidden && document.querySelector("#voicepick").hidden`)
		p.Click("#record")
		p.Until(`document.querySelector("#record").classList.contains("on") && document.querySelector("#recording").textContent === "0:01"`)
		p.Click("#record")
		p.Until(`document.querySelectorAll("#attached li").length === 1 && !document.querySelector("#record").classList.contains("on")`)
	}
	record()
	shots(t, p, "voice-phone")
	p.Click("#attached button")
	p.Until(`!document.querySelector("#attached li") && !document.querySelector("#voice").files.length`)
	record()
	p.Press(`document.querySelector("#send").click()`)
	p.Until(`document.querySelector(".say.me audio") && !document.querySelector("#attached li")`)
	src := testkit.Eval[string](p, `(a => a.currentSrc || a.src || a.querySelector("source").src)(document.querySelector(".say.me audio"))`)
	if testkit.Await[float64](p, `new Promise((ok, no) => { const a = new Audio(); a.oncanplaythrough = () => ok(1); a.onerror = () => no(a.error.message); a.src = `+strconv.Quote(src)+` })`) != 1 {
		t.Error("it does not play")
	}
	_, files, err := h.Door.Export(t.Context(), h.Brands.ByID(sparkle), said.Secret)
	if err != nil || len(files) != 1 || files[0].Kind != sayline.Voice || files[0].State != sayline.MediaClean || files[0].Duration <= 0 {
		t.Errorf("the author gets %+v (%v)", files, err)
	}
	p.MustBeClean()
}
