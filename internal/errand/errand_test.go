package errand_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/errand"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	sparkle = "sparkle"
	elena   = "elena@sparkle.example" // owner
	tomas   = "tomas@sparkle.example" // manager
)

type house struct {
	*housetest.House
	work *errand.Errand
	t    *testing.T
	mu   sync.Mutex
	came func() // called when something was imported
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func onEngines(t *testing.T, f func(t *testing.T, h *house)) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			h := &house{t: t}
			h.House = housetest.Open(t, housetest.Options{Brand: sparkle, Database: database(t), Now: noon, Change: inEnglish}, func(x *housetest.House, mux *http.ServeMux) {
				x.Store.Watch(h.heard)
				h.work = errand.New(x.House, errand.Options{Mailer: x.Mailer(), From: mail.Address{Address: "house@sayline.example"}, Base: "https://house.example"})
				h.work.Routes(mux)
			})
			f(t, h)
		})
	}
}

// inEnglish has people read what their browser does.
func inEnglish(c *sayline.Config) {
	for i := range c.People {
		c.People[i].Language = ""
	}
}

// heard tells whoever waits that something was imported.
func (h *house) heard(events []sayline.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.came != nil && events[0].Type == sayline.EventMomentImported {
		h.came()
	}
}

func (h *house) read(res *http.Response, err error) (status int, body, location string) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header.Get("Location")
}

// upload has Elena send a file and gives the path of its page.
func (h *house) upload(c *http.Client, file string) string {
	h.t.Helper()
	return h.uploadTo(c, "/b/sparkle/imports", file)
}

func (h *house) uploadTo(c *http.Client, path, file string) string {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "reviews.csv")
	if err == nil {
		_, err = io.WriteString(part, file)
	}
	if err != nil || form.Close() != nil {
		h.t.Fatal(err)
	}
	status, text, at := h.read(c.Post(h.URL+path, form.FormDataContentType(), &body))
	if status != http.StatusSeeOther {
		h.t.Fatalf("uploading: %d %s", status, text)
	}
	return at
}

// reviews is a file of so many lines, of which every hundredth can't be read.
func reviews(n int) string {
	var b strings.Builder
	b.WriteString("Date,Stars,Comment,Store\n")
	for i := range n {
		stars := fmt.Sprint(i%5 + 1)
		if i%100 == 99 {
			stars = "eleven"
		}
		fmt.Fprintf(&b, "2026-10-%02d 10:00,%s,number %d,k7f3\n", i%28+1, stars, i)
	}
	return b.String()
}

// counted is how many moments stand in the counts of a year.
func (h *house) counted() int64 {
	h.t.Helper()
	c, err := h.Store.Counts(h.t.Context(), store.CountsQuery{Brand: sparkle, Level: store.ByDay, From: noon.AddDate(-1, 0, 0), Until: noon.AddDate(0, 0, 1)}, store.Split{})
	if err != nil {
		h.t.Fatal(err)
	}
	n := int64(0)
	for _, x := range c.List {
		n += x.N
	}
	return n
}

