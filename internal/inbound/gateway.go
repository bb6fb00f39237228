package inbound

import (
	"encoding/json"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// maxTold is how long a call of the gateway may be, in bytes.
const maxTold = 4 << 10

// gateway takes one word of the gateway: delivered, failed or acknowledged. All
// of them do no harm when they are told twice.
func (o Options) gateway(w http.ResponseWriter, r *http.Request) error {
	body, err := web.ReadBody(w, r, maxTold)
	if err != nil {
		return err
	}
	if !notify.Verify(o.GatewaySecret, r.Header, body, o.Now()) {
		return sayline.Errorf(sayline.Unsigned, "This is not signed with the gateway's secret, or was signed too long ago.")
	}
	var told struct {
		ID    string `json:"id"` // of the page: the signature is of the body, not of the address
		State string `json:"state"`
	}
	if err := json.Unmarshal(body, &told); err != nil || told.ID != r.PathValue("page") {
		return sayline.Errorf(sayline.Invalid, "Expected JSON with the id of the message and its state.")
	}
	b := o.Registry.ByID(r.PathValue("brand"))
	if b == nil {
		return sayline.Errorf(sayline.NotFound, "There is no such page.")
	}
	p, err := o.Store.Page(r.Context(), b.ID, r.PathValue("page"))
	if err != nil || p.Channel != sayline.BySMS && p.Channel != sayline.ByVoice {
		return sayline.Errorf(sayline.NotFound, "There is no such page.")
	}
	switch told.State {
	case "delivered":
		err = o.Store.Delivered(r.Context(), b.ID, p.ID, p.Person, b.Location())
	case "failed":
		err = o.Store.NotDelivered(r.Context(), b.ID, p.ID)
	case "acknowledged":
		err = o.acknowledge(r, b, &p)
	default:
		err = sayline.Errorf(sayline.AtFault, "Expected delivered, failed or acknowledged.")
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// acknowledge takes the case for the page's person, as its link would: for the
// page's own episode and no other, with the rights they have now.
func (o Options) acknowledge(r *http.Request, b *brands.Snapshot, p *sayline.Page) error {
	c, err := o.Store.Case(r.Context(), b.ID, p.Case)
	if err != nil {
		return err
	}
	person := b.Index.Person(p.Person)
	asked := p.Role != sayline.ForAlso && p.Role != sayline.ForMention && p.Says == ""
	if person == nil || !asked || !auth.NewViewer(&store.Account{Email: person.Email}, b).MayTake(c) {
		return sayline.Errorf(sayline.Forbidden, "This case is not for them to take any more.")
	}
	return o.Store.Acknowledge(r.Context(), store.Act{Brand: b.ID, Case: c.ID, Person: p.Person, Way: p.Channel, Page: p.ID, Zone: b.Location()}, p.Episode)
}
