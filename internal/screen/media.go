package screen

import (
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/web"
)

// addMedia adds a photo or voice to an open moment: as the body itself, or as
// the parts photo and voice of a form. The answer is the receipt: 201 when
// something is new, 200 when all of it was there. A browser's form is led to it.
func (s *Screen) addMedia(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	if s.Spool == nil {
		return sayline.Errorf(sayline.WrongType, "Only words are taken here, no photo and no voice.")
	}
	if err := s.mayAdd(r, site); err != nil {
		return err
	}
	secret := r.PathValue("secret")
	if err := s.Door.MayAdd(r.Context(), site.Snapshot, secret); err != nil {
		return err
	}
	in, err := s.receiveMedia(w, r)
	if err != nil {
		return err
	}
	defer in.Close()
	if len(in.media) == 0 {
		return &sayline.Error{Kind: sayline.AtFault, Message: cantChange, Fields: []sayline.Fault{{Detail: "expected a part called photo or voice"}}}
	}
	rec, added, err := s.Door.AddMedia(r.Context(), site.Snapshot, secret, in.media)
	if err != nil {
		return err
	}
	if web.WantsPage(r) {
		return redirect(w, r, site.URL(receiptPath(secret))+langQuery(r))
	}
	status := http.StatusOK
	if added > 0 {
		status = http.StatusCreated
	}
	v := s.voiceFor(r, site, &rec.Moment)
	w.Header().Set("Content-Language", v.Lang)
	web.SendJSON(w, r, status, receiptDoc(v, secret, rec))
	return nil
}

// receiveMedia reads a body that is a photo or voice, or a form with some.
func (s *Screen) receiveMedia(w http.ResponseWriter, r *http.Request) (*sent, error) {
	mediaType, _, err := web.MediaType(r)
	if err != nil {
		return nil, err
	}
	if mediaType == multipartType {
		return s.receive(w, r)
	}
	declared, err := media.Declared(mediaType)
	if err != nil {
		return nil, err
	}
	kind := media.KindOf(declared)
	if declared != "" && kind == "" {
		return nil, sayline.Errorf(sayline.WrongType, "A photo or a voice is taken here, not %s.", mediaType)
	}
	if kind != "" && r.ContentLength > media.Most(kind) {
		return nil, media.TooLarge(kind)
	}
	body, end, err := s.upload(w, r)
	if err != nil {
		return nil, err
	}
	defer end()
	u, err := s.Spool.Take(body, kind, r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	return &sent{media: []*media.Upload{u}, names: []string{u.Kind}}, nil
}

// Ways a photo or voice is shown besides as it is kept.
const (
	asThumb = "thumb" // of a photo
	asWAV   = "wav"   // of a voice, for who can't play it as it is
)

// media gives an author their own photo or voice. One that came this moment is
// waited for.
func (s *Screen) media(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	m, err := s.Door.OwnMedia(r.Context(), site.Snapshot, r.PathValue("secret"), r.PathValue("id"))
	if err != nil {
		return err
	}
	if m.State == sayline.MediaRaw && m.Message == "" {
		list, err := s.Door.AwaitMedia(r.Context(), site.ID, m.Moment)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.ID == m.ID {
				m = x
			}
		}
	}
	return media.Show(w, r, s.Door.Files(), m, r.PathValue("as"), media.Attached)
}

// mediaDocs is a moment's media as its author may know it.
func mediaDocs(v *voice, secret string, list []*sayline.Media) []cx.Media {
	var docs []cx.Media
	for _, m := range list {
		d := cx.Media{ID: m.ID, Kind: m.Kind, Type: m.Type, State: m.State, Width: m.Width, Height: m.Height,
			Seconds: m.Duration.Round(100 * time.Millisecond).Seconds(), Transcript: m.Transcript, Lang: m.Lang}
		if at := v.site.URL(receiptPath(secret) + "/media/" + m.ID); m.State != sayline.MediaBroken {
			d.URL = at
			if m.Kind == sayline.Photo {
				d.Thumb = at + "/" + asThumb
			}
			if media.AsWAV(m.Type) {
				d.WAV = at + "/" + asWAV
			}
		}
		docs = append(docs, d)
	}
	return docs
}