// TestImport: a file is looked at before anything comes of it, brought in though the
// process dies over it, once, and taken back without a trace.
func TestImport(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		c := h.Client(elena)
		page := h.upload(c, reviews(650))
		status, body, _ := h.read(c.Get(h.URL + page))
		if status != 200 || !strings.Contains(body, "number 0") || !strings.Contains(body, "Line 101:") || !strings.Contains(body, "The rating does not fit its scale.") || !strings.Contains(body, "Bring 644 lines in, leave 6 out") {
			t.Fatalf("the preview: %d %.3000s", status, body)
		}
		if _, body, _ := h.read(c.Get(h.URL + page + "?at=&text=Comment")); !strings.Contains(body, "which column has the date") {
			t.Errorf("without a date: %s", body)
		}
		if h.work.Round(t.Context()); h.counted() != 0 {
			t.Fatal("a draft was brought in")
		}
		form := url.Values{"at": {"Date"}, "text": {"Comment"}, "rating": {"Stars"}, "touchpoint": {"Store"}, "scale": {"stars"}, "tool": {"old"}}
		if status, body, _ := h.read(c.PostForm(h.URL+page+"/start", form)); status != http.StatusSeeOther {
			t.Fatalf("starting: %d %s", status, body)
		}
		dying, die := context.WithCancel(t.Context())
		h.mu.Lock()
		h.came = die
		h.mu.Unlock()
		h.work.Round(dying)
		h.mu.Lock()
		h.came = nil
		h.mu.Unlock()
		if n := h.counted(); n == 0 || n == 644 {
			t.Fatalf("it died with %d of 644 brought in", n)
		}
		if _, body, _ = h.read(c.Get(h.URL + page)); !strings.Contains(body, "<progress") {
			t.Errorf("under way: %s", body)
		}
		before := h.counted()
		if h.work.Round(t.Context()); h.counted() != before {
			t.Error("another process took it while the first one's lease ran")
		}
		h.Clock(noon.Add(time.Minute))
		if h.work.Round(t.Context()); h.counted() != 644 {
			t.Fatalf("%d of 644 came in", h.counted())
		}
		if _, body, _ = h.read(c.Get(h.URL + page)); !strings.Contains(body, "644 moments came in; 6 lines were left out") || !strings.Contains(body, "Line 101:") {
			t.Errorf("done: %s", body)
		}
		again := h.upload(c, reviews(660))
		h.read(c.PostForm(h.URL+again+"/start", form))
		if h.work.Round(t.Context()); h.counted() != 654 {
			t.Errorf("a longer file of the same: %d", h.counted())
		}
		if status, _, _ := h.read(c.PostForm(h.URL+page+"/undo", nil)); status != http.StatusSeeOther {
			t.Fatalf("undo: %d", status)
		}
		if h.work.Round(t.Context()); h.counted() != 10 {
			t.Errorf("taken back, %d are left of another file's 10", h.counted())
		}
		if status, _, _ := h.read(c.PostForm(h.URL+page+"/undo", nil)); status != http.StatusConflict {
			t.Errorf("undone twice: %d", status)
		}
		if status, _, _ := h.read(h.Client(tomas).Get(h.URL + "/b/sparkle/imports")); status != http.StatusNotFound {
			t.Errorf("a manager: %d", status)
		}
	})
}

// TestLost: a process that lost an errand writes nothing more of it.
func TestLost(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		c := h.Client(elena)
		page := h.upload(c, reviews(50))
		h.read(c.PostForm(h.URL+page+"/start", nil))
		lost, err := h.Store.LeaseErrand(t.Context())
		if err != nil || lost == nil {
			t.Fatal(lost, err)
		}
		h.Clock(noon.Add(time.Minute))
		h.work.Round(t.Context())
		if err := h.Store.NoteErrand(t.Context(), lost); sayline.KindOf(err) != sayline.Conflict {
			t.Errorf("it says how far it is: %v", err)
		}
		if err := h.Store.EndErrand(t.Context(), lost, sayline.ErrandFailed); sayline.KindOf(err) != sayline.Conflict {
			t.Errorf("it ends it: %v", err)
		}
		if h.counted() != 50 {
			t.Errorf("%d came in", h.counted())
		}
	})
}

// TestExport: a view is written to a file that waits for a day, for who asked and
// nobody else; nothing private is in it.
func TestExport(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		private := ""
		for _, topic := range h.Brands.ByID(sparkle).Topics {
			if topic.Lane != "" {
				private = topic.ID
			}
		}
		for i := range 12 {
			h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Feeling: 1 + i%2, Text: fmt.Sprint("number ", i), Context: housetest.At("k7f3")})
		}
		h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Topic: private, Text: "a secret", Context: housetest.At("k7f3")})
		h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Audience: "employee", Feeling: 1, Text: "a secret", Context: housetest.At("k7f3")})
		c, other := h.Client(elena), h.Client(tomas)
		if _, body, _ := h.read(c.Get(h.URL + "/b/sparkle/exports?format=csv&feeling=1")); !strings.Contains(body, `value="feeling=1"`) || !strings.Contains(body, "about 6 moments") {
			t.Errorf("asked for: %s", body)
		}
		if status, body, _ := h.read(c.PostForm(h.URL+"/b/sparkle/exports", url.Values{"format": {"csv"}, "filter": {"feeling=1"}})); status != http.StatusSeeOther {
			t.Fatalf("asking: %d %s", status, body)
		}
		list, err := h.Store.Errands(t.Context(), sparkle, sayline.ErrandExport)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		file := h.URL + "/b/sparkle/exports/" + list[0].ID + "/file"
		if status, _, _ := h.read(c.Get(file)); status != http.StatusConflict {
			t.Errorf("before it is ready: %d", status)
		}
		h.work.Round(t.Context())
		status, body, _ := h.read(c.Get(file))
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if status != 200 || err != nil || len(rows) != 7 || strings.Contains(body, "secret") {
			t.Fatalf("the file: %d %v %s", status, err, body)
		}
		if _, body, _ := h.read(c.Get(h.URL + "/b/sparkle/exports")); !strings.Contains(body, "sparkle-2026-11-23-2026-11-23.csv") || !strings.Contains(body, "here until tomorrow") {
			t.Errorf("the page: %s", body)
		}
		if status, _, _ := h.read(other.Get(file)); status != http.StatusNotFound {
			t.Errorf("somebody else: %d", status)
		}
		h.Clock(noon.Add(25 * time.Hour))
		h.work.Round(t.Context())
		if status, _, _ := h.read(c.Get(file)); status != http.StatusNotFound {
			t.Errorf("a day later: %d", status)
		}
	})
}

