package atlas

import (
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/ways"
)

// way is the way in that fits a touchpoint's channel, ready to be taken along.
type way struct {
	Kind    ways.Way
	Others  []ways.Way
	Address string
	Letters []string
	Says    copied // what is copied: the link, the tag of the button, the line below an e-mail
	Spoken  string // as it is said on the phone
	Lang    string
	QR      *house.QR
	Sheet   ways.Way // of the print kit; "" for none
	All     string   // where all ways are; "" for who may not go there
}

// copied is a text that can be copied, and what the button says.
type copied struct{ Text, Say, Done string }

// way makes the way in that fits a touchpoint best.
func (a *Atlas) way(r *http.Request, p *mapPage, t *sayline.Touchpoint) (way, error) {
	b := a.Book(r, p.Brand())
	lang := languageOf(p.Brand(), p.Tag)
	fits := ways.Fitting(t)
	w := way{Kind: fits[0], Others: fits[1:], Address: b.Screen(t.ID), Lang: lang}
	w.Letters = ways.Break(w.Address)
	says := w.Address
	switch w.Kind {
	case ways.Button:
		says = b.Snippet(t, lang)
	case ways.Signature:
		says = b.Signature(t, lang).Plain
	case ways.Spoken:
		w.Spoken, says = b.Spoken(w.Address, lang).Words, b.AfterCall(t.ID, lang)
	case ways.Reply:
		says = b.ReplyTo(t.ID, lang, ways.Fill{})
	case ways.Kiosk:
		says = b.Link(t.ID, ways.Fill{Kiosk: true})
	case ways.Poster, ways.Tent, ways.Sticker, ways.Receipt, ways.Staff:
		w.Sheet = w.Kind
	}
	w.Says = copied{says, p.Say("way_copy"), p.Say("way_copied")}
	qr, err := house.NewQR(w.Address, p.Say("qr_of", "name", p.Names.Touchpoint(t.ID)))
	if err != nil {
		return w, err
	}
	w.QR = &qr
	if p.Viewer.MaySetUp() {
		w.All = p.Path("/studio/ways/") + t.ID
	}
	return w, nil
}
