package errand

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/past"
)

// Routes are the room's paths. GET only shows; POST acts.
func (e *Errand) Routes(mux *http.ServeMux) {
	owner := func(f house.BrandHandler) http.Handler { return e.InBrand(house.Only((*auth.Viewer).MaySetUp, f)) }
	mux.Handle("GET /b/{brand}/imports", owner(e.importsPage))
	mux.Handle("POST /b/{brand}/imports", owner(e.upload))
	mux.Handle("POST /b/{brand}/imports/visits", owner(e.uploadVisits))
	mux.Handle("GET /b/{brand}/imports/{errand}", owner(e.importPage))
	mux.Handle("GET /b/{brand}/imports/{errand}/live", owner(e.importLive))
	mux.Handle("POST /b/{brand}/imports/{errand}/start", owner(e.start))
	mux.Handle("POST /b/{brand}/imports/{errand}/cancel", owner(e.cancelImport))
	mux.Handle("POST /b/{brand}/imports/{errand}/undo", owner(e.takeBack))
	anybody := func(f house.BrandHandler) http.Handler {
		return e.InBrand(house.Only((*auth.Viewer).MaySeePulse, f))
	}
	mux.Handle("GET /b/{brand}/exports", anybody(e.exportsPage))
	mux.Handle("POST /b/{brand}/exports", anybody(e.ask))
	mux.Handle("GET /b/{brand}/exports/{errand}/live", anybody(e.exportLive))
	mux.Handle("GET /b/{brand}/exports/{errand}/file", anybody(e.exportFile))
	mux.Handle("POST /b/{brand}/exports/{errand}/cancel", anybody(e.cancelExport))
}

// importsPage is what was brought in, and where the next file is given.
type importsPage struct {
	*house.View
	List   []*sayline.Errand
	Visits []*sayline.Errand // how many came
}

func (e *Errand) importsPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := &importsPage{View: e.NewView(r, v)}
	p.Room, p.Title = "studio", p.Say("imports_title")
	var err error
	if p.List, err = e.Store.Errands(r.Context(), v.Brand.ID, sayline.ErrandImport); err != nil {
		return err
	}
	if p.Visits, err = e.Store.Errands(r.Context(), v.Brand.ID, sayline.ErrandVisits); err != nil {
		return err
	}
	return e.Render(w, r, http.StatusOK, e.imports, p)
}

// upload keeps a file, to be looked at before anything comes of it.
func (e *Errand) upload(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	file, err := receive(w, r)
	if err != nil {
		return err
	}
	defer file.Close()
	s := past.Source{File: file, Brand: v.Brand.Config, Now: e.Now()}
	if err := s.Guess(); err != nil {
		return err
	}
	spec, err := json.Marshal(importSpec{s.Mapping, s.Columns})
	if err != nil {
		return err
	}
	return e.keep(w, r, v, file, sayline.ErrandImport, string(spec))
}

