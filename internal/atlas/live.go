package atlas

import (
	"context"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/live"
)

const (
	framesApart = 2 * time.Second  // a map of a month does not change by the tap
	streamFor   = 15 * time.Minute // then who may look is asked anew
)

// follow tells a page that something was said in the open, or that somebody
// changed what stands on the map: it reads its parts again. All who look share one producer.
func (a *Atlas) follow(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	st, err := a.Streams.Open(w, r)
	if err != nil {
		return err
	}
	defer st.Close()
	changed := live.Message{Event: "changed", Data: []byte("{}")}
	return st.Follow(live.Feed{Key: "map", Brand: v.Brand.ID, For: streamFor, Apart: framesApart, Render: func(ctx context.Context, d live.Delta) (live.Frame, error) {
		if d.Whole {
			last, err := a.Store.LastEvent(ctx, v.Brand.ID)
			return live.Frame{ID: last, Messages: []live.Message{changed}}, err
		}
		for _, e := range d.Events {
			switch e.Type {
			case sayline.EventMapChanged:
				return live.Frame{Messages: []live.Message{changed}}, nil
			case sayline.EventMomentReceived, sayline.EventMomentUpdated, sayline.EventMomentWithdrawn:
				if e.Lane == "" {
					return live.Frame{Messages: []live.Message{changed}}, nil
				}
			}
		}
		return live.Frame{}, nil
	}})
}