// TestExportIsTold: who asked for a file and does not fetch it at once is told by
// e-mail that it is ready, once, with the way to it and nothing of what is in it;
// who fetched it is not.
func TestExportIsTold(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		c := h.Client(elena)
		h.Say(sparkle, sayline.Moment{Text: "The lemon tastes of metal", Context: housetest.At("k7f3")})
		told := func() (list []testkit.Mail) {
			for _, m := range h.Mail.All() {
				if m.Taken && strings.Contains(m.Text, "/exports") {
					list = append(list, m)
				}
			}
			return list
		}
		ready := func() string {
			if status, body, _ := h.read(c.PostForm(h.URL+"/b/sparkle/exports", url.Values{"format": {"csv"}})); status != http.StatusSeeOther {
				t.Fatalf("it is not begun: %d %s", status, body)
			}
			h.work.Round(t.Context())
			list, err := h.Store.Errands(t.Context(), sparkle, sayline.ErrandExport)
			if err != nil || len(list) == 0 || list[0].State != sayline.ErrandReady {
				t.Fatalf("it is not ready: %+v (%v)", list, err)
			}
			return list[0].ID
		}
		file := ready()
		if status, _, _ := h.read(c.Get(h.URL + "/b/sparkle/exports/" + file + "/file")); status != http.StatusOK {
			t.Fatalf("it can't be fetched: %d", status)
		}
		h.Clock(noon.Add(time.Minute))
		h.work.Round(t.Context())
		if all := told(); len(all) != 0 {
			t.Errorf("who fetched it is told: %+v", all)
		}
		ready()
		h.work.Round(t.Context())
		if all := told(); len(all) != 0 {
			t.Errorf("who may wait on the page is told: %+v", all)
		}
		h.Clock(noon.Add(2 * time.Minute))
		h.Mail.FailNext(testkit.Fault{Code: 451})
		h.work.Round(t.Context())
		h.Clock(noon.Add(time.Hour))
		h.work.Round(t.Context())
		h.Clock(noon.Add(2 * time.Hour))
		h.work.Round(t.Context())
		all := told()
		if len(all) != 1 || !slices.Contains(all[0].To, elena) || !strings.Contains(all[0].Text, "https://house.example/b/sparkle/exports") || !strings.Contains(all[0].Text, ".csv") || strings.Contains(all[0].Text, "metal") {
			t.Errorf("they are told %+v", all)
		}
	})
}