// keep keeps a file as a draft, and leads to its page.
func (e *Errand) keep(w http.ResponseWriter, r *http.Request, v *auth.Viewer, file *received, kind, spec string) error {
	one := &sayline.Errand{Brand: v.Brand.ID, ID: sayline.NewID(e.Now(), e.Random), Kind: kind, Name: file.Name, Person: v.Person.ID, State: sayline.ErrandDraft, Spec: spec}
	if err := e.Files.Put(r.Context(), fileOf(one), file, file.Size, "text/csv"); err != nil {
		return err
	}
	if err := e.Store.MakeErrand(r.Context(), one); err != nil {
		e.drop(context.WithoutCancel(r.Context()), one) // no row leads to it
		return err
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/imports/"+one.ID), http.StatusSeeOther)
	return nil
}

// column is what one member of a moment is read from.
type column struct{ Member, Chosen string }

// importPage is one file: what it would become, how far it is, or what became of it.
type importPage struct {
	*house.View
	*sayline.Errand
	Columns     []string
	Members     []column
	Mapping     past.Mapping
	Scales      []past.Scale
	Touchpoints []sayline.Touchpoint
	Rows        []past.Row
	Check       *past.Result
	Wrongs      []bad
	Trouble     string // why nothing can be read as it is
}

const previewed = 6

func (e *Errand) importOf(r *http.Request, v *auth.Viewer) (*sayline.Errand, error) {
	one, err := e.Store.Errand(r.Context(), v.Brand.ID, r.PathValue("errand"))
	if err == nil && one.Kind == sayline.ErrandExport {
		err = sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	return one, err
}

func (e *Errand) importPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.importOf(r, v)
	if err != nil {
		return err
	}
	if one.Kind == sayline.ErrandVisits {
		return e.visitsPage(w, r, v, one)
	}
	p := &importPage{View: e.NewView(r, v), Errand: one, Scales: past.Scales}
	p.Room, p.View.Title, p.Scripts = "studio", one.Name, []string{"ways.js"}
	if one.State == sayline.ErrandDraft {
		if err := e.preview(r, p); err != nil {
			return err
		}
	} else if one.Report != "" {
		if err := json.Unmarshal([]byte(one.Report), &p.Wrongs); err != nil {
			return err
		}
	}
	return e.Render(w, r, http.StatusOK, e.one, p)
}

// preview reads the whole file as it would be brought in, and writes nothing.
func (e *Errand) preview(r *http.Request, p *importPage) error {
	spec, err := specOf(p.Errand)
	if err != nil {
		return err
	}
	spec.Mapping = mappingOf(r.URL.Query(), spec.Mapping, spec.Columns)
	p.Columns, p.Mapping = spec.Columns, spec.Mapping
	for _, member := range past.Members {
		p.Members = append(p.Members, column{member, *p.Mapping.Column(member)})
	}
	for _, t := range p.Brand().Touchpoints {
		if t.Lane == "" {
			p.Touchpoints = append(p.Touchpoints, t)
		}
	}
	s, file, err := e.source(r.Context(), p.Errand, spec)
	if err != nil {
		return err
	}
	defer file.Close()
	if p.Rows, err = s.Preview(previewed); err == nil {
		p.Check, err = s.Check(r.Context(), nil)
	}
	if kind := sayline.KindOf(err); kind == sayline.AtFault || kind == sayline.Invalid { // of the columns: it is theirs to choose
		p.Trouble = err.Error()
		if p.Has("import_trouble") && p.Tag != "en" {
			p.Trouble = p.Say("import_trouble")
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, row := range p.Check.Bad {
		p.Wrongs = append(p.Wrongs, badOf(row))
	}
	return nil
}

// Why says what is wrong with a line, and what was expected.
func (p *importPage) Why(b bad) string {
	if b.Key != "" && p.Has(b.Key) {
		return p.Say(b.Key)
	}
	return b.Message
}

// WhyRow is Why of a row.
func (p *importPage) WhyRow(r past.Row) string { return p.Why(badOf(r)) }

// Short is somebody's words as a preview has them.
func (p *importPage) Short(text string) string { return house.Cut(text, 90) }

// Brand is the page's brand; the errand has its handle only.
func (p *importPage) Brand() *brands.Snapshot { return p.View.Brand() }

// StateName says how it stands.
func (p *importPage) StateName() string { return p.Say("errand_" + p.State) }

// start has the file brought in as it was looked at.
func (e *Errand) start(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	one, err := e.importOf(r, v)
	if err != nil {
		return err
	}
	if one.Kind == sayline.ErrandVisits {
		return e.startVisits(w, r, one)
	}
	spec, err := specOf(one)
	if err != nil {
		return err
	}
	spec.Mapping = mappingOf(form, spec.Mapping, spec.Columns)
	s, file, err := e.source(r.Context(), one, spec)
	if err != nil {
		return err
	}
	defer file.Close()
	check, err := s.Check(r.Context(), nil)
	if err != nil {
		return err
	}
	if check.Good == 0 {
		return &sayline.Error{Kind: sayline.Invalid, Key: "import_nothing", Message: "No line of this file can be brought in as it is."}
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	one.Spec, one.Total, one.Done = string(text), check.Good+check.Wrong, 0
	return e.turn(w, r, one, sayline.ErrandDraft, sayline.ErrandWaiting, "/imports/"+one.ID)
}

// takeBack undoes what was brought in.
func (e *Errand) takeBack(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.importOf(r, v)
	if err != nil {
		return err
	}
	from := sayline.ErrandReady
	if one.State == sayline.ErrandFailed || one.State == sayline.ErrandCancelled {
		from = one.State
	}
	one.Total, one.Done = one.Fresh, 0
	return e.turn(w, r, one, from, sayline.ErrandUndo, "/imports/"+one.ID)
}

// cancelImport ends one where it stands: what was brought in stays, and can be undone.
func (e *Errand) cancelImport(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.importOf(r, v)
	if err != nil {
		return err
	}
	if one.State != sayline.ErrandDraft && !one.Under() {
		return sayline.Errorf(sayline.Conflict, "This has changed since you looked. Please look again.").Keyed("studio_changed")
	}
	if err := e.Store.TurnErrand(r.Context(), one, one.State, sayline.ErrandCancelled); err != nil {
		return err
	}
	e.drop(r.Context(), one)
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/imports"), "")
}

func (e *Errand) turn(w http.ResponseWriter, r *http.Request, one *sayline.Errand, from, to, path string) error {
	if err := e.Store.TurnErrand(r.Context(), one, from, to); err != nil {
		return err
	}
	e.raise()
	http.Redirect(w, r, house.BrandPath(one.Brand, path), http.StatusSeeOther)
	return nil
}

func (e *Errand) importLive(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.importOf(r, v)
	if err != nil {
		return err
	}
	return e.live(w, r, one)
}
