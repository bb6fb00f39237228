package digest_test

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/digest"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	sparkle = "sparkle"
	board   = "board@owners.example"
	elena   = "elena@sparkle.example" // owner
	tomas   = "tomas@sparkle.example" // manager
)

// house is a house that sends digests.
type house struct {
	*housetest.House
	*digest.Digest
	t *testing.T
}

// monday is nine o'clock of a Monday in Madrid.
var monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func onEngines(t *testing.T, f func(t *testing.T, h *house)) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h := &house{t: t}
			h.House = housetest.Open(t, housetest.Options{Brand: sparkle, Database: database(t), Now: monday}, func(x *housetest.House, mux *http.ServeMux) {
				h.Digest = furnish(t, x)
				h.Routes(mux)
			})
			f(t, h)
		})
	}
}

func furnish(t *testing.T, x *housetest.House) *digest.Digest {
	host, port, _ := net.SplitHostPort(x.Mail.Address())
	n, _ := strconv.Atoi(port)
	m, err := notify.NewMailer(notify.MailOptions{Host: host, Port: n, TLS: notify.TLSNone, Hello: "house.example", Now: x.Time})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	d, err := digest.New(x.House, digest.Options{Mailer: m, From: "house@sayline.example", Base: x.URL})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (h *house) Routes(mux *http.ServeMux) { h.Digest.Routes(mux) }

// ask has Elena ask the board, weekly or daily, at eight.
func (h *house) ask(every, lang string) (status int) {
	h.t.Helper()
	return h.post(h.Client(elena), "/b/sparkle/digests", url.Values{"address": {board}, "every": {every}, "weekday": {"1"}, "hour": {"8"}, "lang": {lang}})
}

func (h *house) post(c *http.Client, path string, form url.Values) int {
	h.t.Helper()
	res, err := c.PostForm(h.URL+path, form)
	if err != nil {
		h.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func (h *house) get(path string) (int, string) {
	h.t.Helper()
	res, err := h.Client("").Get(h.URL + path)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// mails are those the board has.
func (h *house) mails() (list []testkit.Mail) {
	for _, m := range h.Mail.All() {
		if m.Taken && m.To[0] == board {
			list = append(list, m)
		}
	}
	return list
}

// sent sends what is due and gives the board's mails, which must be so many.
func (h *house) sent(want int) []testkit.Mail {
	h.t.Helper()
	h.Round(h.t.Context())
	list := h.mails()
	if len(list) != want {
		h.t.Fatalf("the board has %d mails, want %d", len(list), want)
	}
	return list
}

var linkIn = regexp.MustCompile(`/digest/[A-Za-z0-9._-]+`)

// say is so many people saying the same at a time.
func (h *house) say(n int, at time.Time, m sayline.Moment) {
	h.t.Helper()
	for i := range n {
		h.Clock(at.Add(time.Duration(i) * time.Second))
		m.Class = sayline.Unidentified
		h.Say(sparkle, m)
	}
}

// a week of what was said: people at a shelf that needs somebody, at one that
// shines, a colleague, and a private word.
func (h *house) week() {
	friday := monday.AddDate(0, 0, -3)
	h.say(6, friday, sayline.Moment{Feeling: 1, Topic: "cant-find-it", Text: "The lemon is missing again at the corner shop", Context: housetest.At("k7f3")})
	h.say(5, friday.AddDate(0, 0, 1), sayline.Moment{Feeling: 5, Text: "What a lovely new lemon, thank you", Lang: "en", Context: housetest.At("lemon")})
	h.say(4, friday, sayline.Moment{Feeling: 1, Text: "what only colleagues say", Audience: "employee", Context: housetest.At("k7f3")})
	private := ""
	for _, t := range h.House.Brands.ByID(sparkle).Topics {
		if t.Lane != "" {
			private = t.ID
		}
	}
	h.say(1, friday, sayline.Moment{Topic: private, Text: "what nobody else may read", Context: housetest.At("k7f3")})
	h.Clock(monday)
}

// TestDigest: an address gets nothing before it says yes, then its weeks, each
// once, with pictures and words, and nothing private; one tap ends it.
func TestDigest(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		h.week()
		if status := h.ask("week", "en"); status != http.StatusSeeOther {
			t.Fatalf("asking: %d", status)
		}
		if status := h.ask("week", "es"); status != http.StatusConflict {
			t.Errorf("asking twice: %d", status)
		}
		if status := h.post(h.Client(tomas), "/b/sparkle/digests", url.Values{"address": {"x@y.example"}}); status != http.StatusNotFound {
			t.Errorf("a manager asks: %d", status)
		}
		question := h.sent(1)[0]
		link := linkIn.FindString(question.Text)
		if link == "" || len(question.Pictures) > 0 || strings.Contains(question.Text, "lemon") {
			t.Fatalf("the question: %s", question.Text)
		}
		h.Clock(monday.AddDate(0, 0, 7))
		h.sent(1) // no answer, no digest
		h.Clock(monday.Add(time.Hour))
		if status, page := h.get(link); status != 200 || !strings.Contains(page, `value="yes"`) {
			t.Fatalf("the link: %d %s", status, page)
		}
		h.sent(1) // looking says nothing
		if status := h.post(h.Client(""), link, url.Values{"do": {"yes"}}); status != 200 {
			t.Fatalf("yes: %d", status)
		}
		h.sent(1)
		h.Clock(monday.AddDate(0, 0, 7).Add(-time.Hour)) // eight o'clock in Madrid
		letter := h.sent(2)[1]
		if got := letter.Header.Get("List-Unsubscribe"); got != "<"+h.URL+link+">" || letter.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Errorf("it is ended by %q", got)
		}
		if !strings.Contains(letter.Subject, "0 moments") || !strings.Contains(letter.Text, "Nothing was said") {
			t.Errorf("a week without a word: %s %s", letter.Subject, letter.Text)
		}
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("List-Unsubscribe", "One-Click")
		_ = form.Close()
		res, err := http.Post(h.URL+link, form.FormDataContentType(), &body)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("one click: %v %v", res, err)
		}
		res.Body.Close()
		h.Clock(monday.AddDate(0, 0, 14))
		h.sent(2)
		if status, page := h.get(link); status != 200 || strings.Contains(page, `value="yes"`) || strings.Contains(page, `value="no"`) {
			t.Errorf("ended: %d %s", status, page)
		}
		h.refused(link)
	})
}

