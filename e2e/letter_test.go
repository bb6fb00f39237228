package e2e

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// handOn hands a letter on to a house as a mail server's small program does.
func (h *house) handOn(secret, kind, body string) int {
	h.t.Helper()
	at := time.Now()
	id := "handed-" + strconv.FormatInt(at.UnixNano(), 36)
	signature, err := notify.Sign([]string{secret}, id, at, []byte(body))
	h.must(err)
	r, err := http.NewRequestWithContext(h.t.Context(), "POST", h.at("", "/inbound/mail"), strings.NewReader(body))
	h.must(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", signature)
	res, err := http.DefaultClient.Do(r)
	h.must(err)
	defer res.Body.Close()
	return res.StatusCode
}

// Who left an address gets the answer as a letter and answers that letter: the
// words stand on the case, once, and open it again where it was closed. What a
// machine answers is not heard, and the letter opens nothing.
func TestALetterAnswered(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		secret := notify.DeriveSecret([]byte("of this test"), "e2e", "mail", 0)
		h := openWith(t, database, func(o *app.Options) { o.InboundAddress, o.InboundSecret = "reply@cx.example", secret }, "sparkle")
		said := h.say(t, "sparkle", `{"topic":"tastes-off","text":"It tastes of metal.","class":"identified","contact":{"email":"zoe@example.com"},"context":{"touchpoint":"package"}}`)

		ines := testkit.Browser(t).Page(testkit.Desktop)
		h.signIn(ines, "ines@sparkle.example")
		ines.Open(h.at("", "/b/sparkle/desk"))
		says(ines, "#rows", "Tastes off")
		ines.Press(`document.querySelector("#rows .row").click()`)
		ines.Until(`!!document.querySelector("#send")`)
		ines.Do(chromedp.SendKeys(chromedp.CSS("#text"), "Is it better with a cold one?"))
		ines.Press(`document.querySelector("#send").click()`)
		letter := h.mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == "zoe@example.com" })
		if !strings.Contains(letter.Text, "Is it better with a cold one?") || !strings.Contains(letter.Text, "answer this letter") {
			t.Errorf("the letter says %s", letter.Text)
		}
		back, err := mail.ParseAddress(letter.Header.Get("Reply-To"))
		if err != nil || !strings.HasPrefix(back.Address, "reply+") || !strings.HasSuffix(back.Address, "@cx.example") {
			t.Fatalf("it is to be answered to %q, %v", letter.Header.Get("Reply-To"), err)
		}
		receipt := said[strings.LastIndex(said, "/")+1:]
		if strings.Contains(string(letter.Raw), receipt[:sayline.SecretLen]) {
			t.Error("the letter opens the receipt")
		}
		thread := strings.TrimSuffix(strings.TrimPrefix(back.Address, "reply+"), "@cx.example")
		if res, err := http.Get(h.at("sparkle", "/cx/r/"+thread)); err != nil || res.StatusCode != 404 {
			t.Errorf("the thread opens something: %v, %v", res, err)
		}

		// While the case is open, in the form a mail server has it.
		raw := "From: Zoe <zoe@example.com>\r\nTo: Sparkle <" + back.Address + ">\r\nMessage-ID: <one@example.com>\r\nSubject: Re: An answer from Sparkle\r\n\r\n" +
			"No, all of them do.\r\n\r\nOn Mon, Sparkle <house@sayline.example> wrote:\r\n> Is it better with a cold one?\r\n"
		for range 2 {
			if code := h.handOn(secret, "message/rfc822", raw); code != 200 {
				t.Fatalf("the hook answered %d", code)
			}
		}
		says(ines, "#thread", "No, all of them do.")
		if n := testkit.Eval[int](ines, `document.querySelector("#thread").textContent.split("No, all of them do.").length - 1`); n != 1 {
			t.Errorf("it stands there %d times", n)
		}

		// And after it was closed.
		m, err := h.Store.MomentByReceipt(t.Context(), "sparkle", sayline.ReceiptKey(receipt))
		h.must(err)
		h.must(h.Store.Resolve(t.Context(), store.Act{Brand: "sparkle", Case: m.Case, Person: "ines", Way: "desk", Zone: time.UTC}, "done"))
		away, _ := json.Marshal(map[string]string{"from": "zoe@example.com", "to": back.Address, "text": "I am away.", "auto_submitted": "auto-replied"})
		more, _ := json.Marshal(map[string]string{"from": "zoe@example.com", "to": back.Address, "text": "Now the next case does too.", "message_id": "two@example.com"})
		for _, body := range [][]byte{away, more} {
			if code := h.handOn(secret, "application/json", string(body)); code != 200 {
				t.Fatalf("the hook answered %d to %s", code, body)
			}
		}
		if c, err := h.Store.Case(t.Context(), "sparkle", m.Case); err != nil || c.State != sayline.CaseOpen || c.Episode != 2 {
			t.Errorf("the case is %+v, %v", c, err)
		}
		says(ines, "#thread", "Now the next case does too.")
		if testkit.Eval[bool](ines, `document.querySelector("#thread").textContent.includes("I am away.")`) {
			t.Error("an absence note is heard")
		}
		shoot(t, ines, "a letter answered")
		ines.MustBeClean()
	})
}
