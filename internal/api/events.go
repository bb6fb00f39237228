package api

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/web"
)

const (
	mostStreams = 500 // open at once, of this process
	perBrand    = 50  // of these, a brand's
	perKey      = 10  // and a system's
	eventLot    = 200 // events read at once
	heartbeat   = 15 * time.Second
	streamFor   = time.Hour // then it comes again, and who asks is looked at anew
)

// fact is what an event is about, as it is when it is sent: what was erased since
// is out of it.
type fact struct {
	Brand    string     `json:"brand"`
	Seq      int64      `json:"seq"`
	MomentID string     `json:"moment_id,omitempty"`
	CaseID   string     `json:"case_id,omitempty"`
	By       string     `json:"by,omitempty"` // the member who did it
	Moment   *momentDoc `json:"moment,omitempty"`
	Case     *caseDoc   `json:"case,omitempty"`
}

// events streams everything a system may read of, as it happens: CloudEvents as
// server-sent events, each under its number. Who comes again says the last one they
// had, and none is left out; who says nothing begins now.
func (a *API) events(c *call) error {
	after, err := a.begin(c)
	if err != nil {
		return err
	}
	release, err := a.streams.take(c.brand.ID, c.system.ID)
	if err != nil {
		return err
	}
	defer release()
	sub := a.Hub.Subscribe(c.brand.ID, 1)
	defer func() { sub.Close() }()
	stream, err := web.OpenStream(c.w)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), streamFor)
	defer cancel()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		if after, err = a.tell(ctx, c, stream, after); err != nil {
			return a.cut(ctx, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.over:
			return nil
		case <-sub.C:
		case <-sub.Cut(): // it only wakes: what was missed is read from the store
			sub.Close()
			sub = a.Hub.Subscribe(c.brand.ID, 1)
		case <-beat.C:
			if err := a.again(ctx, c); err != nil {
				return nil // its key is good no more: the next request is told so
			}
			if err := stream.Mark(strconv.FormatInt(after, 10)); err != nil {
				return nil
			}
		}
	}
}

// begin is the number after which a stream begins.
func (a *API) begin(c *call) (int64, error) {
	text := c.r.Header.Get("Last-Event-ID")
	if text == "" {
		text = c.r.URL.Query().Get("after")
	}
	if text == "" {
		return a.Store.LastEvent(c.r.Context(), c.brand.ID)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault("after", "expected the number of an event, or 0")
	}
	return n, nil
}

// cut ends a stream that has begun; its reader comes again.
func (a *API) cut(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		a.Log.Debug("a stream ended", "err", err)
	}
	return nil
}

// again looks whether the key is good still, and what it may see.
func (a *API) again(ctx context.Context, c *call) error {
	b := a.Brands.ByID(c.brand.ID)
	if b == nil {
		return errKey
	}
	y, err := a.Store.SystemByKey(ctx, b.ID, c.hash)
	if err != nil {
		return err
	}
	y.Lanes = stillNamed(b, y)
	c.brand, c.system = b, y
	return nil
}

// tell sends what came after a number and gives the last one it looked at.
func (a *API) tell(ctx context.Context, c *call, stream *web.Stream, after int64) (int64, error) {
	for {
		list, err := a.Store.Events(ctx, c.brand.ID, after, eventLot)
		if err != nil || len(list) == 0 {
			return after, err
		}
		facts, err := a.facts(ctx, c, list)
		if err != nil {
			return after, err
		}
		for i := range list {
			e := &list[i]
			if f := facts[i]; f != nil {
				subject := e.Moment
				if strings.HasPrefix(e.Type, "cx.case.") {
					subject = e.Case
				}
				seq := strconv.FormatInt(e.Seq, 10)
				ce := notify.CloudEvent{ID: e.Brand + "-" + seq, Source: a.Source(e.Brand), Type: e.Type, Time: c.told(e.At, e.Lane), Subject: subject, Data: bytes.TrimRight(web.JSON(f), "\n")}
				if err := stream.Event(seq, e.Type, ce.AppendJSON(nil)); err != nil {
					return after, err
				}
			}
			after = e.Seq
		}
		if len(list) < eventLot {
			return after, nil
		}
	}
}

// facts are what events are about; nil for one that is not the system's to hear of.
func (a *API) facts(ctx context.Context, c *call, list []sayline.Event) ([]*fact, error) {
	var moments, cases []string
	for i := range list {
		if e := &list[i]; c.hears(e) {
			moments, cases = append(moments, e.Moment), append(cases, e.Case)
		}
	}
	said, err := a.Store.MomentsByID(ctx, c.brand.ID, moments)
	if err != nil {
		return nil, err
	}
	for _, m := range said {
		cases = append(cases, m.Case)
	}
	work, err := a.Store.CasesByID(ctx, c.brand.ID, cases)
	if err != nil {
		return nil, err
	}
	gone, err := a.Store.GuardedGone(ctx, c.brand.ID, moments)
	if err != nil {
		return nil, err
	}
	if work, err = a.readable(ctx, c, work); err != nil {
		return nil, err
	}
	facts := make([]*fact, len(list))
	for i := range list {
		if e := &list[i]; c.hears(e) && !gone[e.Moment] {
			facts[i] = a.fact(c, e, said[e.Moment], work)
		}
	}
	return facts, nil
}

// hears says whether an event leaves at all, of a lane the system sees.
func (c *call) hears(e *sayline.Event) bool {
	return slices.Contains(sayline.PublicEvents, e.Type) && (e.Lane == "" || slices.Contains(c.system.Lanes, e.Lane))
}

// fact is one event's; nil where it is of a small audience, of a moment that is in
// a lane by now, or of a case that is not the system's.
func (a *API) fact(c *call, e *sayline.Event, m *sayline.Moment, work map[string]*sayline.Case) *fact {
	f := &fact{Brand: e.Brand, Seq: e.Seq, MomentID: e.Moment, CaseID: e.Case, By: e.Person}
	if strings.HasPrefix(e.Type, "cx.moment.") {
		switch {
		case m != nil && c.guards(m):
			return nil
		case e.Type == sayline.EventMomentWithdrawn: // only that it is gone, or in a lane by now
			f.CaseID = ""
			return f
		case m == nil, m.Lane != "" && !slices.Contains(c.system.Lanes, m.Lane):
			return nil
		}
		f.Moment = c.momentDoc(m, work[m.Case])
		return f
	}
	k := work[e.Case]
	if k == nil || !c.system.MayAct(k) {
		return nil
	}
	f.Case, f.MomentID = a.doc(c, k), ""
	return f
}
