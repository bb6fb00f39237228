package studio

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/ways"
	"github.com/sayline/sayline/internal/web"
)

// printPage is what is printed: the form, and what was made lately.
type printPage struct {
	*house.View
	chooser
	Sheets  []ways.Way
	Sheet   ways.Way
	Langs   []option
	Seconds []option
	Refs    string
	One     string // the touchpoint meant, when it is only one
	Sample  string // whose sheets are shown
	Jobs    []jobView
	Wrong   string
}

// jobView is a job as a page shows it.
type jobView struct {
	*job
	progress
	Over bool
	KB   string
}

func (s *Studio) viewOf(view *house.View, j *job) jobView {
	p, over := j.look()
	return jobView{j, p, over, view.Num(int64(j.Size()+1023) / 1024)}
}

func (s *Studio) printPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return s.showPrint(w, r, v, http.StatusOK, r.URL.Query(), "")
}

func (s *Studio) showPrint(w http.ResponseWriter, r *http.Request, v *auth.Viewer, status int, q url.Values, wrong string) error {
	view := s.NewView(r, v)
	view.Room, view.Title = "studio", view.Say("print_title")
	p := printPage{View: view, chooser: newChooser(view, readChoice(q)), Sheets: ways.Sheets, Sheet: ways.Way(q.Get("sheet")), Refs: q.Get("refs"), Wrong: wrong}
	list := p.of(view)
	p.Chosen = len(list)
	if t := v.Brand.Index.Touchpoint(q.Get("touchpoint")); t != nil {
		p.One, p.Chosen, list = t.ID, 1, []*sayline.Touchpoint{t}
	}
	if !slices.Contains(ways.Sheets, p.Sheet) {
		p.Sheet = ways.Poster
	}
	p.Sample = v.Brand.Index.FrontDoor().ID
	if len(list) > 0 {
		p.Sample = list[0].ID
	}
	p.Langs, p.Seconds = s.languages(view, languageOf(v.Brand, q.Get("lang"), view.Tag)), s.languages(view, q.Get("second"))
	for _, j := range s.press.of(v.Brand.ID) {
		p.Jobs = append(p.Jobs, s.viewOf(view, j))
	}
	return s.Render(w, r, status, s.print, p)
}

