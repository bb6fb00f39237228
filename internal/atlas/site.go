package atlas

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/ways"
)

// sitePage is the data of the brand's own site as it was read.
type sitePage struct {
	*mapPage
	Read  *sayline.SiteRead // nil where nobody asked for it yet
	URL   string            // to begin at
	Open  []pageLine        // to be looked at, the oldest first
	Dealt []pageLine        // that somebody said are as they should be
	Hosts []string          // of the brand
	Give  *copied           // the button that gives a page its way in; nil where all have one
}

// pageLine is a page with what is to be said about it.
type pageLine struct {
	sayline.SitePage
	Path  string
	Since string // when it changed, and who says so; "" where it is not old
	NoWay bool
	Team  string
}

// Tab says whether one of the ways to look is this page's.
func (p *sitePage) Tab(name string) bool { return name == "finder" }

// Teams are those of the brand, the one that looks after a page chosen.
func (p *sitePage) Teams(l pageLine) []choice { return Chosen(p.Choices.Teams, l.Owner) }

// Known is how many pages there are to read, at least one.
func (p *sitePage) Known() int { return max(1, p.Read.Read+p.Read.Left) }

// lineView is a line with the page it stands on.
type lineView struct {
	*sitePage
	L pageLine
}

// Line puts a line on the page.
func (p *sitePage) Line(l pageLine) lineView { return lineView{p, l} }

func (a *Atlas) sitePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	base, err := a.board(r.Context(), a.NewView(r, v), parseQuery(nil, v.Brand))
	if err != nil {
		return err
	}
	p := &sitePage{mapPage: base, Hosts: v.Brand.Domains}
	p.Room, p.Title, p.Scripts = "map", p.Say("map_site"), []string{"map.js"}
	p.Stream = p.Path("/map/live")
	if len(p.Hosts) > 0 {
		p.URL = "https://" + p.Hosts[0] + "/"
	}
	p.Read, err = a.Store.SiteRead(r.Context(), v.Brand.ID)
	if err != nil && sayline.KindOf(err) != sayline.NotFound {
		return err
	}
	if p.Read != nil {
		p.URL = p.Read.URL
		if err := a.sitePages(r, p); err != nil {
			return err
		}
		p.give(a.Book(r, v.Brand))
	}
	return a.Render(w, r, http.StatusOK, a.site, p)
}

// sitePages puts the pages that are to be looked at on the page.
func (a *Atlas) sitePages(r *http.Request, p *sitePage) error {
	list, err := a.Store.SitePages(r.Context(), p.Brand().ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if !x.Old(p.Now) && !x.NoWayIn() {
			continue
		}
		l := pageLine{SitePage: x, Path: x.URL, NoWay: x.NoWayIn()}
		if u, err := url.Parse(x.URL); err == nil {
			l.Path = u.Host + u.EscapedPath()
		}
		if x.Old(p.Now) {
			l.Since = p.Say("map_site_since", "day", p.Day(x.ChangedAt), "who", p.Say("map_site_how_"+x.How))
		}
		if x.Owner != "" {
			l.Team = p.Names.Team(x.Owner, "")
		}
		if x.Dealt {
			p.Dealt = append(p.Dealt, l)
		} else {
			p.Open = append(p.Open, l)
		}
	}
	slices.SortStableFunc(p.Open, func(x, y pageLine) int {
		if (x.Since == "") != (y.Since == "") {
			return strings.Compare(y.Since, x.Since)
		}
		if x.Since == "" {
			return 0
		}
		return x.ChangedAt.Compare(y.ChangedAt)
	})
	return nil
}

// give offers the button of the front door where a page has no way in.
func (p *sitePage) give(book *ways.Book) {
	door := p.Brand().Index.FrontDoor()
	if door != nil && slices.ContainsFunc(p.Open, func(l pageLine) bool { return l.NoWay }) {
		p.Give = &copied{book.Snippet(door, languageOf(p.Brand(), p.Tag)), p.Say("way_copy"), p.Say("way_copied")}
	}
}

var errNotOurs = &sayline.Error{Kind: sayline.AtFault, Key: "map_site_not_ours", Message: "Only a site at one of the brand's own domains is read."}

// readSite asks for the brand's own site to be read.
func (a *Atlas) readSite(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	at := strings.TrimSpace(form.Get("url"))
	if !strings.Contains(at, "://") {
		at = "https://" + at
	}
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || !v.Brand.OwnsHost(strings.ToLower(u.Hostname())) {
		return errNotOurs
	}
	u.Path, u.Fragment = cmp.Or(u.Path, "/"), ""
	if err := a.Store.ReadSite(r.Context(), sayline.SiteRead{Brand: v.Brand.ID, URL: u.String(), By: v.Person.ID}); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/site"), "")
}

// turnSite stops the reading, or lets it go on.
func (a *Atlas) turnSite(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	err = a.Store.TurnSite(r.Context(), v.Brand.ID, v.Person.ID, form.Get("to") == sayline.SiteReading)
	if err != nil && sayline.KindOf(err) != sayline.NotFound { // it has ended meanwhile
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/site"), "")
}

// markSite says who looks after a page, and whether it is as it should be.
func (a *Atlas) markSite(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	if owner := form.Get("owner"); owner != "" && v.Brand.Index.Team(owner) == nil {
		return sayline.Errorf(sayline.AtFault, "There is no such team.")
	}
	if err := a.Store.MarkSitePage(r.Context(), v.Brand.ID, form.Get("page"), form.Get("owner"), cmp.Or(form.Get("dealt"), form.Get("was")) == "1", v.Person.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/site"), "map_kept")
}
