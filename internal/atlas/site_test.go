package atlas_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/site"
	"github.com/sayline/sayline/internal/testkit"
)

// TestOwnSite: who leads asks for the brand's own site to be read, and no other;
// what is old or has no way in stands in a list, live; a team looks after a page,
// and it is in what that team has to do until it is as it should be.
func TestOwnSite(t *testing.T) {
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		page := map[string]string{"/": `<title>Home</title><a href="/contest">c</a><a href="/cx">say it</a>`, "/contest": `<title>Summer contest</title><meta itemprop="dateModified" content="2019-06-01">`}[r.URL.Path]
		if page == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(page))
	}))
	defer own.Close()
	at := strings.Replace(own.URL, "127.0.0.1", "localhost", 1) + "/"
	h := open(t, housetest.Options{Change: func(c *sayline.Config) { c.Domains = append(c.Domains, "localhost") }})
	reader := site.New(site.Options{Store: h.Store, Log: slog.New(slog.DiscardHandler), Now: h.Time, AllowPrivate: true, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})

	worker, owner := h.Client(paco), h.Client(elena)
	for _, tt := range []struct {
		who  *http.Client
		url  string
		want int
	}{{worker, at, 404}, {owner, "https://elsewhere.example/", 422}, {owner, "https://notlocalhost/", 422}, {owner, "file:///etc/passwd", 422}, {owner, "https://localhost@elsewhere.example/", 422}, {owner, "", 422}} {
		res, err := tt.who.PostForm(h.URL+"/b/sparkle/map/site", url.Values{"url": {tt.url}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tt.want {
			t.Errorf("%q: %d, want %d", tt.url, res.StatusCode, tt.want)
		}
	}
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/map/finder")
	p.Click("#m-tosite")
	p.Until(`!!document.querySelector("#m-read") && document.querySelector("#live").dataset.state === "on"`)
	p.MustLetEverybodyIn("a site nobody read yet")
	p.Press(`document.querySelector("[name=url]").value = "` + at + `"; document.querySelector("#m-read").click()`)
	says(p, "#m-site", "Being read", "Elena Vidal asked for it")
	p.Press(`document.querySelector("#m-stop").click()`)
	says(p, "#m-site", "Stopped")
	if err := reader.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Press(`document.querySelector("#m-go").click()`)
	says(p, "#m-site", "Being read")
	p.Press(`document.activeElement?.blur()`)
	if err := reader.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	says(p, "#m-site", "2 read, 0 to go", "One page to look at", "Summer contest", "unchanged since 1 June 2019, as the page says", "no way in", "/@sparkle/cx/button.js") // live; with what gives it one
	p.MustLetEverybodyIn("a site that was read")
	housetest.Audit(t, p, "a site that was read")
	p.Press(`document.querySelector(".m-pagedo select").value = "product"; document.querySelector(".m-pagedo button:not([name])").click()`)
	p.Until(`document.querySelector(".m-pagedo select").value === "product" && document.querySelector("#notice").textContent !== ""`)
	testkit.Await[any](p, `house.refresh()`)
	if !testkit.Eval[bool](p, `document.querySelector("#notice").textContent !== "" && !document.querySelector("#notice").hidden`) {
		t.Error("what she was told went with what others did")
	}
	p.Open(h.URL + "/b/sparkle/map/todo")
	says(p, "main", "Summer contest", "unchanged for two years")
	p.Open(h.URL + "/b/sparkle/map/site")
	p.Press(`document.querySelector(".m-pagedo [name=dealt]").click()`)
	says(p, "#m-site", "One as it should be", "Every page that was read")
	list, err := h.Store.SitePages(t.Context(), "sparkle")
	if err != nil || len(list) != 2 || !list[1].Dealt || list[1].Owner != "product" {
		t.Errorf("kept are %+v, %v", list, err)
	}
	p.Open(h.URL + "/b/sparkle/map/todo")
	says(p, "main", "To do on the map")
	if testkit.Eval[bool](p, `document.body.innerText.includes("Summer contest")`) {
		t.Error("what is as it should be is still to be done")
	}
	p.Show(testkit.Phone.In("ar"))
	p.Open(h.URL + "/b/sparkle/map/site")
	says(p, "main", "موقعكم")
	housetest.Audit(t, p, "a site in Arabic")
	p.MustBeClean()
}
