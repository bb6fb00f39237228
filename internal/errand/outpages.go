package errand

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// exportsPage is what somebody had taken out, and the view they are about to.
type exportsPage struct {
	*house.View
	List   []*sayline.Errand
	Format string // of the view; "" where nothing is asked for
	Filter string // as an address of the pulse has it
	N      int64
}

func (e *Errand) exportsPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := &exportsPage{View: e.NewView(r, v)}
	p.Room, p.Title, p.Scripts = "pulse", p.Say("exports_title"), []string{"ways.js"}
	all, err := e.Store.Errands(r.Context(), v.Brand.ID, sayline.ErrandExport)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Person == v.Person.ID {
			p.List = append(p.List, one)
		}
	}
	e.read(r.Context(), p.List)
	if f := r.URL.Query().Get("format"); f == asCSV || f == asLines {
		filter := pulse.ParseFilter(r.URL.Query(), v.Brand)
		p.Format, p.Filter = f, strings.TrimPrefix(filter.String(), "?")
		if p.N, err = e.count(r, v, filter); err != nil {
			return err
		}
	}
	return e.Render(w, r, http.StatusOK, e.exports, p)
}

// read notes which files somebody has read of that they failed: they need no letter.
func (e *Errand) read(ctx context.Context, list []*sayline.Errand) {
	for _, one := range list {
		if one.State != sayline.ErrandFailed {
			continue
		}
		if err := e.Store.ErrandTold(ctx, one.Brand, one.ID); err != nil {
			e.complain(ctx, "that somebody read of a failure can't be stored", err) // they are told of it once more
		}
	}
}

// count is about how many moments a filter has: to say how far a file is.
func (e *Errand) count(r *http.Request, v *auth.Viewer, f pulse.Filter) (int64, error) {
	q := store.CountsQuery{Brand: v.Brand.ID, Zone: v.Brand.Location(), Of: f.Part(v.Brand)}
	q.From, q.Until, q.Level = f.Span(e.Now().In(q.Zone))
	c, err := e.Store.Counts(r.Context(), q, store.Split{})
	n := int64(0)
	for _, x := range c.List {
		n += x.N
	}
	return n, err
}

// AtOnce is where the view is taken out while one waits.
func (p *exportsPage) AtOnce() string {
	return p.Path("/pulse/said." + p.Format + "?" + p.Filter + "&at=once")
}

// StateOf says how one stands.
func (p *exportsPage) StateOf(one *sayline.Errand) string { return p.Say("errand_" + one.State) }

// Until is how long a file can be fetched.
func (p *exportsPage) Until(one *sayline.Errand) string {
	return p.Say("exports_until", "time", p.Tongue.When(p.Now, one.EndedAt.Add(sayline.ErrandKept)))
}

// ask has a view written to a file.
func (e *Errand) ask(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	asked, err := url.ParseQuery(form.Get("filter"))
	format := form.Get("format")
	if err != nil || format != asCSV && format != asLines {
		return sayline.Errorf(sayline.Invalid, "This form can't be read.")
	}
	f := pulse.ParseFilter(asked, v.Brand)
	spec := exportSpec{Format: format, Filter: strings.TrimPrefix(f.String(), "?")}
	spec.From, spec.Until, _ = f.Span(e.Now().In(v.Brand.Location()))
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	n, err := e.count(r, v, f)
	if err != nil {
		return err
	}
	last := spec.Until.In(v.Brand.Location()).Add(-time.Second)
	name := v.Brand.ID + "-" + spec.From.In(v.Brand.Location()).Format(time.DateOnly) + "-" + last.Format(time.DateOnly) + "." + format
	one := &sayline.Errand{Brand: v.Brand.ID, ID: sayline.NewID(e.Now(), e.Random), Kind: sayline.ErrandExport, Name: name, Person: v.Person.ID, State: sayline.ErrandWaiting, Spec: string(text), Total: int(n), From: spec.From, Until: spec.Until}
	if err := e.Store.MakeErrand(r.Context(), one); err != nil {
		return err
	}
	e.raise()
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/exports"), "")
}

// exportOf finds one that is the viewer's own: nobody else fetches it.
func (e *Errand) exportOf(r *http.Request, v *auth.Viewer) (*sayline.Errand, error) {
	one, err := e.Store.Errand(r.Context(), v.Brand.ID, r.PathValue("errand"))
	if err == nil && (one.Kind != sayline.ErrandExport || one.Person != v.Person.ID) {
		err = sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	return one, err
}

// exportFile is what was written.
func (e *Errand) exportFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.exportOf(r, v)
	if err != nil {
		return err
	}
	if one.State != sayline.ErrandReady {
		return sayline.Errorf(sayline.Conflict, "It is not ready yet.")
	}
	gone, err := e.Store.GoneOf(r.Context(), one)
	if err != nil {
		return err
	}
	if len(gone) > store.MostGone {
		return sayline.Errorf(sayline.Conflict, "It is not ready yet.")
	}
	file, err := e.Files.Get(r.Context(), fileOf(one))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := e.Store.ErrandTold(r.Context(), one.Brand, one.ID); err != nil {
		e.complain(r.Context(), "that a file was fetched can't be stored", err) // they are told of it once more
	}
	head := w.Header()
	head.Set("Content-Type", mediaType(formatOf(one)))
	head.Set("Content-Disposition", `attachment; filename="`+one.Name+`"`)
	head.Set("Cache-Control", "private, no-store")
	guarded := v.Brand.Guarded()
	if len(gone) == 0 && len(guarded) == 1 { // nobody but who always was
		http.ServeContent(w, r, "", one.EndedAt, file)
		return nil
	}
	if _, err := sift(r.Context(), file, w, formatOf(one), func(id, audience string) bool { return gone[id] || slices.Contains(guarded, audience) }); err != nil {
		panic(http.ErrAbortHandler) // half a file would pass for a whole one
	}
	return nil
}

// cancelExport ends one, or forgets what was made.
func (e *Errand) cancelExport(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.exportOf(r, v)
	if err != nil {
		return err
	}
	if one.Under() {
		err = e.Store.TurnErrand(r.Context(), one, one.State, sayline.ErrandCancelled)
	}
	if err == nil {
		e.drop(r.Context(), one)
		err = e.Store.ForgetErrand(r.Context(), one.Brand, one.ID)
	}
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/exports"), "")
}

func (e *Errand) exportLive(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	one, err := e.exportOf(r, v)
	if err != nil {
		return err
	}
	return e.live(w, r, one)
}

// progress is how far one is; its state is making as long as it is worked on.
type progress struct {
	State string `json:"state"`
	Done  int    `json:"done"`
	Of    int    `json:"of"`
}

const perLook = 500 * time.Millisecond

// live tells how far one is until it is over.
func (e *Errand) live(w http.ResponseWriter, r *http.Request, one *sayline.Errand) error {
	stream, err := web.OpenStream(w)
	if err != nil {
		return nil // they left
	}
	look := time.NewTicker(perLook)
	defer look.Stop()
	for {
		p := progress{one.State, one.Done, one.Total}
		if one.Under() {
			p.State = "making"
		}
		if stream.Event("", "progress", web.JSON(p)) != nil || !one.Under() {
			return nil
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-e.over:
			return nil
		case <-look.C:
		}
		if one, err = e.Store.Errand(r.Context(), one.Brand, one.ID); err != nil {
			return nil // its page comes again
		}
	}
}
