package house

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/store"
)

// Alarming is an alarm as people see it: one sentence, and a picture of what is
// usual and what is now, which is a table too.
type Alarming struct {
	Voice
	Said    string
	Since   string
	On      bool
	Caption string // of the picture
	Head    string // of its numbers
	Bars    string // SVG paths: as usual,
	Above   string // and beyond
	Band    string // of what is usual
	Rows    []AlarmRow
}

// AlarmRow is one bar in words.
type AlarmRow struct{ When, N string }

// The picture's own units.
const (
	pictureWide = 360.0
	pictureHigh = 64.0
)

// picture is what an alarm's shows: a bar for each span, and the band that is usual.
type picture struct {
	bars      []float64 // -1 for nothing known
	low, high float64
	top       float64
	below     bool // it is what stays below the band that is unusual
}

// Alarming reads what there is to show of an alarm, for a reader.
func (h *House) Alarming(ctx context.Context, v Voice, names Names, a *store.Alarm) (*Alarming, error) {
	out := &Alarming{Voice: v, On: a.EndedAt.IsZero(), Since: v.Say("alarm_since", "time", v.At(a.At)), Head: v.Say("alarm_of")}
	until := a.EndedAt
	if out.On {
		until = v.Now
	}
	var err error
	switch a.About {
	case store.AboutPromise:
		share := func(n, of int) string { return v.Percent(float64(n) / float64(max(of, 1))) }
		out.Said = v.Say("alarm_promise", "team", names.Team(a.Subject, ""), "share", share(a.Moments, a.Of), "n", a.Moments, "of", a.Of, "usual", share(a.Usual, 1000))
		out.Caption, out.Head = v.Say("alarm_pic_kept"), v.Say("alarm_kept")
		err = h.keptPicture(ctx, v, a, until, out)
	case store.AboutLot:
		out.Said, out.Caption = names.Alarm(a), v.Say("alarm_pic_day")
		err = h.heardPicture(ctx, v, a, store.Among{Lot: a.Lot(), Guarded: names.b.Guarded()}, until, 24*time.Hour, 14, out)
	case store.AboutPlace:
		var ids []string
		for _, t := range names.b.Touchpoints {
			if t.Lane == "" && names.b.Index.Under(t.Place, a.Subject) {
				ids = append(ids, t.ID)
			}
		}
		out.Said, out.Caption = names.Alarm(a), v.Say("alarm_pic_10")
		err = h.heardPicture(ctx, v, a, store.Among{Touchpoints: ids, Guarded: names.b.Guarded()}, until, 10*time.Minute, 18, out)
	default:
		out.Said, out.Caption = names.Alarm(a), v.Say("alarm_pic_10")
		err = h.heardPicture(ctx, v, a, store.Among{Touchpoints: []string{a.Subject}, Guarded: names.b.Guarded()}, until, 10*time.Minute, 18, out)
	}
	return out, err
}

// heardPicture draws what was heard in the spans before a time.
func (h *House) heardPicture(ctx context.Context, v Voice, a *store.Alarm, among store.Among, until time.Time, width time.Duration, spans int, out *Alarming) error {
	end := until.Truncate(time.Minute).Add(time.Minute)
	since := end.Add(-time.Duration(spans) * width)
	by, err := h.Store.HeardBy(ctx, a.Brand, among, since, width)
	if err != nil {
		return err
	}
	p := picture{}
	p.low, p.high = usualBand(float64(a.Usual) / 1000)
	for i := range spans {
		at := since.Add(time.Duration(i) * width)
		n := by[at]
		p.bars, p.top = append(p.bars, float64(n)), math.Max(p.top, float64(n))
		when := v.Clock(at.In(v.Now.Location()))
		if width >= 24*time.Hour {
			when = v.Day(at.In(v.Now.Location()))
		}
		out.Rows = append(out.Rows, AlarmRow{when, v.Num(int64(n))})
	}
	p.draw(out)
	return nil
}

const keptHours = 24

// keptPicture draws the share that was kept, hour by hour.
func (h *House) keptPicture(ctx context.Context, v Voice, a *store.Alarm, until time.Time, out *Alarming) error {
	last := time.UnixMicro(store.HourStart(until, v.Now.Location()))
	since := last.Add(-(keptHours - 1) * time.Hour)
	by, err := h.Store.KeptBy(ctx, a.Brand, a.Subject, store.ClockAcknowledge, since)
	if err != nil {
		return err
	}
	p := picture{low: math.Max(0, float64(a.Usual)/1000-0.1), high: 1, top: 1, below: true}
	for i := range keptHours {
		at := since.Add(time.Duration(i) * time.Hour)
		c, share, said := by[at.UTC()], -1.0, "–"
		if c.N > 0 {
			share = float64(c.Kept) / float64(c.N)
			said = v.Percent(share)
		}
		p.bars = append(p.bars, share)
		out.Rows = append(out.Rows, AlarmRow{v.Clock(at.In(v.Now.Location())), said})
	}
	p.draw(out)
	return nil
}

// usualBand is where nine of ten spans lie, if so many are usual in one: the
// quantiles of the Poisson distribution.
func usualBand(mean float64) (low, high float64) {
	term := math.Exp(-mean)
	sum := term
	for k := 0.0; ; k++ {
		if sum >= 0.05 && low == 0 {
			low = k
		}
		if sum >= 0.95 || k > 10*mean+50 {
			return low, math.Max(1, k)
		}
		term *= mean / (k + 1)
		sum += term
	}
}

// draw writes the picture's paths.
func (p *picture) draw(out *Alarming) {
	top := math.Max(p.top, p.high) * 1.08
	y := func(n float64) float64 { return pictureHigh - n/top*pictureHigh }
	out.Band = fmt.Sprintf("M0 %sH%sV%sH0Z", unit(y(p.high)), unit(pictureWide), unit(y(p.low)))
	step := pictureWide / float64(len(p.bars))
	var usual, beyond strings.Builder
	for i, n := range p.bars {
		if n < 0 {
			continue
		}
		to := &usual
		if n > p.high || p.below && n < p.low {
			to = &beyond
		}
		fmt.Fprintf(to, "M%s %sH%sV%sH%sZ", unit(step*(float64(i)+.15)), unit(y(math.Max(n, top/80))), unit(step*(float64(i)+.85)), unit(pictureHigh), unit(step*(float64(i)+.15)))
	}
	out.Bars, out.Above = usual.String(), beyond.String()
}

func unit(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }
