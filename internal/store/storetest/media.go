package storetest

import (
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var mediaBehaviours = []behaviour{
	{"photos and voices come with their moment, their work to be done at once", mediaComes},
	{"a repeat keeps nothing twice", mediaRepeats},
	{"files that waited too long are not taken", mediaTooLate},
	{"added to an open moment, the same content once", mediaAdded},
	{"after the seal only while the team has asked for more", mediaAsked},
	{"one photo is worked on by one at a time, and by another when that one is gone", mediaLeases},
	{"who was too slow reports to nobody", mediaFenced},
	{"taking it back erases the files, and those still being written", mediaErased},
	{"what is kept no longer takes its files along", mediaRetained},
	{"entering a protected lane takes the media along", mediaEntersLane},
	{"files whose moment never came are found", mediaOrphans},
}

// shows gives a tap photos and voices that are planned.
func (w *world) shows(a *store.Accept, kinds ...string) *store.Accept {
	w.Helper()
	for i, kind := range kinds {
		x := sayline.Media{ID: strings.ReplaceAll(w.id(), "-", ""), N: i + 1, Kind: kind, Type: "image/jpeg", Bytes: 1000, Width: 40, Height: 30, Digest: "digest of " + w.id()}
		if kind == sayline.Voice {
			x.Type, x.Width, x.Height, x.Duration = "audio/webm", 0, 0, 2*time.Second
			a.Moment.Voices++
		} else {
			a.Moment.Photos++
		}
		a.Media = append(a.Media, x)
	}
	a.Planned = w.plan(a.Media)
	return a
}

func (w *world) plan(media []sayline.Media) time.Time {
	w.Helper()
	var ids []string
	for _, x := range media {
		ids = append(ids, x.ID)
	}
	planned, err := w.PlanMedia(w.ctx(), w.brand, ids)
	w.must(err)
	return planned
}

func (w *world) shown(key string, kinds ...string) *sayline.Moment {
	w.Helper()
	a := w.shows(w.tap(key), kinds...)
	w.must(w.Accept(w.ctx(), a))
	return w.moment(a.Moment.ID)
}

func (w *world) mediaOf(m *sayline.Moment) []*sayline.Media {
	w.Helper()
	list, err := w.MediaOf(w.ctx(), w.brand, m.ID)
	w.must(err)
	return list
}

// erasures are the ids of files that are to be deleted, in any order.
func (w *world) erasures() map[string]bool {
	w.Helper()
	due := map[string]bool{}
	for _, r := range w.everything("media_erase") {
		due[r.text("media_id")] = r.n("due_at") <= w.clock.Now().UnixMicro()
	}
	return due
}

// work leases this brand's next job.
func (w *world) work(job string) *store.MediaJob {
	w.Helper()
	for {
		list, err := w.LeaseMedia(w.ctx(), job, 1)
		w.must(err)
		if len(list) == 0 {
			return nil
		}
		if list[0].Brand == w.brand {
			return &list[0]
		}
	}
}

func mediaComes(w *world) {
	before := len(w.events())
	m := w.shown("k", sayline.Photo, sayline.Voice)
	if m.Photos != 1 || m.Voices != 1 {
		w.Errorf("the moment is %s", show(m))
	}
	list := w.mediaOf(m)
	if len(list) != 2 || list[0].Kind != sayline.Photo || list[0].State != sayline.MediaRaw || list[0].Width != 40 || list[1].Kind != sayline.Voice || list[1].Duration != 2*time.Second || list[1].Moment != m.ID {
		w.Fatalf("its media is %s", show(list))
	}
	if left := w.erasures(); len(left) != 0 {
		w.Errorf("kept files are still to be deleted: %v", left)
	}
	if types := w.types(before); !strings.Contains(types, sayline.EventMediaMade) {
		w.Errorf("events %s", types)
	}
	x, caseID, err := w.Media(w.ctx(), w.brand, list[1].ID)
	w.must(err)
	same(w, "read alone", *x, *list[1])
	if caseID != m.Case {
		w.Errorf("it is in case %s, not %s", caseID, m.Case)
	}
	other := w.shown("k", sayline.Photo)
	all, err := w.MediaOfMoments(w.ctx(), w.brand, []string{m.ID, other.ID})
	w.must(err)
	if len(all[m.ID]) != 2 || all[m.ID][1].N != 2 || len(all[other.ID]) != 1 {
		w.Errorf("the media of both is %s", show(all))
	}
	_, _, err = w.Media(w.ctx(), w.brand, "nothing")
	w.refused(err, sayline.NotFound)
}

func mediaRepeats(w *world) {
	first := w.shows(w.tap("k"), sayline.Photo)
	w.must(w.Accept(w.ctx(), first))
	again := w.shows(w.tap("k", func(m *sayline.Moment) { m.Once = first.Moment.Once }), sayline.Photo)
	w.must(w.Accept(w.ctx(), again))
	if !again.Replay || len(w.everything("media")) != 1 {
		w.Errorf("replay %v, media %v", again.Replay, w.everything("media"))
	}
	if _, planned := w.erasures()[again.Media[0].ID]; !planned {
		w.Error("what the repeat brought would stay")
	}
	w.must(w.DropMedia(w.ctx(), w.brand, []string{again.Media[0].ID}))
	if !w.erasures()[again.Media[0].ID] {
		w.Error("what the repeat brought is not deleted at once")
	}
}

func mediaTooLate(w *world) {
	a := w.shows(w.tap("k"), sayline.Photo)
	w.clock.Move(31 * time.Minute)
	w.refused(w.Accept(w.ctx(), a), sayline.Unavailable)
	_, err := w.Moment(w.ctx(), w.brand, a.Moment.ID)
	w.refused(err, sayline.NotFound)
	known, err := w.KnownKey(w.ctx(), w.brand, a.Moment.Once)
	w.must(err)
	if known {
		w.Error("its key can't be used again")
	}
}

// add adds media to a moment, each given by its content.
func (w *world) add(m *sayline.Moment, contents ...string) ([]string, error) {
	w.Helper()
	var media []sayline.Media
	for _, c := range contents {
		media = append(media, sayline.Media{ID: strings.ReplaceAll(w.id(), "-", ""), Kind: sayline.Photo, Type: "image/jpeg", Digest: c})
	}
	a := amendment(w, m, func(*sayline.Moment) error { return nil })
	a.Media, a.Planned = media, w.plan(media)
	return w.AddMedia(w.ctx(), a)
}

func mediaAdded(w *world) {
	m := w.say("k")
	before := len(w.events())
	added, err := w.add(m, "one", "two", "one")
	w.must(err)
	again, err := w.add(m, "two")
	w.must(err)
	if len(added) != 2 || len(again) != 0 {
		w.Errorf("added %v, then %v", added, again)
	}
	same(w, "events", w.types(before), sayline.EventMomentUpdated+" "+sayline.EventMediaMade)
	three, err := w.add(m, "two", "three")
	w.must(err)
	list := w.mediaOf(m)
	if got := w.moment(m.ID); len(three) != 1 || got.Photos != 3 || len(list) != 3 || list[2].N != 3 || list[2].Digest != "three" || got.Case != m.Case {
		w.Errorf("the moment is %s with %s", show(got), show(list))
	}
	if left := len(w.erasures()); left != 3 {
		w.Errorf("%d files that were not needed are to be deleted, want 3", left)
	}
}

func mediaAsked(w *world) {
	m := w.say("k", sealed)
	_, err := w.add(m, "one")
	w.refused(err, sayline.Conflict)
	w.refused(w.TakesMedia(w.ctx(), w.brand, m.Receipt), sayline.Conflict)
	w.refused(w.TakesMedia(w.ctx(), w.brand, "nothing"), sayline.NotFound)
	_, err = w.plain.ExecContext(w.ctx(), "INSERT INTO history (brand_id, subject, n, at, episode, status, by_person, label) VALUES ($1, $2, 1, $3, 1, 'needs_info', 'lucia', '')",
		w.brand, m.ID, w.clock.Now().Add(time.Second).UnixMicro())
	w.must(err)
	w.must(w.TakesMedia(w.ctx(), w.brand, m.Receipt))
	added, err := w.add(m, "one")
	w.must(err)
	if got := w.moment(m.ID); len(added) != 1 || got.Photos != 1 || got.SealedAt.IsZero() {
		w.Errorf("the moment is %s", show(got))
	}
	w.refused(w.amend(m, func(m *sayline.Moment) { m.Feeling = 5 }), sayline.Conflict)
}

func mediaLeases(w *world) {
	m := w.shown("k", sayline.Voice)
	first := w.work(store.JobClean)
	if first == nil || first.Moment != m.ID || first.Attempts != 1 || w.work(store.JobClean) != nil {
		w.Fatalf("the job is %s", show(first))
	}
	w.clock.Move(store.MediaLease + time.Second)
	second := w.work(store.JobClean)
	if second == nil || second.ID != first.ID || second.Attempts != 2 {
		w.Fatalf("the job taken over is %s", show(second))
	}
	rep := store.MediaReport{MediaJob: *second, Next: store.JobClean, Again: time.Minute}
	gone, err := w.ReportMedia(w.ctx(), rep)
	w.must(err)
	if gone || w.work(store.JobClean) != nil {
		w.Error("it is not left for a minute")
	}
	w.clock.Move(time.Minute)
	third := w.work(store.JobClean)
	if third == nil || third.Attempts != 3 {
		w.Fatalf("the job again is %s", show(third))
	}
	before := len(w.events())
	third.State, third.Bytes = sayline.MediaClean, 900
	gone, err = w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *third, Next: store.JobTranscribe})
	w.must(err)
	same(w, "events", w.types(before), sayline.EventMediaReady)
	words := w.work(store.JobTranscribe)
	if gone || words == nil || words.State != sayline.MediaClean || words.Bytes != 900 || words.Attempts != 1 {
		w.Fatalf("the next job is %s", show(words))
	}
	words.Transcript, words.Lang = "It tastes of metal.", "en"
	_, err = w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *words})
	w.must(err)
	if got := w.mediaOf(m)[0]; got.Transcript != "It tastes of metal." || got.Lang != "en" {
		w.Errorf("the voice is %s", show(got))
	}
	w.clock.Move(24 * time.Hour)
	if w.work(store.JobClean) != nil || w.work(store.JobTranscribe) != nil {
		w.Error("there is still work")
	}
}

func mediaFenced(w *world) {
	m := w.shown("k", sayline.Photo)
	slow := w.work(store.JobClean)
	w.clock.Move(store.MediaLease + time.Second)
	quick := w.work(store.JobClean)
	quick.State = sayline.MediaClean
	_, err := w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *quick})
	w.must(err)
	slow.State = sayline.MediaBroken
	gone, err := w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *slow})
	w.must(err)
	if !gone || w.mediaOf(m)[0].State != sayline.MediaClean || len(w.erasures()) != 0 {
		w.Errorf("gone %v, media %s", gone, show(w.mediaOf(m)))
	}
}

// erased leases what is to be deleted, and says it was.
func (w *world) erased() (mine []store.Erasure) {
	w.Helper()
	list, err := w.LeaseErasures(w.ctx(), 1000)
	w.must(err)
	for _, e := range list {
		if e.Brand == w.brand {
			mine = append(mine, e)
		}
	}
	w.must(w.Erased(w.ctx(), mine))
	return mine
}

func mediaErased(w *world) {
	m := w.shown("k", sayline.Photo, sayline.Voice)
	job := w.work(store.JobClean)
	w.must(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	if len(w.everything("media")) != 0 {
		w.Error("its media is still there")
	}
	if first := w.erased(); len(first) != 2 || first[0].Passes != 0 {
		w.Fatalf("to be deleted %s", show(first))
	}
	if w.erased() != nil {
		w.Error("it is deleted again at once")
	}
	job.State = sayline.MediaClean // by who was still at it, after the files were deleted
	gone, err := w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *job})
	w.must(err)
	if again := w.erased(); !gone || len(again) != 1 || again[0].ID != job.ID {
		w.Errorf("gone %v, to be deleted %s", gone, show(again))
	}
	w.clock.Move(time.Hour)
	if last := w.erased(); len(last) != 2 || last[0].Passes != 1 {
		w.Errorf("the second time %s", show(last))
	}
	if rows := w.everything("media_erase"); len(rows) != 0 {
		w.Errorf("left are %v", rows)
	}
}

func mediaRetained(old *world) {
	w := old.alone()
	a := w.shows(w.tap("k", func(m *sayline.Moment) { m.RetainUntil = m.ReceivedAt.Add(30 * day) }), sayline.Photo)
	w.must(w.Accept(w.ctx(), a))
	w.clock.Move(31 * day)
	_, err := w.Retain(w.ctx(), w.brand, 30*day)
	w.must(err)
	if list := w.erased(); len(list) != 1 || list[0].ID != a.Media[0].ID || len(w.everything("media")) != 0 {
		w.Errorf("to be deleted %s", show(list))
	}
}

func mediaEntersLane(w *world) {
	m := w.shown("k", sayline.Photo)
	id, cut := w.id(), m.ReceivedAt.Truncate(24*time.Hour)
	w.must(w.amend(m, func(m *sayline.Moment) {
		m.ID, m.Lane, m.ReceivedAt, m.OccurredAt = id, "people", cut, cut
		m.Decision.GroupKey = "k|people"
	}))
	got := w.moment(id)
	list := w.mediaOf(got)
	if len(list) != 1 || len(w.mediaOf(m)) != 0 {
		w.Fatalf("the media is %s", show(list))
	}
	_, caseID, err := w.Media(w.ctx(), w.brand, list[0].ID)
	w.must(err)
	if caseID != got.Case || caseID == m.Case {
		w.Errorf("it is shown with case %s, the moment is in %s", caseID, got.Case)
	}
	job := w.work(store.JobClean)
	job.State = sayline.MediaClean
	_, err = w.ReportMedia(w.ctx(), store.MediaReport{MediaJob: *job})
	w.must(err)
	events := w.events()
	if last := events[len(events)-1]; last.Type != sayline.EventMediaReady || last.Lane != "people" {
		w.Errorf("it was told in the open: %s", show(last))
	}
}

func mediaOrphans(w *world) {
	a := w.shows(w.tap("k"), sayline.Photo) // and the process dies
	if w.erased() != nil {
		w.Error("it is deleted before its moment can come")
	}
	w.clock.Move(time.Hour + time.Second)
	if list := w.erased(); len(list) != 1 || list[0].ID != a.Media[0].ID {
		w.Errorf("to be deleted %s", show(list))
	}
}