// TestFailedExportIsTold: who asked for a file that could not be written is told so by
// e-mail, once; who has read it on the page is not.
func TestFailedExportIsTold(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		c := h.Client(elena)
		fails := func(id string) {
			t.Helper()
			one := &sayline.Errand{Brand: sparkle, ID: id, Kind: sayline.ErrandExport, Name: id + ".csv", Person: "elena", State: sayline.ErrandWaiting, Spec: "nothing that can be read"}
			if err := h.Store.MakeErrand(t.Context(), one); err != nil {
				t.Fatal(err)
			}
			h.work.Round(t.Context())
		}
		fails("seen")
		if body := second(h.read(c.Get(h.URL + "/b/sparkle/exports"))); !strings.Contains(body, "seen.csv") || !strings.Contains(body, "It could not be done") {
			t.Fatalf("the page: %s", body)
		}
		h.Clock(noon.Add(time.Minute))
		fails("unseen")
		for minute := range 3 {
			h.Clock(noon.Add(time.Duration(2+minute) * time.Minute))
			h.work.Round(t.Context())
		}
		var told []testkit.Mail
		for _, m := range h.Mail.All() {
			if m.Taken && strings.Contains(m.Text, "/exports") {
				told = append(told, m)
			}
		}
		if len(told) != 1 || !slices.Contains(told[0].To, elena) || !strings.Contains(told[0].Subject, "could not be written") || !strings.Contains(told[0].Text, "unseen.csv could not be written") || !strings.Contains(told[0].Text, "https://house.example/b/sparkle/exports") {
			t.Errorf("they are told %+v", told)
		}
	})
}

// cancelling are files whose place somebody ends the work at, when it puts one there.
type cancelling struct {
	media.Files
	then func()
}

func (f cancelling) Put(ctx context.Context, key string, r io.ReaderAt, size int64, mediaType string) error {
	f.then()
	return f.Files.Put(ctx, key, r, size, mediaType)
}

// TestExportEndedAsItIsPut: who ends an export while its file is put into its place
// leaves no file there.
func TestExportEndedAsItIsPut(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Feeling: 1, Context: housetest.At("k7f3")})
		c := h.Client(elena)
		h.read(c.PostForm(h.URL+"/b/sparkle/exports", url.Values{"format": {"csv"}}))
		list, err := h.Store.Errands(t.Context(), sparkle, sayline.ErrandExport)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		put := h.work.Files
		h.work.Files = cancelling{put, func() {
			if status, body, _ := h.read(c.PostForm(h.URL+"/b/sparkle/exports/"+list[0].ID+"/cancel", nil)); status != http.StatusSeeOther {
				t.Errorf("ending it: %d %s", status, body)
			}
		}}
		h.work.Round(t.Context())
		if _, err := put.Get(t.Context(), sparkle+"/errands/"+list[0].ID); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("its file is there: %v", err)
		}
	})
}

// take has a client take everything out in a format and gives its errand.
func (h *house) take(c *http.Client, format string) *sayline.Errand {
	h.t.Helper()
	if status, body, _ := h.read(c.PostForm(h.URL+"/b/sparkle/exports", url.Values{"format": {format}})); status != http.StatusSeeOther {
		h.t.Fatalf("asking: %d %s", status, body)
	}
	list, err := h.Store.Errands(h.t.Context(), sparkle, sayline.ErrandExport)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, one := range list {
		if strings.HasSuffix(one.Name, "."+format) {
			return one
		}
	}
	h.t.Fatalf("no errand for %s", format)
	return nil
}