// TestWhatItTells: the numbers are the pulse's, each reader's words are theirs, and
// nothing stands in it that they may not read.
func TestWhatItTells(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		h.week()
		for lang, has := range map[string][]string{
			"en": {"11 moments", "16 November 2026 to 22 November 2026", "45", "Needs us", "Shines", "In their own words", "Shelf 14"},
			"es": {"11 momentos", "Nos necesita", "Brilla", "Con sus propias palabras"},
			"ar": {"بكلماتهم", "يتألق", `dir="rtl"`},
		} {
			page := h.look(lang)
			for _, text := range append(has, "The lemon is missing again", "What a lovely new lemon") {
				if !strings.Contains(page, text) {
					t.Errorf("%s lacks %q", lang, text)
				}
			}
			if strings.Contains(page, "colleagues") || strings.Contains(page, "nobody else") {
				t.Errorf("%s tells what it may not: %s", lang, page)
			}
		}
	})
}

// look is the letter as Elena looks at it.
func (h *house) look(lang string) string {
	h.t.Helper()
	res, err := h.Client(elena).Get(h.URL + "/b/sparkle/digests/look?every=week&lang=" + lang)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		h.t.Fatal(res.Status, err)
	}
	return string(b)
}

// TestSentOnce: however many processes look, and though one dies with a letter in
// its hand or the mail server fails, each letter comes once; its pictures are drawn
// and shown, and its words say the same.
func TestSentOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		h.week()
		h.Clock(monday.AddDate(0, 0, -1))
		h.ask("week", "en")
		link := linkIn.FindString(h.sent(1)[0].Text)
		h.post(h.Client(""), link, url.Values{"do": {"yes"}})
		h.Clock(monday)
		dead, err := h.House.Store.LeaseDigests(t.Context(), 9)
		if err != nil || len(dead) != 1 {
			t.Fatal(dead, err)
		}
		h.sent(1)
		h.Clock(monday.Add(sayline.Lease + time.Second))
		h.Mail.FailAlways(testkit.Fault{Code: 451})
		h.sent(1)
		h.Mail.FailAlways(testkit.Fault{})
		h.Clock(monday.Add(10 * time.Minute))
		var all sync.WaitGroup
		for range 4 {
			other := furnish(t, h.House)
			all.Go(func() { other.Round(t.Context()) })
		}
		all.Wait()
		letter := h.sent(2)[1]
		if id := letter.Header.Get("Message-Id"); id != fmt.Sprintf("<digest-%s-20261123T07@sayline.example>", dead[0].ID) {
			t.Errorf("Message-ID %s", id)
		}
		if len(letter.Pictures) < 4 {
			t.Errorf("%d pictures", len(letter.Pictures))
		}
		for name, picture := range letter.Pictures {
			if m, err := png.Decode(bytes.NewReader(picture)); err != nil || m.Bounds().Dx() < 32 {
				t.Errorf("picture %s: %v", name, err)
			}
			if !strings.Contains(letter.HTML, `"cid:`+name+`"`) {
				t.Errorf("picture %s is not shown", name)
			}
		}
		for _, said := range []string{"Shelf 14", "Needs us", "of 100", "The lemon is missing again", "What a lovely new lemon", link} {
			if !strings.Contains(letter.HTML, said) || !strings.Contains(strings.ToLower(letter.Text), strings.ToLower(said)) {
				t.Errorf("%q is not said in both", said)
			}
		}
		h.Clock(monday.AddDate(0, 0, 1))
		h.sent(2)
	})
}