// startPrint begins a job.
func (s *Studio) startPrint(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	view := s.NewView(r, v)
	b := s.Book(r, v.Brand)
	o, err := readOrder(view, form)
	if err == nil {
		err = b.Document(io.Discard, ways.Order{Sheet: o.Sheet, Langs: o.Langs, Copies: o.Copies, Items: o.Items[:1]}, nil)
	}
	if err != nil {
		return s.showPrint(w, r, v, http.StatusUnprocessableEntity, form, fault(view, err))
	}
	var id [12]byte
	if _, err := io.ReadFull(rand.Reader, id[:]); err != nil {
		return err
	}
	made := s.Now()
	j := &job{ID: hex.EncodeToString(id[:]), Brand: v.Brand.ID, Name: v.Brand.ID + "-" + string(o.Sheet) + ".zip", Total: len(o.Items), At: made}
	one := form.Get("as") != "zip"
	if one {
		j.Name = v.Brand.ID + "-" + string(o.Sheet) + ".html"
	}
	err = s.press.begin(j, func(_ context.Context, done func(int) error) ([]byte, error) {
		if one {
			var doc bytes.Buffer
			err := b.Document(&doc, o, done)
			return doc.Bytes(), err
		}
		return bundle(b, o, made, done)
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/studio/print/"+j.ID), http.StatusSeeOther)
	return nil
}

// fault is what is wrong, in the reader's language where we have it.
func fault(view *house.View, err error) string {
	var ours *sayline.Error
	if errors.As(err, &ours) && ours.Key != "" && view.Has(ours.Key) {
		return view.Say(ours.Key)
	}
	return err.Error()
}

// readOrder reads what to print, of which touchpoints.
func readOrder(view *house.View, form url.Values) (ways.Order, error) {
	o := ways.Order{Sheet: ways.Way(form.Get("sheet")), Langs: readLangs(form), Copies: 1}
	if len(o.Langs) == 0 {
		o.Langs = []string{view.Brand().Language()}
	}
	if n := form.Get("copies"); n != "" {
		var err error
		if o.Copies, err = strconv.Atoi(n); err != nil || o.Copies < 1 {
			return o, sayline.Errorf(sayline.Invalid, "Expected how many copies.")
		}
	}
	list := readChoice(form).of(view)
	if id := form.Get("touchpoint"); id != "" {
		t := view.Brand().Index.Touchpoint(id)
		if t == nil {
			return o, errNoTouchpoint
		}
		list = []*sayline.Touchpoint{t}
	}
	refs, err := readRefs(form.Get("refs"))
	if err != nil {
		return o, err
	}
	for _, t := range list {
		for _, ref := range refs {
			o.Items = append(o.Items, ways.Item{Touchpoint: t.ID, Ref: ref})
			if len(o.Items)*o.Copies > mostPrinted {
				return o, sayline.Errorf(sayline.Invalid, "At most %d at once.", mostPrinted)
			}
		}
	}
	if len(o.Items) == 0 {
		return o, &sayline.Error{Kind: sayline.Invalid, Key: "print_none", Message: "No touchpoint is chosen."}
	}
	return o, nil
}

// readRefs reads rooms, seats or orders: one a line, or a range of numbers with
// or without a word before it, such as "room 401-420". Without any it is one
// item without a ref.
func readRefs(text string) ([]string, error) {
	var list []string
	for line := range strings.Lines(text) {
		line = house.Cut(strings.TrimSpace(line), sayline.MaxShort)
		if line == "" {
			continue
		}
		list = append(list, expand(line)...)
		if len(list) > mostPrinted {
			return nil, sayline.Errorf(sayline.Invalid, "At most %d at once.", mostPrinted)
		}
	}
	if len(list) == 0 {
		return []string{""}, nil
	}
	return list, nil
}

// expand writes a range out; what is none stays as it is.
func expand(line string) []string {
	before, last, ok := strings.Cut(line, "-")
	at := strings.LastIndexFunc(before, func(r rune) bool { return r < '0' || r > '9' }) + 1
	word, first := before[:at], before[at:]
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if !ok || err1 != nil || err2 != nil || to < from || to-from >= mostPrinted {
		return []string{line}
	}
	var list []string
	for n := from; n <= to; n++ {
		s := strconv.Itoa(n)
		list = append(list, word+strings.Repeat("0", max(0, len(first)-len(s)))+s)
	}
	return list
}

// jobPage is one job, as it goes.
type jobPage struct {
	*house.View
	jobView
}

func (s *Studio) jobOf(r *http.Request, v *auth.Viewer) (*job, error) {
	if j := s.press.find(v.Brand.ID, r.PathValue("job")); j != nil {
		return j, nil
	}
	return nil, &sayline.Error{Kind: sayline.NotFound, Key: "print_gone", Message: "This is not kept any more. Please print it again."}
}

func (s *Studio) jobPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	j, err := s.jobOf(r, v)
	if err != nil {
		return err
	}
	view := s.NewView(r, v)
	view.Room, view.Title, view.Scripts = "studio", view.Say("print_title"), []string{"ways.js"}
	return s.Render(w, r, http.StatusOK, s.job, jobPage{view, s.viewOf(view, j)})
}

// perFrame is the least time between two frames of progress; beat is how often a
// silent line is heard.
const perFrame, beat = 150 * time.Millisecond, 15 * time.Second

// jobLive tells how far a job is until it is at its end.
func (s *Studio) jobLive(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	j, err := s.jobOf(r, v)
	if err != nil {
		return err
	}
	stream, err := web.OpenStream(w)
	if err != nil {
		return nil // they left
	}
	heart := time.NewTicker(beat)
	defer heart.Stop()
	for {
		next := j.next()
		p, over := j.look()
		if stream.Event("", "progress", web.JSON(p)) != nil || over {
			return nil
		}
		pause := time.After(perFrame)
		select {
		case <-next:
			select {
			case <-pause:
			case <-r.Context().Done():
				return nil
			}
		case <-heart.C:
			if stream.Beat() != nil {
				return nil
			}
		case <-r.Context().Done():
			return nil
		}
	}
}

// jobFile is what was made.
func (s *Studio) jobFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	j, err := s.jobOf(r, v)
	if err != nil {
		return err
	}
	if p, _ := j.look(); p.State != ready {
		return sayline.Errorf(sayline.Conflict, "It is not ready yet.")
	}
	mediaType := "application/zip"
	if strings.HasSuffix(j.Name, ".html") {
		mediaType = "text/html; charset=utf-8"
	}
	return attach(w, mediaType, j.Name, j.file)
}

// jobCancel ends a job.
func (s *Studio) jobCancel(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	j, err := s.jobOf(r, v)
	if err != nil {
		return err
	}
	j.cancel()
	for {
		next := j.next()
		if _, over := j.look(); over {
			break
		}
		select {
		case <-next:
		case <-r.Context().Done():
			return nil
		}
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/studio/print/"+j.ID), http.StatusSeeOther)
	return nil
}