// fetch is an export's file as its owner gets it, and as it is on the disk.
func (h *house) fetch(c *http.Client, one *sayline.Errand) (got, kept string) {
	h.t.Helper()
	status, got, _ := h.read(c.Get(h.URL + "/b/sparkle/exports/" + one.ID + "/file"))
	if status != http.StatusOK {
		h.t.Fatalf("fetching: %d %s", status, got)
	}
	file, err := h.House.Files.Get(h.t.Context(), sparkle+"/errands/"+one.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil {
		h.t.Fatal(err)
	}
	return got, string(b)
}

// TestExportForgets: what its author takes back, changes or moves into a lane while a file is
// written, or after it, is in no file that is fetched from then on, and soon not on the disk;
// everything else stays as it was.
func TestExportForgets(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		b := h.Brands.ByID(sparkle)
		private := ""
		for _, topic := range b.Topics {
			if topic.Lane != "" {
				private = topic.ID
			}
		}
		said := map[string]*intake.Accepted{}
		for _, words := range []string{"stays,\nwith \"marks\"", "=stays too", "an early word taken back", "a word taken back", "a word changed", "a word hidden", "a word more"} {
			a, err := h.Door.Accept(t.Context(), b, intake.Submission{Moment: sayline.Moment{Class: sayline.Unidentified, Feeling: 2, Text: words, Context: housetest.At("k7f3")}, Key: rand.Text(), More: true})
			if err != nil {
				t.Fatal(err)
			}
			said[words] = a
		}
		c, did := h.Client(elena), sync.Once{}
		early := func() {
			if err := h.Door.Withdraw(t.Context(), b, said["an early word taken back"].Secret); err != nil {
				t.Error(err)
			}
		}
		put := h.work.Files
		h.work.Files = cancelling{put, func() { did.Do(early) }}
		sheet, lines := h.take(c, "csv"), h.take(c, "jsonl")
		h.work.Round(t.Context())
		see := func(when string, gone ...string) {
			t.Helper()
			for _, one := range []*sayline.Errand{sheet, lines} {
				got, kept := h.fetch(c, one)
				for what, text := range map[string]string{"fetched": got, "kept": kept} {
					for words := range said {
						there := strings.Contains(text, strings.SplitN(words, ",", 2)[0])
						if want := !slices.Contains(gone, words); there != want && (what == "fetched" || want) {
							t.Errorf("%s, %s: %q is there: %t\n%s", when, what, words, there, text)
						}
					}
				}
			}
		}
		see("taken back while it was written", "an early word taken back")
		change := func(of string, a intake.Amendment) {
			t.Helper()
			if _, err := h.Door.Amend(t.Context(), b, said[of].Secret, a); err != nil {
				t.Fatal(err)
			}
		}
		other, more := "other", "a word more, and another"
		change("a word changed", intake.Amendment{Text: &other})
		change("a word hidden", intake.Amendment{Topic: &private})
		change("a word more", intake.Amendment{Text: &more})
		if err := h.Door.Withdraw(t.Context(), b, said["a word taken back"].Secret); err != nil {
			t.Fatal(err)
		}
		gone := []string{"an early word taken back", "a word taken back", "a word changed", "a word hidden"}
		see("at once", gone...)
		before, _ := h.fetch(c, sheet)
		h.work.Round(t.Context())
		see("later", gone...)
		after, kept := h.fetch(c, sheet)
		if before != after || after != kept || !strings.HasPrefix(kept, "\ufeffid,at,") || !strings.Contains(kept, `"stays,`+"\n"+`with ""marks"""`) || !strings.Contains(kept, ",'=stays too,") {
			t.Errorf("the sheet was %s\nand is %s\non the disk %s", before, after, kept)
		}
		for _, one := range []*sayline.Errand{sheet, lines} {
			now, err := h.Store.Errand(t.Context(), sparkle, one.ID)
			if _, kept := h.fetch(c, one); err != nil || now.State != sayline.ErrandReady || now.Done != 3 || !now.EndedAt.Equal(noon) {
				t.Errorf("its row: %+v, %v", now, err)
			} else {
				for _, words := range gone {
					if strings.Contains(kept, words) {
						t.Errorf("%q is kept still: %s", words, kept)
					}
				}
			}
		}
	})
}

// TestExportOfWhoIsGuardedSince: an audience that a brand guards after a file was written is
// in it no more.
func TestExportOfWhoIsGuardedSince(t *testing.T) {
	onEngines(t, func(t *testing.T, h *house) {
		for _, audience := range []string{"customer", "vendor"} {
			h.Say(sparkle, sayline.Moment{Class: sayline.Unidentified, Audience: audience, Feeling: 2, Text: "a word of a " + audience, Context: housetest.At("k7f3")})
		}
		c := h.Client(elena)
		one := h.take(c, "csv")
		h.work.Round(t.Context())
		if got, _ := h.fetch(c, one); !strings.Contains(got, "of a vendor") || !strings.Contains(got, "of a customer") {
			t.Fatalf("before: %s", got)
		}
		h.guard("vendor")
		if got, _ := h.fetch(c, one); strings.Contains(got, "of a vendor") || !strings.Contains(got, "of a customer") {
			t.Errorf("once they are guarded: %s", got)
		}
	})
}

// guard has the brand guard an audience from now on.
func (h *house) guard(audience string) {
	h.t.Helper()
	b := h.Brands.ByID(sparkle)
	c := *b.Config
	c.Audiences = append(slices.Clone(c.Audiences), sayline.Audience{ID: audience, Label: sayline.Text{"en": audience}, Guarded: true})
	if _, err := h.Store.SaveConfig(h.t.Context(), &c, b.Version, "test"); err != nil {
		h.t.Fatal(err)
	}
	if err := h.Keeper.Reload(h.t.Context(), sparkle); err != nil {
		h.t.Fatal(err)
	}
}