// TestWhatWasDoneIsNoColleagues: a case in which a colleague said something is not
// told of, nor when that is taken back; and of none the room.
func TestWhatWasDoneIsNoColleagues(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		done := func(m sayline.Moment) sayline.Moment {
			m.Class = sayline.Unidentified
			a := h.Say(sparkle, m)
			if err := h.House.Store.Resolve(t.Context(), h.House.Act(sparkle, a.Moment.Case, "lucia"), "done"); err != nil {
				t.Fatal(err)
			}
			return a.Moment
		}
		at := housetest.At("k7f3")
		at.Ref = "room 412"
		done(sayline.Moment{Topic: "cant-find-it", Text: "where?", Context: at})
		theirs := done(sayline.Moment{Topic: "tastes-off", Audience: "employee", Text: "of metal", Context: housetest.At("lemon")})
		want := func(when string) {
			t.Helper()
			list, err := h.House.Store.Did(t.Context(), sparkle, nil, monday.AddDate(0, 0, -1), monday.AddDate(0, 0, 1), 9)
			if err != nil || len(list) != 1 || list[0].Topic != "cant-find-it" {
				t.Errorf("%s what was done is %+v (%v)", when, list, err)
			}
		}
		want("while it is kept")
		if err := h.House.Store.Withdraw(t.Context(), sparkle, theirs.Receipt); err != nil {
			t.Fatal(err)
		}
		want("when it is taken back")
	})
}

// refused: an address that said no is asked by nobody again, however its name is written and
// however late; it alone undoes that, by its link.
func (h *house) refused(link string) {
	t := h.t
	t.Helper()
	before := len(h.mails())
	h.Clock(h.Time().AddDate(0, 0, 60))
	if err := h.House.Store.Tidy(t.Context(), sparkle); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{board, strings.ToUpper(board[:1]) + board[1:]} {
		if status := h.post(h.Client(elena), "/b/sparkle/digests", url.Values{"address": {address}, "every": {"day"}, "weekday": {"1"}, "hour": {"8"}, "lang": {"en"}}); status != http.StatusConflict {
			t.Errorf("%s is asked again: %d", address, status)
		}
	}
	if status := h.post(h.Client(""), link, url.Values{"do": {"yes"}}); status != 200 {
		t.Errorf("an old yes: %d", status)
	}
	h.Clock(h.Time().AddDate(0, 0, 14))
	h.sent(before)
	if status, page := h.get(link); status != 200 || !strings.Contains(page, `value="again"`) {
		t.Errorf("its link: %d %s", status, page)
	}
	if status := h.post(h.Client(""), link, url.Values{"do": {"again"}}); status != 200 {
		t.Fatalf("undoing it: %d", status)
	}
	h.Clock(h.Time().AddDate(0, 0, 7))
	h.sent(before + 1)
	if status := h.ask("day", "en"); status != http.StatusSeeOther {
		t.Errorf("asked for another after that: %d", status)
	}
}
