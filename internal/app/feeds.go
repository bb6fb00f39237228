package app

import (
	"net/http"

	"github.com/sayline/sayline/internal/feeds"
	"github.com/sayline/sayline/internal/words"
)

// makeFeeds lets rosters in and out as calendars.
func (a *App) makeFeeds(catalogue *words.Catalogue, mux *http.ServeMux) {
	f := feeds.New(feeds.Options{Store: a.Store, Brands: a.Registry, Reload: a.Keeper.Reload, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now,
		AllowPrivate: a.Options.AllowPrivateTargets, Count: a.countError})
	f.Routes(mux)
	a.loops = append(a.loops, f.Run)
	a.closers = append(a.closers, f.Close)
}
